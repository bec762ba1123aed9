import { type Command, ExitCode, optionOf, sourceOptions, UsageError } from './command.ts';
import { readSource } from './source.ts';

const { from: _, ...clusterOptions } = sourceOptions;

export const dump: Command = {
  about: 'write down all that placement is decided from, for a bug report or for later',
  help: `Usage: kubectl vmfabric dump [--file FILE]

Writes one JSON document with all that placement is decided from: HostPools, Hosts, Nodes, VirtualMachines,
VirtualMachineClasses and PlacementPolicies. what-if, explain and replay read it with --from. Kernel command lines and addresses of guests are
left out; names, labels and addresses of hosts are in it.

  --file FILE        where to write it (default: standard output)
  --kubeconfig FILE  how to reach the cluster (default: KUBECONFIG, or ~/.kube/config)
  --context NAME     a context of that file`,
  options: { ...clusterOptions, file: { type: 'string' } },

  async run(invocation, environment) {
    if (invocation.positionals.length > 0)
      throw new UsageError('dump takes no arguments; name the file with --file');
    const { dump: made } = await readSource(invocation, environment);
    const file = optionOf(invocation, 'file');
    const text = JSON.stringify(made, undefined, 1);
    if (file === undefined) environment.terminal.out(text);
    else await environment.terminal.write(file, `${text}\n`);
    return ExitCode.ok;
  },
};

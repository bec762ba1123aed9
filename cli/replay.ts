import { type Replayed, replay as replayed } from '../operator/controllers/dump/replay.ts';
import { type Clears, waitingFor } from '../operator/controllers/pool/choose-host.ts';
import { keyOf } from '../operator/kube/object.ts';
import { type Command, ExitCode, outputOption, UsageError, wantsJson } from './command.ts';
import { readDump, snapshot } from './source.ts';
import { table } from './table.ts';

export const replay: Command = {
  about: 'decide anew what a dump was about, as the operator would',
  help: `Usage: kubectl vmfabric replay FILE

Decides for every VM of a dump that waits for a host, in the operator's order (the most important first, of these the
largest), each placed before the next. The same dump gives the same decisions.

  FILE               what kubectl vmfabric dump wrote; - for standard input
  --exit-code        end with 3 when some VM has no place
  -o, --output json  for programs`,
  options: { ...outputOption, 'exit-code': { type: 'boolean' } },

  async run(invocation, environment) {
    const [file, ...others] = invocation.positionals;
    if (file === undefined || others.length > 0) throw new UsageError('replay takes one dump: replay FILE');
    const { terminal } = environment;
    const dump = await readDump(file, environment);
    const all = replayed(snapshot({ dump, namespace: 'default' }));
    if (wantsJson(invocation)) terminal.out(JSON.stringify(all.map(asJson), undefined, 2));
    else if (all.length === 0) terminal.out('No VM waits for a host.');
    else terminal.out(table(['VM', 'HOST', 'WHY'], all.map(row)));
    const isWithoutPlace = all.some(({ choice }) => choice?.kind !== 'host');
    return isWithoutPlace && invocation.values['exit-code'] === true ? ExitCode.withoutPlace : ExitCode.ok;
  },
};

function row(replayed: Replayed): string[] {
  const { vm, host = '', message = '' } = asJson(replayed);
  return [vm, host, message];
}

interface Told {
  vm: string;
  host?: string;
  reason?: string;
  message?: string;
  /** VMs that would be stopped for it, and where. */
  makesWay?: Pick<Clears, 'host' | 'victims'>;
}

function asJson({ vm, choice }: Replayed): Told {
  if (choice?.kind === 'host') return { vm: keyOf(vm), host: choice.place.host };
  if (choice?.kind === 'clears') {
    const { host, victims, reason } = choice;
    return { vm: keyOf(vm), reason, message: waitingFor(choice), makesWay: { host, victims } };
  }
  const pool = vm.spec.placement.hostPoolRef.name;
  const { reason, message } = choice ?? {
    reason: 'HostPoolNotFound',
    message: `HostPool ${pool} does not exist.`,
  };
  return { vm: keyOf(vm), reason, message };
}

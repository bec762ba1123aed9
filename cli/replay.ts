import { type Replayed, replay as replayed } from '../operator/controllers/dump/replay.ts';
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
    const isWithoutPlace = all.some(({ decision }) => decision?.kind !== 'placed');
    return isWithoutPlace && invocation.values['exit-code'] === true ? ExitCode.withoutPlace : ExitCode.ok;
  },
};

const poolMissing = ({ vm }: Replayed) => `HostPool ${vm.spec.placement.hostPoolRef.name} does not exist.`;

function row({ vm, decision }: Replayed): string[] {
  if (decision?.kind === 'placed') return [keyOf(vm), decision.host, ''];
  return [keyOf(vm), '', decision?.message ?? poolMissing({ vm, decision })];
}

function asJson({ vm, decision }: Replayed) {
  if (!decision) return { vm: keyOf(vm), kind: 'unplaced', message: poolMissing({ vm, decision }) };
  return { vm: keyOf(vm), ...decision };
}

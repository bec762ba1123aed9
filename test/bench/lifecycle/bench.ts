import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditedWrite } from '../../../hack/control-plane/audit.ts';
import { type Fabric, startFabric } from '../../../hack/start/fabric.ts';
import { readRecord } from '../../../hack/start/record.ts';
import { formatSeconds } from '../../../hack/start/steps.ts';
import { takeDown } from '../../../hack/start/take-down.ts';
import type { BenchContext, BenchResult } from '../main.ts';
import { type Figure, figure, median } from '../report.ts';
import {
  type OperatorRound,
  operatorRound,
  quietWrites,
  removeVms,
  type Setting,
  type Times,
  virshRound,
  type Writes,
  writesRound,
} from './rounds.ts';
import { describeWrite } from './writes.ts';

const vms = 20;
const hosts = 3;
const rounds = 3;

interface Results {
  operator: OperatorRound[];
  virsh: Times[];
  writes: Writes;
  /** In the minute after all had settled. */
  quiet: AuditedWrite[];
}

/**
 * VMs created at once, until libvirt says that their domains have started; beside it plain virsh that defines and
 * starts the same domains (same XML, same hosts, same lab, same run), operator and virsh in turn. The operator's time
 * begins with the first VM that the API server was asked to create, virsh's with the start of its processes.
 */
export async function bench(context: BenchContext): Promise<BenchResult> {
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-bench-'));
  try {
    const { signal } = context;
    const fabric = await startFabric({ dir, hosts, auditLog: true, signal, output: 'progress' });
    const figures = figuresOf(await measure(fabric, context));
    return { figures, machine: { hosts, ...(await guests(fabric)) } };
  } finally {
    await takeDown(dir);
    await rm(dir, { recursive: true, force: true });
  }
}

async function measure(fabric: Fabric, context: BenchContext): Promise<Results> {
  const { progress, signal } = context;
  const record = await readRecord(fabric.dir);
  const kubectlPath = record?.kubectlPath ?? 'kubectl';
  const setting: Setting = { fabric, kubectlPath, scratch: join(fabric.dir, 'domains'), vms, signal };
  const operator: OperatorRound[] = [];
  const virsh: Times[] = [];
  for (let round = 1; round <= rounds; round++) {
    const one = await operatorRound(setting, round);
    operator.push(one);
    progress(`round ${round} of ${rounds}: operator ${formatSeconds(one.allMs)}`);
    await removeVms(setting, one.namespace);
    const other = await virshRound(setting, one.placed);
    virsh.push(other);
    progress(`round ${round} of ${rounds}: virsh ${formatSeconds(other.allMs)}`);
  }
  return { operator, virsh, ...(await countWrites(setting, progress)) };
}

async function countWrites(setting: Setting, progress: (line: string) => void) {
  progress(`counting writes while ${vms} VMs get their addresses`);
  const writes = await writesRound(setting, 'bench-writes');
  const most = writes.untilAddress.toSorted((a, b) => b.length - a.length)[0] ?? [];
  progress(`most for one VM: ${most.map(describeWrite).join(', ')}`);
  progress('counting writes for a minute in which nothing happens');
  const quiet = await quietWrites(setting, writes.settledAt);
  for (const write of quiet.slice(0, 10)) progress(`written all the same: ${describeWrite(write)}`);
  return { writes, quiet };
}

function figuresOf({ operator, virsh, writes, quiet }: Results): Figure[] {
  const all = (times: readonly Times[]) => median(times.map(({ allMs }) => allMs)) / 1000;
  const each = (times: readonly Times[]) => median(times.flatMap(({ eachMs }) => eachMs)) / 1000;
  const most = (lists: readonly AuditedWrite[][]) => Math.max(...lists.map(({ length }) => length));
  const peer = (value: number) => ({ peer: { name: 'virsh', value } });
  const [ours, theirs] = [all(operator), all(virsh)];
  const atMost = (max: number) => ({ goal: { max } });
  return [
    figure(`${vms} VMs created at once until the last domain has started`, ours, 's', peer(theirs)),
    figure('the same as a ratio to virsh', ours / theirs, '', atMost(1.15)),
    figure('a VM created until its domain has started, median', each(operator), 's', peer(each(virsh))),
    figure('writes to a VM until Ready, most', most(writes.untilRunning), '', atMost(3)),
    figure('writes to a VM until its address is known, most', most(writes.untilAddress), '', atMost(4)),
    figure('events about a VM, median', median(writes.events), ''),
    figure('writes but Leases in the minute after all VMs are settled', quiet.length, '', atMost(0)),
  ];
}

async function guests(fabric: Fabric): Promise<{ guests: string }> {
  const { virtType } = await fabric.lab.state.mustRead();
  return { guests: virtType === 'kvm' ? 'KVM' : 'emulated by QEMU' };
}

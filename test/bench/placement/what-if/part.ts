import { join } from 'node:path';
import { Contestant, nodeProgram } from '../../contestant.ts';
import type { BenchContext } from '../../main.ts';
import { type Figure, figure } from '../../report.ts';
import type { WhatIfSpec } from './client.ts';
import { type SpaceAnswer, spaceContest } from './hspace.ts';

const spec: WhatIfSpec = { hosts: 5_000, vms: 50_000 };
/** As many moves as it takes. */
const smaller: WhatIfSpec = { hosts: 1_000, vms: 10_000, maxMoves: 10_000 };
const goal = { max: 5 };

const times = ['fit', 'fitGrouped', 'loseRack', 'loseZone', 'chain', 'drainRack'] as const;
const counts = [
  ...(['placed', 'fits', 'room', 'groupFits', 'rackVms', 'rackHomeless'] as const),
  ...(['zoneVms', 'zoneHomeless', 'drainMoves', 'drainStay', 'faults'] as const),
];
const rebalanceKeys = [
  ...(['rebalance', 'rebalanceMoves', 'fullestBefore', 'fullestAfter', 'rebalanceFaults'] as const),
];
type Answers = Record<(typeof times)[number] | (typeof counts)[number], number>;
type Rebalanced = Record<(typeof rebalanceKeys)[number], number>;

/** How long questions about a datacenter take, each asked once, and what they answer; beside Ganeti's hspace. */
export async function whatIfPart(dir: string, context: BenchContext): Promise<Figure[]> {
  const answers = await ask(spec, [...times, ...counts, ...rebalanceKeys], context);
  const rebalanced = await ask(smaller, rebalanceKeys, context);
  const spaces = await spaceContest(join(dir, 'hspace'), context);
  return [
    ...whatIfFigures(answers),
    ...rebalanceFigures('rebalance, the best 100 moves by all rules', answers),
    ...rebalanceFigures(`${smaller.hosts} hosts, ${smaller.vms} VMs: rebalance, all moves`, rebalanced),
    ...spaceFigures(spaces),
  ];
}

async function ask<K extends string>(
  of: WhatIfSpec,
  keys: readonly K[],
  { progress, signal }: BenchContext,
): Promise<Record<K, number>> {
  progress(`what-if: ${of.hosts} hosts and ${of.vms} VMs`);
  const process = new Contestant('what-if', nodeProgram(import.meta.dirname, 'client.ts', of), signal);
  try {
    return await process.next(keys);
  } finally {
    await process.end();
  }
}

function whatIfFigures(of: Answers): Figure[] {
  return [
    figure(`${spec.hosts} hosts, ${spec.vms} VMs: VMs that were placed`, of.placed, ''),
    figure('how many more of 4 CPUs and 16 GiB fit', of.fit, 's', { goal }),
    figure('  they are', of.fits, '', { peer: { name: 'added up by hand', value: of.room } }),
    figure('how many more of a group that is kept apart and spread fit', of.fitGrouped, 's', { goal }),
    figure('  they are', of.groupFits, ''),
    figure('lose a rack of 40 hosts', of.loseRack, 's', { goal }),
    figure('  VMs that find a place', of.rackVms, ''),
    figure('  VMs that find none', of.rackHomeless, ''),
    figure('lose a zone, a third of all hosts', of.loseZone, 's', { goal }),
    figure('  VMs that find a place', of.zoneVms, ''),
    figure('  VMs that find none', of.zoneHomeless, ''),
    figure('add ten hosts, then lose a rack, then how many more fit', of.chain, 's', { goal }),
    figure('drain a rack of 40 hosts', of.drainRack, 's', { goal }),
    figure('  moves', of.drainMoves, ''),
    figure('  VMs that stay', of.drainStay, ''),
    figure('rules broken by all of these', of.faults, '', { goal: { max: 0 } }),
  ];
}

function rebalanceFigures(name: string, of: Rebalanced): Figure[] {
  return [
    figure(name, of.rebalance, 's', { goal }),
    figure('  moves', of.rebalanceMoves, ''),
    figure('  fullest host before', of.fullestBefore, ''),
    figure('  fullest host', of.fullestAfter, ''),
    figure('  rules broken', of.rebalanceFaults, '', { goal: { max: 0 } }),
  ];
}

function spaceFigures(answers: readonly SpaceAnswer[]): Figure[] {
  return answers.flatMap(({ hosts, engine, hspace, room }) => {
    const beside = (value: number | undefined) =>
      value === undefined ? {} : { peer: { name: 'hspace', value } };
    return [
      figure(`${hosts} hosts: how many more fit`, engine.seconds, 's', beside(hspace?.seconds)),
      figure('  they are', engine.fits, '', { ...beside(hspace?.fits), goal: { min: room } }),
    ];
  });
}

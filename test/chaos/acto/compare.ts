import { findCondition } from '../../../operator/controllers/conditions.ts';
import { differences, endState } from './end-state.ts';
import { heritageOf } from './heritage.ts';
import type { History } from './histories.ts';
import { liveThrough, type Outcome, startAfresh, vmName } from './lives.ts';
import { brokenPromises } from './promises.ts';

/** What comparing a history with a fresh start came to. */
export interface Comparison {
  /** How the history's end differs, in sentences; none when it does not. */
  faults: string[];
  /** The reason of the VM's condition Ready in the end. */
  end: string;
  /** What had to be done or given so that the two could be compared, by name. */
  keeps: string[];
}

/** Compares the end of a history with what a VM comes to that is made by its last wish alone. */
export async function compareWithFresh(history: History): Promise<Comparison> {
  const last = history.at(-1);
  if (!last) throw new RangeError('a history has wishes');
  const past = await liveThrough(history);
  past.world.kill();
  const end = findCondition(past.world.vm(vmName), 'Ready')?.reason ?? 'none';
  const restarted = past.wasRestarted ? ['restarted'] : [];
  const fresh = startAfresh(last);
  const broken = brokenPromises((await fresh).world);
  if ((await differencesFrom(past, fresh)).length === 0) return { faults: broken, end, keeps: restarted };
  const { heritage, names, faults } = await heritageOf(past, history);
  const differing = await differencesFrom(past, startAfresh(last, heritage));
  return { faults: [...broken, ...faults, ...differing], end, keeps: [...restarted, ...names] };
}

async function differencesFrom(past: Outcome, making: Promise<Outcome>): Promise<string[]> {
  const { world } = await making;
  world.kill();
  return differences(endState(world), endState(past.world));
}

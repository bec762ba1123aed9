import type { Scored, Why } from '../model/decision.ts';
import { choose, scorersOf } from './choose.ts';
import { checkAll } from './decide.ts';
import type { Scene } from './scene.ts';
import { setLoad } from './scores/load.ts';
import { preferences } from './scores/preferred-hosts.ts';
import type { Scratch } from './scratch.ts';

/** How the host where the VM is scores beside the best other one; without `current`, that to which it would go. */
export function explainChoice(scene: Scene, scratch: Scratch, current: string | undefined): Why | undefined {
  const row = current === undefined ? choose(scene, scratch) : scene.hosts.row(current);
  if (row === undefined) return undefined;
  const runnerUp = choose(scene, scratch, row);
  const unfit = checkAll(scene, row);
  return {
    chosen: scored(scene, row),
    ...(runnerUp === undefined ? {} : { runnerUp: scored(scene, runnerUp) }),
    ...(unfit ? { unfit: unfit.text } : {}),
  };
}

function scored(scene: Scene, row: number): Scored {
  const rows = Int32Array.of(row);
  const points: Record<string, number> = {};
  const score = new Float64Array(1);
  const note = (name: string) => {
    if (score[0] !== 0) points[name] = (points[name] ?? 0) + (score[0] as number);
    score[0] = 0;
  };
  setLoad(scene, rows, 1, score);
  note('load');
  for (const { name, key, holds, weight } of preferences(scene)) {
    score[0] = weight * (scene.masks.get(key, holds)[row] as number);
    note(name);
  }
  for (const scorer of scorersOf(scene)) {
    scorer.add(scene, rows, 1, score);
    note(scorer.name);
  }
  const total = Object.values(points).reduce((sum, one) => sum + one, 0);
  return { host: scene.hosts.name(row), total, points };
}

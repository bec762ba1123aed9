import type { Scored, Why } from '../model/decision.ts';
import { choose } from './choose.ts';
import { contributions } from './contributions.ts';
import { checkAll } from './decide.ts';
import type { Scene } from './scene.ts';
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
  for (const scorer of contributions(scene)) {
    const score = new Float64Array(1);
    scorer.add(scene, rows, 1, score);
    if (score[0] !== 0) points[scorer.name] = (points[scorer.name] ?? 0) + (score[0] as number);
  }
  const total = Object.values(points).reduce((sum, one) => sum + one, 0);
  return { host: scene.hosts.name(row), total, points };
}

import { reserveFilled } from '../explain/reserve.ts';
import { shareRefused } from '../explain/shares.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { nowhere } from '../shares/pool-shares.ts';
import type { FitAnswer } from './answer.ts';
import type { QuestionOf } from './question.ts';
import type { Supposition } from './supposition.ts';

const defaultMost = 100_000;

/**
 * How many more VMs fit, each placed as `place` would, and why the next one does not. With a reserve, as many as find room
 * beside what is kept, and places of their own.
 */
export function howManyFit(
  supposed: Supposition,
  { request, most = defaultMost }: QuestionOf<'fit'>,
): FitAnswer {
  const { engine } = supposed;
  const admitted = admittedBy(supposed, request, most);
  return engine.trial(() => {
    const fits = engine.fill(request, admitted.count);
    if (fits === admitted.count && admitted.message !== undefined)
      return { kind: 'fit', fits, isAtLeast: false, limits: [], message: admitted.message };
    const next = engine.place(request);
    if (next.kind === 'placed') return { kind: 'fit', fits, isAtLeast: true, limits: [], message: '' };
    return { kind: 'fit', fits, isAtLeast: false, limits: next.rejections, message: next.message };
  });
}

interface Admitted {
  count: number;
  /** Why no more. */
  message?: string;
}

/** How many of them shares and reserve let in, `most` at most. */
function admittedBy(supposed: Supposition, request: PlacementRequest, most: number): Admitted {
  const byShares = admittedByShares(supposed, request, most);
  const reserve = supposed.reserve();
  const count = reserve?.room().fits(request) ?? most;
  if (!reserve || count >= byShares.count) return byShares;
  return { count, message: reserveFilled(reserve.options, reserve.report()) };
}

function admittedByShares(supposed: Supposition, request: PlacementRequest, most: number): Admitted {
  const shares = supposed.shares();
  for (let count = 0; shares && count < most; count++) {
    const vm = { ...request.vm, id: `${request.vm.id} ${count}` };
    const refusal = shares.refusal([vm]);
    if (refusal) return { count, message: shareRefused(request.pool, refusal, 1).message };
    shares.upsertVm({ ...vm, host: nowhere });
  }
  return { count: most };
}

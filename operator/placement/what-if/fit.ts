import { shareRefused } from '../explain/shares.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { nowhere } from '../shares/pool-shares.ts';
import type { FitAnswer } from './answer.ts';
import type { QuestionOf } from './question.ts';
import type { Supposition } from './supposition.ts';

const defaultMost = 100_000;

/** How many more VMs fit, each placed as `place` would, and why the next one does not. */
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

/** How many of them the shares let in, `most` at most, and why no more. */
function admittedBy(
  supposed: Supposition,
  request: PlacementRequest,
  most: number,
): { count: number; message?: string } {
  const shares = supposed.shares();
  for (let count = 0; shares && count < most; count++) {
    const vm = { ...request.vm, id: `${request.vm.id} ${count}` };
    const refusal = shares.refusal([vm]);
    if (refusal) return { count, message: shareRefused(request.pool, refusal, 1).message };
    shares.upsertVm({ ...vm, host: nowhere });
  }
  return { count: most };
}

import type { FitAnswer } from './answer.ts';
import type { QuestionOf } from './question.ts';
import type { Supposition } from './supposition.ts';

const defaultMost = 100_000;

/** How many more VMs fit, each placed as `place` would, and why the next one does not. */
export function howManyFit(
  { engine }: Supposition,
  { request, most = defaultMost }: QuestionOf<'fit'>,
): FitAnswer {
  return engine.trial(() => {
    const fits = engine.fill(request, most);
    const next = engine.place(request);
    if (next.kind === 'placed') return { kind: 'fit', fits, isAtLeast: true, limits: [], message: '' };
    return { kind: 'fit', fits, isAtLeast: false, limits: next.rejections, message: next.message };
  });
}

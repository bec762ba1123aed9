import { reserveFilled } from '../explain/reserve.ts';
import { shareRefused } from '../explain/shares.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { nowhere } from '../shares/pool-shares.ts';
import type { FitAnswer } from './answer.ts';
import { Entrance } from './entrance.ts';
import { gangEntry } from './gang.ts';
import type { QuestionOf } from './question.ts';
import type { Supposition } from './supposition.ts';

const defaultMost = 100_000;

/** One through the gate takes some 20 ms in a pool of 5,000 hosts: more are hardly waited for. */
const mostOneByOne = 500;

/**
 * How many more VMs fit, each placed as `place` would, and why the next one does not; of a gang none before as many fit as
 * it lacks. With a reserve, as many as find room beside what is kept, and places of their own.
 */
export function howManyFit(
  supposed: Supposition,
  { request, most = defaultMost }: QuestionOf<'fit'>,
): FitAnswer {
  const { engine } = supposed;
  return engine.trial(() => {
    const gang = gangEntry(supposed, request);
    if (gang.kind === 'out')
      return { kind: 'fit', fits: 0, isAtLeast: false, limits: [], message: gang.message };
    const isByRoom = supposed.pool.failureReserve === undefined || engine.isByRoomAlone(request);
    const fill = isByRoom ? fillRoom : fillOneByOne;
    const rest = fill(supposed, request, Math.max(0, most - gang.count));
    return { ...rest, fits: gang.count + rest.fits };
  });
}

/** Each through the gate: whom the reserve lets in is a question of where those before it went. */
function fillOneByOne(supposed: Supposition, request: PlacementRequest, most: number): FitAnswer {
  const entrance = new Entrance(supposed);
  let fits = 0;
  const few = Math.min(most, mostOneByOne);
  while (fits < few && entrance.letIn(numbered(request, fits)) !== undefined) fits += 1;
  const refused = entrance.refusal(request);
  return { kind: 'fit', fits, isAtLeast: !refused, ...(refused ?? { limits: [], message: '' }) };
}

/** All at once, as far as shares and reserve let any in. */
function fillRoom(supposed: Supposition, request: PlacementRequest, most: number): FitAnswer {
  const { engine } = supposed;
  const admitted = admittedBy(supposed, request, most);
  const fits = engine.fill(request, admitted.count);
  if (fits === admitted.count && admitted.message !== undefined)
    return { kind: 'fit', fits, isAtLeast: false, limits: [], message: admitted.message };
  const next = engine.place(request);
  if (next.kind === 'placed') return { kind: 'fit', fits, isAtLeast: true, limits: [], message: '' };
  return { kind: 'fit', fits, isAtLeast: false, limits: next.rejections, message: next.message };
}

interface Admitted {
  count: number;
  /** Why no more. */
  message?: string;
}

/** How many of them shares and reserve let in, `most` at most. */
function admittedBy(supposed: Supposition, request: PlacementRequest, most: number): Admitted {
  const byShares = admittedByShares(supposed, request, most);
  const hasHosts = supposed.engine.hostsOf(request.pool).length > 0;
  const reserve = hasHosts ? supposed.reserve() : undefined;
  const count = reserve?.room().fits(request) ?? most;
  if (!reserve || count >= byShares.count) return byShares;
  return { count, message: reserveFilled(reserve.options, reserve.report()) };
}

function admittedByShares(supposed: Supposition, request: PlacementRequest, most: number): Admitted {
  const shares = supposed.shares();
  for (let count = 0; shares && count < most; count++) {
    const next = numbered(request, count);
    const refusal = shares.refusal([next.vm]);
    if (refusal) return { count, message: shareRefused(request.pool, refusal, 1).message };
    shares.upsertVm({ ...next.vm, host: nowhere });
  }
  return { count: most };
}

const numbered = (request: PlacementRequest, number: number): PlacementRequest => ({
  ...request,
  vm: { ...request.vm, id: `${request.vm.id} ${number}` },
});

import { PlacementEngine } from '../../../../operator/placement/engine/engine.ts';
import type { Fleet } from './fleet.ts';
import type { Move, Policy } from './replay.ts';
import type { TraceVm } from './traces.ts';

const pool = 'trace';

/** Of a host: with so many parts all VMs of the traces take whole ones, so that nothing is rounded. */
const parts = { cpu: 19_200, memory: 6_144 };

/** The placement engine with the strategy Pack, as the operator asks it. It is told of the hosts that are on. */
export class EnginePolicy implements Policy {
  readonly #engine = new PlacementEngine();
  readonly #ids = new Map<TraceVm, string>();
  #came = 0;

  choose(_fleet: Fleet, vm: TraceVm): number | undefined {
    const placement = this.#engine.find({ vm: stateOf(vm, `${this.#came}`), pool, strategy: 'Pack' });
    return placement && Number(placement.host);
  }

  placed(fleet: Fleet, vm: TraceVm, row: number): void {
    if (fleet.vmsOn[row]?.length === 1) this.#switchOn(row);
    const id = `${this.#came++}`;
    this.#ids.set(vm, id);
    this.#engine.upsertVm({ ...stateOf(vm, id), host: `${row}` });
  }

  left(fleet: Fleet, vm: TraceVm, row: number): void {
    this.#engine.removeVm(this.#ids.get(vm) ?? '');
    this.#ids.delete(vm);
    this.#switchOffIfEmpty(fleet, row);
  }

  moved(fleet: Fleet, { vm, from, to }: Move): void {
    this.#engine.upsertVm({ ...stateOf(vm, this.#ids.get(vm) ?? ''), host: `${to}` });
    this.#switchOffIfEmpty(fleet, from);
  }

  #switchOn(row: number): void {
    this.#engine.upsertHost({
      ...{ name: `${row}`, pool, labels: {}, available: { yes: true } as const },
      limits: { ...parts },
    });
  }

  #switchOffIfEmpty(fleet: Fleet, row: number): void {
    if (fleet.vmsOn[row]?.length === 0) this.#engine.removeHost(`${row}`);
  }
}

function stateOf({ cpu, memory, start }: TraceVm, id: string) {
  const requests = { cpu: Math.round(cpu * parts.cpu), memory: Math.round(memory * parts.memory) };
  return { id, namespace: 'trace', labels: {}, requests, createdAt: start * 1000 };
}

import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { meritsSentence } from '../../placement/explain/merits.ts';
import type { Chosen } from './choose-host.ts';
import type { PoolModel } from './pool-model.ts';

type Model = Pick<PoolModel, 'engine' | 'request'>;

/** Why the VM goes to the host that was just chosen, in a few words; to be asked before anything has changed. */
export function whyThere(model: Model, vm: VirtualMachine, pool: HostPool, { place, by }: Chosen): string {
  const merits = model.engine.merits(model.request(vm, pool), place.host);
  const sentences = [
    merits ? meritsSentence(merits) : '',
    by === 'preemption' ? 'Less important VMs have made way there.' : '',
    by === 'gang' ? 'It was placed together with its gang.' : '',
    by === 'gate' ? `Better ones have room that HostPool ${pool.metadata.name} keeps for others.` : '',
  ];
  return sentences.filter((text) => text !== '').join(' ');
}

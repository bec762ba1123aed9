import { describe } from 'vitest';
import { connectionContract } from './connections.ts';
import { cpuWeightContract } from './cpu-weight.ts';
import { defineContract } from './define.ts';
import { eventContract } from './events.ts';
import { factsContract } from './facts.ts';
import { guestInterfaceContract } from './guest-interfaces.ts';
import { type ContractHost, Kit } from './kit.ts';
import { outsideChangesContract } from './outside-changes.ts';
import { powerContract } from './power.ts';
import { statisticsContract } from './statistics.ts';
import { undefineContract } from './undefine.ts';

/** What every implementation of the port must do, as tests. `makeHost` is called once. */
export function hypervisorContract(implementation: string, makeHost: () => Promise<ContractHost>): void {
  describe(`the Hypervisor contract, by ${implementation}`, () => {
    const kit = new Kit(makeHost);
    describe('facts', () => factsContract(kit));
    describe('define', () => defineContract(kit));
    describe('power', () => powerContract(kit));
    describe('setCpuWeight', () => cpuWeightContract(kit));
    describe('undefine', () => undefineContract(kit));
    describe('changes from outside', () => outsideChangesContract(kit));
    describe('events', () => eventContract(kit));
    describe('guestInterfaces', () => guestInterfaceContract(kit));
    describe('statistics', () => statisticsContract(kit));
    describe('a connection', () => connectionContract(kit));
  });
}

import { describe } from 'vitest';
import { connectionContract } from './connections.ts';
import { descriptionContract } from './domain-description.ts';
import { lifeContract } from './domain-life.ts';
import { listContract } from './domain-list.ts';
import { metadataContract } from './domain-metadata.ts';
import { misuseContract } from './domain-misuse.ts';
import { transienceContract } from './domain-transience.ts';
import { hostContract } from './host.ts';
import { type ContractHost, Kit } from './kit.ts';
import { networkContract } from './networks.ts';
import { poolContract } from './pools.ts';
import { volumeContract } from './volumes.ts';

/**
 * What a libvirt daemon does, as tests: those that pass on a real one pass on a fake one too, or the fake is wrong.
 * All that it makes on the host is gone after each test.
 */
export function hypervisorContract(implementation: string, host: ContractHost): void {
  describe(`the contract of a hypervisor, by ${implementation}`, () => {
    const kit = new Kit(host);
    describe('the host', () => hostContract(kit));
    describe('connections', () => connectionContract(kit));
    describe("a domain's life", () => lifeContract(kit));
    describe('transience', () => transienceContract(kit));
    describe('misuse of a domain', () => misuseContract(kit));
    describe("a domain's description", () => descriptionContract(kit));
    describe("a domain's metadata", () => metadataContract(kit));
    describe('lists of domains', () => listContract(kit));
    describe('networks', () => networkContract(kit));
    describe('storage pools', () => poolContract(kit));
    describe('volumes', () => volumeContract(kit));
  });
}

import type { Domain, HypervisorConnection } from 'node-libvirt';

/** What the examples of README.md take for granted. */
declare global {
  var hypervisor: HypervisorConnection;
  var domain: Domain;
}

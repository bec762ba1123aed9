import type { HostConnection, Hypervisor } from './hypervisor.ts';

/**
 * A `Hypervisor` of which every step that changes a host calls `permit` first, and rejects with what that throws
 * without having touched the host: for a replica that may have lost its right to act. Looking is always allowed.
 */
export function fencedHypervisor(hypervisor: Hypervisor, permit: () => void): Hypervisor {
  return {
    connect: async (target, options) => fencedConnection(await hypervisor.connect(target, options), permit),
  };
}

function fencedConnection(host: HostConnection, permit: () => void): HostConnection {
  return {
    closed: host.closed,
    close: () => host.close(),
    facts: (options) => host.facts(options),
    domains: (options) => host.domains(options),
    domain: (uuid, options) => host.domain(uuid, options),
    guestInterfaces: (uuid, options) => host.guestInterfaces(uuid, options),
    subscribe: (listener, options) => host.subscribe(listener, options),
    define: async (xml, options) => {
      permit();
      await host.define(xml, options);
    },
    start: async (uuid, options) => {
      permit();
      await host.start(uuid, options);
    },
    resume: async (uuid, options) => {
      permit();
      await host.resume(uuid, options);
    },
    requestShutdown: async (uuid, options) => {
      permit();
      await host.requestShutdown(uuid, options);
    },
    powerOff: async (uuid, options) => {
      permit();
      await host.powerOff(uuid, options);
    },
    undefine: async (uuid, options) => {
      permit();
      await host.undefine(uuid, options);
    },
  };
}

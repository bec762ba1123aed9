import type { HostConnection, Hypervisor } from './hypervisor.ts';

/**
 * A `Hypervisor` of which every step that changes a host calls `permit` right before each request that it sends there, and
 * rejects with what that throws: for a replica that may have lost its right to act, also since the step began. Looking is
 * always allowed.
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
    statistics: (options) => host.statistics(options),
    subscribe: (listener, options) => host.subscribe(listener, options),
    define: (xml, options) => host.define(xml, { ...options, permit }),
    start: (uuid, options) => host.start(uuid, { ...options, permit }),
    resume: (uuid, options) => host.resume(uuid, { ...options, permit }),
    requestShutdown: (uuid, options) => host.requestShutdown(uuid, { ...options, permit }),
    powerOff: (uuid, options) => host.powerOff(uuid, { ...options, permit }),
    setCpuWeight: (uuid, weight, options) => host.setCpuWeight(uuid, weight, { ...options, permit }),
    undefine: (uuid, options) => host.undefine(uuid, { ...options, permit }),
  };
}

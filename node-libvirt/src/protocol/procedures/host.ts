import { array, charArray, int, uhyper, uint } from '../codec.ts';
import { high, normal } from '../procedure.ts';
import { domain, domainStats, optionalText, text } from '../structs.ts';

/** The machine itself, and calls over all of its domains. */
export const hostProcedures = {
  nodeGetInfo: high(
    6,
    {},
    {
      model: charArray(32),
      memoryKiB: uhyper,
      cpus: int,
      mhz: int,
      nodes: int,
      sockets: int,
      cores: int,
      threads: int,
    },
  ),
  connectGetCapabilities: normal(7, {}, { capabilities: text }),
  nodeGetCellsFreeMemory: high(101, { startCell: int, maxCells: int }, { cells: array(uhyper, 1024) }),
  nodeGetFreeMemory: high(102, {}, { freeMemory: uhyper }),
  connectListAllDomains: high(
    273,
    { needResults: int, flags: uint },
    { domains: array(domain, 16_384), count: uint },
  ),
  connectGetDomainCapabilities: normal(
    342,
    {
      emulator: optionalText,
      arch: optionalText,
      machine: optionalText,
      virtType: optionalText,
      flags: uint,
    },
    { capabilities: text },
  ),
  connectGetAllDomainStats: normal(
    344,
    { doms: array(domain, 16_384), stats: uint, flags: uint },
    { records: array(domainStats, 16_384) },
  ),
};

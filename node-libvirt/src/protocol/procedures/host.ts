import { array, charArray, int, opaque, uhyper, uint } from '../codec.ts';
import { high, normal } from '../procedure.ts';
import { domain, domainStats, nodeStatistic, optionalText, text } from '../structs.ts';
import { typedParameter } from '../typed-parameter.ts';

/** The machine itself, and calls over all of its domains. */
export const hostProcedures = {
  connectGetType: high(3, {}, { type: text }),
  connectGetMaxVcpus: high(5, { type: optionalText }, { maxVcpus: int }),
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
  nodeGetSecurityModel: high(122, {}, { model: array(int, 257), doi: array(int, 257) }),
  connectDomainXmlToNative: normal(
    136,
    { nativeFormat: text, domainXml: text, flags: uint },
    { nativeConfig: text },
  ),
  connectCompareCpu: high(158, { xml: text, flags: uint }, { result: int }),
  connectBaselineCpu: normal(162, { cpus: array(text, 256), flags: uint }, { cpu: text }),
  connectGetSysinfo: high(203, { flags: uint }, { sysinfo: text }),
  nodeGetCpuStats: high(
    227,
    { cpuNum: int, nparams: int, flags: uint },
    { params: array(nodeStatistic, 16), nparams: int },
  ),
  nodeGetMemoryStats: high(
    228,
    { nparams: int, cellNum: int, flags: uint },
    { params: array(nodeStatistic, 16), nparams: int },
  ),
  nodeSuspendForDuration: normal(250, { target: uint, duration: uhyper, flags: uint }, {}),
  connectListAllDomains: high(
    273,
    { needResults: int, flags: uint },
    { domains: array(domain, 16_384), count: uint },
  ),
  nodeSetMemoryParameters: normal(288, { params: array(typedParameter, 64), flags: uint }, {}),
  nodeGetMemoryParameters: normal(
    289,
    { nparams: int, flags: uint },
    { params: array(typedParameter, 64), nparams: int },
  ),
  nodeGetCpuMap: normal(
    293,
    { needMap: int, needOnline: int, flags: uint },
    { cpumap: opaque(2048), online: uint, ret: int },
  ),
  connectGetCpuModelNames: normal(
    312,
    { arch: text, needResults: int, flags: uint },
    { models: array(text, 8192), ret: int },
  ),
  nodeGetFreePages: high(
    340,
    { pages: array(uint, 1024), startCell: int, cellCount: uint, flags: uint },
    { counts: array(uhyper, 1024) },
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
  nodeAllocPages: normal(
    347,
    {
      pageSizes: array(uint, 1024),
      pageCounts: array(uhyper, 1024),
      startCell: int,
      cellCount: uint,
      flags: uint,
    },
    { ret: int },
  ),
  connectCompareHypervisorCpu: normal(
    393,
    {
      emulator: optionalText,
      arch: optionalText,
      machine: optionalText,
      virtType: optionalText,
      xml: text,
      flags: uint,
    },
    { result: int },
  ),
  nodeGetSevInfo: normal(
    395,
    { nparams: int, flags: uint },
    { params: array(typedParameter, 64), nparams: int },
  ),
  connectBaselineHypervisorCpu: normal(
    394,
    {
      emulator: optionalText,
      arch: optionalText,
      machine: optionalText,
      virtType: optionalText,
      cpus: array(text, 256),
      flags: uint,
    },
    { cpu: text },
  ),
};

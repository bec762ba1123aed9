import { array, int, opaque, uint } from '../codec.ts';
import { normal } from '../procedure.ts';
import { domain, ioThread, memoryStatistic, text } from '../structs.ts';
import { typedParameter } from '../typed-parameter.ts';

const dom = domain;

/** Limits, pinning and statistics of a domain. */
export const tuningProcedures = {
  domainMemoryStats: normal(
    159,
    { dom, maxStats: uint, flags: uint },
    { stats: array(memoryStatistic, 1024) },
  ),
  domainSetMemoryParameters: normal(197, { dom, params: array(typedParameter, 16), flags: uint }, {}),
  domainGetMemoryParameters: normal(
    198,
    { dom, nparams: int, flags: uint },
    { params: array(typedParameter, 16), nparams: int },
  ),
  domainGetVcpusFlags: normal(200, { dom, flags: uint }, { num: int }),
  domainSetBlkioParameters: normal(205, { dom, params: array(typedParameter, 16), flags: uint }, {}),
  domainGetBlkioParameters: normal(
    206,
    { dom, nparams: int, flags: uint },
    { params: array(typedParameter, 16), nparams: int },
  ),
  domainSetSchedulerParametersFlags: normal(219, { dom, params: array(typedParameter, 16), flags: uint }, {}),
  domainGetSchedulerParametersFlags: normal(
    223,
    { dom, nparams: int, flags: uint },
    { params: array(typedParameter, 16) },
  ),
  domainPinVcpuFlags: normal(225, { dom, vcpu: uint, cpumap: opaque(2048), flags: uint }, {}),
  domainGetVcpuPinInfo: normal(
    230,
    { dom, ncpumaps: int, maplen: int, flags: uint },
    { cpumaps: opaque(8_388_608), num: int },
  ),
  domainSetNumaParameters: normal(254, { dom, params: array(typedParameter, 16), flags: uint }, {}),
  domainGetNumaParameters: normal(
    255,
    { dom, nparams: int, flags: uint },
    { params: array(typedParameter, 16), nparams: int },
  ),
  domainSetInterfaceParameters: normal(
    256,
    { dom, device: text, params: array(typedParameter, 16), flags: uint },
    {},
  ),
  domainGetInterfaceParameters: normal(
    257,
    { dom, device: text, nparams: int, flags: uint },
    { params: array(typedParameter, 16), nparams: int },
  ),
  domainGetCpuStats: normal(
    262,
    { dom, nparams: uint, startCpu: int, ncpus: uint, flags: uint },
    { params: array(typedParameter, 2048), nparams: int },
  ),
  domainPinEmulator: normal(279, { dom, cpumap: opaque(2048), flags: uint }, {}),
  domainGetEmulatorPinInfo: normal(
    280,
    { dom, maplen: int, flags: uint },
    { cpumaps: opaque(8_388_608), ret: int },
  ),
  domainSetMemoryStatsPeriod: normal(308, { dom, period: int, flags: uint }, {}),
  domainGetIothreadInfo: normal(351, { dom, flags: uint }, { info: array(ioThread, 16_384), count: uint }),
  domainPinIothread: normal(352, { dom, iothreadsId: uint, cpumap: opaque(2048), flags: uint }, {}),
  domainAddIothread: normal(355, { dom, iothreadId: uint, flags: uint }, {}),
  domainDelIothread: normal(356, { dom, iothreadId: uint, flags: uint }, {}),
  domainSetIothreadParams: normal(
    402,
    { dom, iothreadId: uint, params: array(typedParameter, 64), flags: uint },
    {},
  ),
  domainGetPerfEvents: normal(365, { dom, flags: uint }, { params: array(typedParameter, 64) }),
  domainSetPerfEvents: normal(366, { dom, params: array(typedParameter, 64), flags: uint }, {}),
  domainSetVcpu: normal(384, { dom, cpumap: text, state: int, flags: uint }, {}),
};

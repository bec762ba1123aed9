import { array, int, uhyper, uint } from '../codec.ts';
import { high, normal, qemu } from '../procedure.ts';
import { domain, domainInterface, optionalText, text } from '../structs.ts';
import { typedParameter } from '../typed-parameter.ts';
import { uuid } from '../uuid.ts';

const dom = domain;

/** One domain: its life, its description, its devices, its guest. */
export const domainProcedures = {
  domainCreateXml: normal(10, { xml: text, flags: uint }, { dom }),
  domainGetXmlDesc: normal(14, { dom, flags: uint }, { xml: text }),
  domainGetInfo: normal(
    16,
    { dom },
    { state: uint, maxMemoryKiB: uhyper, memoryKiB: uhyper, vcpus: uint, cpuTimeNanoseconds: uhyper },
  ),
  domainLookupByUuid: high(24, { uuid }, { dom }),
  domainReboot: normal(27, { dom, flags: uint }, {}),
  domainResume: normal(28, { dom }, {}),
  domainSetAutostart: high(29, { dom, autostart: int }, {}),
  domainSuspend: normal(34, { dom }, {}),
  domainAttachDeviceFlags: normal(160, { dom, xml: text, flags: uint }, {}),
  domainDetachDeviceFlags: normal(161, { dom, xml: text, flags: uint }, {}),
  domainUpdateDeviceFlags: normal(174, { dom, xml: text, flags: uint }, {}),
  domainCreateWithFlags: normal(196, { dom, flags: uint }, { dom }),
  domainSetVcpusFlags: normal(199, { dom, vcpus: uint, flags: uint }, {}),
  domainSetMemoryFlags: normal(204, { dom, memoryKiB: uhyper, flags: uint }, {}),
  domainGetState: high(212, { dom, flags: uint }, { state: int, reason: int }),
  domainUndefineFlags: high(231, { dom, flags: uint }, {}),
  domainDestroyFlags: high(234, { dom, flags: uint }, {}),
  domainReset: normal(245, { dom, flags: uint }, {}),
  domainShutdownFlags: normal(258, { dom, flags: uint }, {}),
  domainSetMetadata: normal(
    264,
    { dom, type: int, metadata: optionalText, key: optionalText, uri: optionalText, flags: uint },
    {},
  ),
  domainGetMetadata: normal(265, { dom, type: int, uri: optionalText, flags: uint }, { metadata: text }),
  domainGetJobStats: normal(298, { dom, flags: uint }, { type: int, params: array(typedParameter, 64) }),
  domainDefineXmlFlags: high(350, { xml: text, flags: uint }, { dom }),
  domainInterfaceAddresses: normal(
    353,
    { dom, source: uint, flags: uint },
    { interfaces: array(domainInterface, 2048) },
  ),
  domainAgentSetResponseTimeout: normal(420, { dom, timeoutSeconds: int, flags: uint }, { result: int }),
  qemuDomainAgentCommand: qemu(
    3,
    { dom, command: text, timeoutSeconds: int, flags: uint },
    { result: optionalText },
  ),
};

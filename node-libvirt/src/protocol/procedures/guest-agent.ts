import { array, hyper, int, uhyper, uint } from '../codec.ts';
import { normal } from '../procedure.ts';
import { domain, fileSystem, optionalText, text } from '../structs.ts';
import { typedParameter } from '../typed-parameter.ts';

const dom = domain;

/** What only the guest, by its agent, can tell or do. */
export const guestProcedures = {
  domainGetHostname: normal(277, { dom, flags: uint }, { hostname: text }),
  domainFstrim: normal(294, { dom, mountPoint: optionalText, minimum: uhyper, flags: uint }, {}),
  domainFsfreeze: normal(335, { dom, mountpoints: array(text, 256), flags: uint }, { filesystems: int }),
  domainFsthaw: normal(336, { dom, mountpoints: array(text, 256), flags: uint }, { filesystems: int }),
  domainGetTime: normal(337, { dom, flags: uint }, { seconds: hyper, nseconds: uint }),
  domainSetTime: normal(338, { dom, seconds: hyper, nseconds: uint, flags: uint }, {}),
  domainGetFsinfo: normal(349, { dom, flags: uint }, { info: array(fileSystem, 256), count: uint }),
  domainSetUserPassword: normal(357, { dom, user: optionalText, password: optionalText, flags: uint }, {}),
  domainGetGuestVcpus: normal(371, { dom, flags: uint }, { params: array(typedParameter, 64) }),
  domainSetGuestVcpus: normal(372, { dom, cpumap: text, state: int, flags: uint }, {}),
  domainGetGuestInfo: normal(418, { dom, types: uint, flags: uint }, { params: array(typedParameter, 2048) }),
  domainAuthorizedSshKeysGet: normal(424, { dom, user: text, flags: uint }, { keys: array(text, 2048) }),
  domainAuthorizedSshKeysSet: normal(425, { dom, user: text, keys: array(text, 2048), flags: uint }, {}),
};

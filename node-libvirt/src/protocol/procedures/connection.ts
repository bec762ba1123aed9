import { array, int, optional, uhyper, uint } from '../codec.ts';
import { high, qemu } from '../procedure.ts';
import { domain, optionalText, text } from '../structs.ts';

/** Opening, authentication, what the server is, and event registration. */
export const connectionProcedures = {
  connectOpen: high(1, { name: optionalText, flags: uint }, {}),
  connectClose: high(2, {}, {}),
  connectGetVersion: high(4, {}, { version: uhyper }),
  connectGetHostname: high(59, {}, { hostname: text }),
  connectSupportsFeature: high(60, { feature: int }, { supported: int }),
  authList: high(66, {}, { types: array(int, 20) }),
  authSaslInit: high(67, {}, { mechlist: text }),
  authSaslStart: high(
    68,
    { mech: text, nil: int, data: array(int, 65_536) },
    { complete: int, nil: int, data: array(int, 65_536) },
  ),
  authSaslStep: high(
    69,
    { nil: int, data: array(int, 65_536) },
    { complete: int, nil: int, data: array(int, 65_536) },
  ),
  authPolkit: high(70, {}, { complete: int }),
  connectGetUri: high(110, {}, { uri: text }),
  connectIsSecure: high(149, {}, { secure: int }),
  connectGetLibVersion: high(157, {}, { version: uhyper }),
  connectDomainEventCallbackRegisterAny: high(
    316,
    { eventId: int, dom: optional(domain) },
    { callbackId: int },
  ),
  connectDomainEventCallbackDeregisterAny: high(317, { callbackId: int }, {}),
  connectRegisterCloseCallback: high(360, {}, {}),
  connectUnregisterCloseCallback: high(361, {}, {}),
  qemuConnectDomainMonitorEventRegister: qemu(
    4,
    { dom: optional(domain), event: optionalText, flags: uint },
    { callbackId: int },
    'high',
  ),
  qemuConnectDomainMonitorEventDeregister: qemu(5, { callbackId: int }, {}, 'high'),
};

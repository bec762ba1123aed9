import { array, type Codec, hyper, type Infer, int, string, struct, uhyper, uint } from './codec.ts';
import { Program } from './programs.ts';
import { domain, network, nodeDevice, optionalText, secret, storagePool, text } from './structs.ts';
import { typedParameter } from './typed-parameter.ts';

/** Whose events they are; each has a call of its own to register with. */
export type EventSource = 'domain' | 'network' | 'storagePool' | 'nodeDevice' | 'secret' | 'monitor';

/** One kind of event: what to register for, and the message that then comes. */
export interface EventMessage<T> {
  readonly source: EventSource;
  readonly program: Program;
  /** Number to register, among those of its source (libvirt: virDomainEventID and the like). */
  readonly eventId: number;
  /** Procedure number of the message. */
  readonly number: number;
  readonly payload: Codec<T>;
}

const dom = domain;
const callbackId = int;

const from =
  (source: EventSource, program: Program = Program.Remote) =>
  <T>(eventId: number, number: number, payload: Codec<T>): EventMessage<T> => ({
    source,
    program,
    eventId,
    number,
    payload,
  });

const ofDomain = from('domain');
const ofNetwork = from('network');
const ofPool = from('storagePool');
const ofNodeDevice = from('nodeDevice');
const ofSecret = from('secret');

/** Older messages nest a legacy struct after the callback's number. */
const nested = <F extends Parameters<typeof struct>[0]>(fields: F) =>
  struct({ callbackId, msg: struct({ dom, ...fields }) });

const address = struct({ family: int, node: text, service: text });
const identity = struct({ type: text, name: text });
const params = array(typedParameter, 64);

/**
 * Every event of libvirt's two programs, but for two that others replace: I/O errors without their reason (4), and
 * block jobs by path (8).
 */
export const eventMessages = {
  lifecycle: ofDomain(0, 318, nested({ event: int, detail: int })),
  reboot: ofDomain(1, 319, nested({})),
  rtcChange: ofDomain(2, 320, nested({ offset: hyper })),
  watchdog: ofDomain(3, 321, nested({ action: int })),
  graphics: ofDomain(
    5,
    323,
    nested({ phase: int, local: address, remote: address, authScheme: text, subject: array(identity, 20) }),
  ),
  ioErrorReason: ofDomain(6, 324, nested({ srcPath: text, alias: text, action: int, reason: text })),
  controlError: ofDomain(7, 325, nested({})),
  diskChange: ofDomain(
    9,
    327,
    nested({ oldSrcPath: optionalText, newSrcPath: optionalText, alias: text, reason: int }),
  ),
  trayChange: ofDomain(10, 328, nested({ alias: text, reason: int })),
  pmWakeup: ofDomain(11, 329, struct({ callbackId, reason: int, msg: struct({ dom }) })),
  pmSuspend: ofDomain(12, 330, struct({ callbackId, reason: int, msg: struct({ dom }) })),
  balloonChange: ofDomain(13, 331, nested({ actualKiB: uhyper })),
  pmSuspendDisk: ofDomain(14, 332, struct({ callbackId, reason: int, msg: struct({ dom }) })),
  deviceRemoved: ofDomain(15, 333, nested({ alias: text })),
  blockJob: ofDomain(16, 339, struct({ callbackId, dom, target: text, type: int, status: int })),
  tunable: ofDomain(17, 346, struct({ callbackId, dom, params: array(typedParameter, 2048) })),
  agentLifecycle: ofDomain(18, 348, struct({ callbackId, dom, state: int, reason: int })),
  deviceAdded: ofDomain(19, 354, struct({ callbackId, dom, alias: text })),
  migrationIteration: ofDomain(20, 359, struct({ callbackId, dom, iteration: int })),
  jobCompleted: ofDomain(21, 363, struct({ callbackId, dom, params })),
  deviceRemovalFailed: ofDomain(22, 367, struct({ callbackId, dom, alias: text })),
  metadataChange: ofDomain(23, 379, struct({ callbackId, dom, type: int, uri: optionalText })),
  blockThreshold: ofDomain(
    24,
    385,
    struct({ callbackId, dom, target: text, path: optionalText, threshold: uhyper, excess: uhyper }),
  ),
  memoryFailure: ofDomain(25, 423, struct({ callbackId, dom, recipient: int, action: int, flags: uint })),
  memoryDeviceSizeChange: ofDomain(26, 438, struct({ callbackId, dom, alias: text, size: uhyper })),
  /** Since libvirt 11.2. */
  nicMacChange: ofDomain(27, 453, struct({ callbackId, dom, alias: text, oldMac: text, newMac: text })),
  networkLifecycle: ofNetwork(0, 315, struct({ callbackId, network, event: int, detail: int })),
  poolLifecycle: ofPool(0, 370, struct({ callbackId, pool: storagePool, event: int, detail: int })),
  poolRefresh: ofPool(1, 373, struct({ callbackId, pool: storagePool })),
  nodeDeviceLifecycle: ofNodeDevice(
    0,
    376,
    struct({ callbackId, device: nodeDevice, event: int, detail: int }),
  ),
  nodeDeviceUpdate: ofNodeDevice(1, 377, struct({ callbackId, device: nodeDevice })),
  secretLifecycle: ofSecret(0, 382, struct({ callbackId, secret, event: int, detail: int })),
  secretValueChanged: ofSecret(1, 383, struct({ callbackId, secret })),
  /** What QEMU's monitor says, as it is; libvirt promises nothing about it. */
  monitor: from('monitor', Program.Qemu)(
    0,
    6,
    struct({ callbackId, dom, event: string(), seconds: hyper, micros: uint, details: optionalText }),
  ),
};

/** The message that says that the daemon behind the one spoken to is gone; to be registered for with a call of its own. */
export const connectionClosedMessage = {
  program: Program.Remote,
  number: 362,
  payload: struct({ reason: int }),
};

export type EventName = keyof typeof eventMessages;
export type EventPayload<N extends EventName> = Infer<(typeof eventMessages)[N]['payload']>;

/** A received event, still in the protocol's terms. */
export type RawEvent = { [N in EventName]: { name: N; payload: EventPayload<N> } }[EventName];

const namesOf = (wanted: Program): ReadonlyMap<number, EventName> =>
  new Map(
    Object.entries(eventMessages)
      .filter(([, { program }]) => program === wanted)
      .map(([name, { number }]) => [number, name as EventName]),
  );

const names = { [Program.Remote]: namesOf(Program.Remote), [Program.Qemu]: namesOf(Program.Qemu) };

/** Undefined for messages that this client never registers for. */
export function eventNameOf(program: number, number: number): EventName | undefined {
  return program === Program.Remote || program === Program.Qemu ? names[program].get(number) : undefined;
}

import type { EventName, EventPayload } from '../protocol/events.ts';
import { typedParameterMap } from '../protocol/typed-parameter.ts';
import { lifecycle } from './lifecycle.ts';
import {
  agentReasons,
  blockJobStatuses,
  blockJobTypes,
  diskChangeReasons,
  graphicsFamilies,
  graphicsPhases,
  ioErrorActions,
  memoryFailureActions,
  memoryFailureRecipients,
  metadataTypes,
  nameOf,
  networkEvents,
  nodeDeviceEvents,
  poolEvents,
  secretEvents,
  trayChangeReasons,
  watchdogActions,
} from './names.ts';

/** From the protocol's message to what a listener gets, but for its kind. */
interface Kind<N extends EventName, E> {
  readonly message: N;
  readonly read: (payload: EventPayload<N>) => E;
}

function kind<N extends EventName, E>(message: N, read: (payload: EventPayload<N>) => E): Kind<N, E> {
  return { message, read };
}

type Named = { uuid: string; name: string };
const of = ({ uuid, name }: Named): Named => ({ uuid, name });

type Address = EventPayload<'graphics'>['msg']['local'];
const address = ({ family, node, service }: Address) => ({
  family: nameOf(graphicsFamilies, family),
  node,
  service,
});

/** Domains' events; `uuid` and `name` are the domain's. */
const domainKinds = {
  lifecycle: kind('lifecycle', ({ msg }) => ({ ...of(msg.dom), ...lifecycle(msg) })),
  reboot: kind('reboot', ({ msg }) => of(msg.dom)),
  agent: kind('agentLifecycle', ({ dom, state, reason }) => ({
    ...of(dom),
    state: state === 1 ? ('Connected' as const) : ('Disconnected' as const),
    reason: nameOf(agentReasons, reason),
  })),
  'device-added': kind('deviceAdded', ({ dom, alias }) => ({ ...of(dom), alias })),
  'device-removed': kind('deviceRemoved', ({ msg }) => ({ ...of(msg.dom), alias: msg.alias })),
  'device-removal-failed': kind('deviceRemovalFailed', ({ dom, alias }) => ({ ...of(dom), alias })),
  'job-completed': kind('jobCompleted', ({ dom, params }) => ({
    ...of(dom),
    stats: typedParameterMap(params),
  })),
  'migration-iteration': kind('migrationIteration', ({ dom, iteration }) => ({ ...of(dom), iteration })),
  'io-error': kind('ioErrorReason', ({ msg }) => ({
    ...of(msg.dom),
    path: msg.srcPath,
    alias: msg.alias,
    action: nameOf(ioErrorActions, msg.action),
    reason: msg.reason,
  })),
  'block-job': kind('blockJob', ({ dom, target, type, status }) => ({
    ...of(dom),
    target,
    type: nameOf(blockJobTypes, type),
    status: nameOf(blockJobStatuses, status),
  })),
  'block-threshold': kind('blockThreshold', ({ dom, target, path, threshold, excess }) => ({
    ...of(dom),
    target,
    path,
    thresholdBytes: threshold,
    excessBytes: excess,
  })),
  'disk-change': kind('diskChange', ({ msg }) => ({
    ...of(msg.dom),
    oldPath: msg.oldSrcPath,
    newPath: msg.newSrcPath,
    alias: msg.alias,
    reason: nameOf(diskChangeReasons, msg.reason),
  })),
  'tray-change': kind('trayChange', ({ msg }) => ({
    ...of(msg.dom),
    alias: msg.alias,
    reason: nameOf(trayChangeReasons, msg.reason),
  })),
  watchdog: kind('watchdog', ({ msg }) => ({ ...of(msg.dom), action: nameOf(watchdogActions, msg.action) })),
  graphics: kind('graphics', ({ msg }) => ({
    ...of(msg.dom),
    phase: nameOf(graphicsPhases, msg.phase),
    local: address(msg.local),
    remote: address(msg.remote),
    authScheme: msg.authScheme,
    subject: msg.subject,
  })),
  'rtc-change': kind('rtcChange', ({ msg }) => ({ ...of(msg.dom), offsetSeconds: msg.offset })),
  'balloon-change': kind('balloonChange', ({ msg }) => ({
    ...of(msg.dom),
    memoryBytes: msg.actualKiB * 1024n,
  })),
  'memory-failure': kind('memoryFailure', ({ dom, recipient, action, flags }) => ({
    ...of(dom),
    recipient: nameOf(memoryFailureRecipients, recipient),
    action: nameOf(memoryFailureActions, action),
    flags,
  })),
  'memory-device-size-change': kind('memoryDeviceSizeChange', ({ dom, alias, size }) => ({
    ...of(dom),
    alias,
    sizeBytes: size * 1024n,
  })),
  'metadata-change': kind('metadataChange', ({ dom, type, uri }) => ({
    ...of(dom),
    type: nameOf(metadataTypes, type),
    uri,
  })),
  tunable: kind('tunable', ({ dom, params }) => ({ ...of(dom), values: typedParameterMap(params) })),
  'nic-mac-change': kind('nicMacChange', ({ dom, alias, oldMac, newMac }) => ({
    ...of(dom),
    alias,
    oldMac,
    newMac,
  })),
  'pm-wakeup': kind('pmWakeup', ({ msg }) => of(msg.dom)),
  'pm-suspend': kind('pmSuspend', ({ msg }) => of(msg.dom)),
  'pm-suspend-disk': kind('pmSuspendDisk', ({ msg }) => of(msg.dom)),
  'control-error': kind('controlError', ({ msg }) => of(msg.dom)),
  monitor: kind('monitor', ({ dom, event, seconds, micros, details }) => ({
    ...of(dom),
    event,
    atMs: Number(seconds) * 1000 + micros / 1000,
    details,
  })),
};

/** Events of what is not a domain. */
const otherKinds = {
  'network-lifecycle': kind('networkLifecycle', ({ network, event }) => ({
    ...of(network),
    event: nameOf(networkEvents, event),
  })),
  'pool-lifecycle': kind('poolLifecycle', ({ pool, event }) => ({
    ...of(pool),
    event: nameOf(poolEvents, event),
  })),
  'pool-refresh': kind('poolRefresh', ({ pool }) => of(pool)),
  'node-device-lifecycle': kind('nodeDeviceLifecycle', ({ device, event }) => ({
    name: device.name,
    event: nameOf(nodeDeviceEvents, event),
  })),
  'node-device-update': kind('nodeDeviceUpdate', ({ device }) => ({ name: device.name })),
  'secret-lifecycle': kind('secretLifecycle', ({ secret, event }) => ({
    uuid: secret.uuid,
    usageId: secret.usageId,
    event: nameOf(secretEvents, event),
  })),
  'secret-value-changed': kind('secretValueChanged', ({ secret }) => ({
    uuid: secret.uuid,
    usageId: secret.usageId,
  })),
};

/** Every kind of event that can be subscribed to. */
export const kinds = { ...domainKinds, ...otherKinds };

/** What a subscription is about unless it says otherwise: what changes a domain, or what is known of it. */
export const defaultKinds = [
  ...(['lifecycle', 'reboot', 'agent', 'job-completed'] as const),
  ...(['device-added', 'device-removed', 'device-removal-failed'] as const),
] as const;

type EventsOf<T extends Record<string, { read: (payload: never) => unknown }>> = {
  [K in keyof T]: { kind: K } & ReturnType<T[K]['read']>;
}[keyof T];

/** Something that happened to a domain. */
export type DomainEvent = EventsOf<typeof domainKinds>;
/** Something that happened on a host. */
export type HypervisorEvent = DomainEvent | EventsOf<typeof otherKinds>;
export type EventKind = HypervisorEvent['kind'];
/** The event of a kind. */
export type EventOf<K extends EventKind> = Extract<HypervisorEvent, { kind: K }>;
export type DefaultKind = (typeof defaultKinds)[number];

const kindsByMessage = new Map(
  Object.entries(kinds).map(([name, { message }]) => [message, name as EventKind]),
);

/** The kind of a message. */
export function kindOf(message: EventName): EventKind {
  const found = kindsByMessage.get(message);
  if (!found) throw new TypeError(`no kind has the message ${message}`);
  return found;
}

/** From the protocol's message to what a listener gets. */
export function readEvent(kind: EventKind, payload: unknown): HypervisorEvent {
  const { read } = kinds[kind] as { read: (payload: unknown) => object };
  return { kind, ...read(payload) } as HypervisorEvent;
}

export { FakeFleet, type FleetOptions } from './fake-fleet.ts';
export { FakeHost, type FakeHostOptions } from './fake-host/fake-host.ts';
export type { Faults, Undo, Which } from './fake-host/faults.ts';
export type { HostDescription } from './fake-host/host-description.ts';
export { openInMemory } from './fake-host/open-in-memory.ts';
export { FakePeer, Fault, type ReceivedCall, replyPacket } from './fake-peer.ts';
export { FakeServer, type Handler, noAnswer } from './fake-server.ts';
export type { ServerIdentity } from './listeners.ts';
export { turns, VirtualClock } from './virtual-clock.ts';

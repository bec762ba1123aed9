export { FakePeer, Fault, type ReceivedCall, replyPacket } from './fake-peer.ts';
export { FakeServer, type Handler, noAnswer } from './fake-server.ts';
export { randomFrom } from './random.ts';
export * from './recording/index.ts';
export { turns, VirtualClock } from './virtual-clock.ts';

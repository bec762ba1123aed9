export { FakePeer, Fault, type ReceivedCall, replyPacket } from './fake-peer.ts';
export { FakeServer, type Handler, noAnswer } from './fake-server.ts';
export { turns, VirtualClock } from './virtual-clock.ts';

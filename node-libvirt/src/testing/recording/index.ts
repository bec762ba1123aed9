export { coalescePackets, delayPackets, overtakeReplies, splitPackets } from './flow-faults.ts';
export {
  type Choice,
  everyPacket,
  type FaultTools,
  nth,
  onChosen,
  onwards,
  type PacketFault,
  type PacketSink,
  withChance,
} from './packet-fault.ts';
export * from './packet-faults.ts';
export { disturbed, type LinkOptions, linkPackets } from './packet-link.ts';
export { RecordingProxy } from './recording-proxy.ts';
export type { Replay, ReplayOptions } from './replay.ts';
export { ReplayServer } from './replay-server.ts';
export {
  formatTranscript,
  parseTranscript,
  type RecordedPacket,
  type Sender,
  type Transcript,
} from './transcript.ts';

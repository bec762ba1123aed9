import { decodePacket, PacketType } from '../../connection/packet.ts';
import type { Choice, PacketFault } from './packet-fault.ts';

/** They arrive `ms` late, and all behind them no earlier: as on a slow network, the order stays. */
export const delayPackets =
  (choice: Choice, ms: number): PacketFault =>
  (next, { random, after }) => {
    let index = 0;
    const held: (() => void)[] = [];
    const release = () => {
      for (const pass of held.splice(0)) pass();
    };
    const passOrHold = (pass: () => void, delayed: boolean) => {
      if (delayed && held.length === 0) after(ms, release);
      if (delayed || held.length > 0) held.push(pass);
      else pass();
    };
    return {
      write: (packet) => passOrHold(() => next.write(packet), choice(index++, random)),
      close: () => passOrHold(() => next.close(), false),
    };
  };

/**
 * Replies among them arrive behind the packet that follows, or after `withinMs` when none does. A stream's packets
 * overtake nothing: no server sends them before the reply that opens the stream.
 */
export const overtakeReplies =
  (choice: Choice, withinMs: number): PacketFault =>
  (next, { random, after }) => {
    let index = 0;
    let overtaken: Buffer | undefined;
    const release = (packet: Buffer | undefined) => {
      if (packet === undefined || packet !== overtaken) return;
      overtaken = undefined;
      next.write(packet);
    };
    return {
      write(packet) {
        const chosen = choice(index++, random);
        const { type } = decodePacket(packet);
        if (chosen && overtaken === undefined && type === PacketType.Reply) {
          overtaken = packet;
          after(withinMs, () => release(packet));
          return;
        }
        if (type === PacketType.Stream) release(overtaken);
        next.write(packet);
        release(overtaken);
      },
      close() {
        release(overtaken);
        next.close();
      },
    };
  };

/** Everything arrives in pieces of at most `bytes`. */
export const splitPackets =
  (bytes: number): PacketFault =>
  (next) => ({
    write(packet) {
      for (let start = 0; start < packet.length; start += bytes)
        next.write(packet.subarray(start, start + bytes));
    },
    close: () => next.close(),
  });

/** Up to `count` packets arrive in one piece; fewer after `withinMs`. */
export const coalescePackets =
  (count: number, withinMs: number): PacketFault =>
  (next, { after }) => {
    let kept: Buffer[] = [];
    const release = () => {
      const together = Buffer.concat(kept);
      kept = [];
      if (together.length > 0) next.write(together);
    };
    return {
      write(packet) {
        kept.push(packet);
        if (kept.length === 1) {
          const first = kept;
          after(withinMs, () => kept === first && release());
        }
        if (kept.length >= count) release();
      },
      close() {
        release();
        next.close();
      },
    };
  };

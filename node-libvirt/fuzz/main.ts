import { parseArgs } from 'node:util';
import { fuzzConnections } from './connection.ts';
import { fuzzDecoders } from './decode.ts';

/**
 * `node node-libvirt/fuzz/main.ts [--packets N] [--seed N]`: breaks packets, ten million by default; one half is decoded by
 * itself, the other sent to connections.
 */
const { values } = parseArgs({ options: { packets: { type: 'string' }, seed: { type: 'string' } } });
const packets = Number(values.packets ?? 10_000_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const each = 500_000;

/** Runs one kind in parts, each with a seed of its own, and prints what came of them and how fast. */
async function fuzz(kind: string, count: number, run: (packets: number, seed: number) => Promise<string>) {
  const begin = performance.now();
  for (let done = 0; done < count; done += each) {
    const part = Math.min(each, count - done);
    const found = await run(part, seed + done);
    const perSecond = Math.round(((done + part) / (performance.now() - begin)) * 1000);
    const rss = Math.round(process.memoryUsage.rss() / 2 ** 20);
    console.log(`${kind}: ${done + part} packets, ${perSecond}/s, ${rss} MiB; of the last ${part}: ${found}`);
  }
}

console.log(`seed ${seed}`);
const half = Math.ceil(packets / 2);
await fuzz('decoders', half, async (count, from) => `${fuzzDecoders(count, from).refused} refused`);
await fuzz('connections', packets - half, async (count, from) => {
  const { connections, outcomes } = await fuzzConnections(count, from);
  const ends = [...outcomes].map(([outcome, times]) => `${times} ${outcome}`).join(', ');
  return `${connections} connections; ${ends}`;
});

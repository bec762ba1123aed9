import { parseArgs } from 'node:util';
import { fuzzDecoders } from './decode.ts';

/** `node node-libvirt/fuzz/main.ts [--packets N] [--seed N]`: breaks packets and decodes them, ten million by default. */
const { values } = parseArgs({ options: { packets: { type: 'string' }, seed: { type: 'string' } } });
const packets = Number(values.packets ?? 10_000_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const each = 500_000;

console.log(`seed ${seed}`);
const begin = performance.now();
let refused = 0;
for (let done = 0; done < packets; done += each) {
  const part = fuzzDecoders(Math.min(each, packets - done), seed + done / each);
  refused += part.refused;
  const rss = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(`${done + part.packets} packets, ${refused} refused, ${rss} MiB`);
}
console.log(`in ${((performance.now() - begin) / 1000).toFixed(1)} s`);

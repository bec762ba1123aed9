import { answer } from '../../answer.ts';
import { settledMemory } from '../../self-measurement.ts';
import { type Liver, openLives } from './lives.ts';

export interface ChurnSpec {
  liver: Liver;
  kubeconfigPath: string;
  /** VMs that come and go between two looks at the heap. */
  lives: number;
  looks: number;
}

/* Lets VMs come and go, and answers each time that the heap was looked at. */

const { liver, kubeconfigPath, lives: count, looks } = JSON.parse(process.argv[2] ?? '{}') as ChurnSpec;
const lives = await openLives(liver, kubeconfigPath);
for (let look = 1; look <= looks; look++) {
  await lives.live(count);
  lives.tidy();
  const { heapKiB } = await settledMemory();
  answer({ lives: look * count, heapKiB });
}
process.exit();

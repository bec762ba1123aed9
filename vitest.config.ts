import { defineConfig } from 'vitest/config';

/**
 * Five projects, cheapest first: `unit` needs nothing; `chaos` nothing but time; `differential` libvirt's sources and a C compiler; `integration`
 * a control plane; `e2e` that and lab hosts. The last two run one file at a time: they share one machine's cores with an API server and emulated guests.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{operator,node-libvirt,hack,cli}/**/*.test.ts',
            'test/{architecture,bench,chaos/fault-proxy}/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**'],
          // Some start a program, which takes its time where two cores have much else to do.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          exclude: ['test/chaos/fault-proxy/**'],
          globalSetup: ['test/chaos/crash-matrix/tally.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'differential',
          include: ['test/differential/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/integration/setup.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});

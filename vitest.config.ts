import { defineConfig } from 'vitest/config';

/**
 * Four projects, cheapest first: `unit` needs nothing; `differential` libvirt's sources and a C compiler; `integration`
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

import { z } from 'zod';
import { labelKey } from './common.ts';

/** What a HostPool keeps free so that its VMs have places after failures. */
export const failureReserve = z.object({
  failures: z
    .int32()
    .min(1)
    .max(8)
    .default(1)
    .describe('How many failure domains may be gone at once, with a place left for each of their VMs.'),
  topologyKey: labelKey
    .default('kubernetes.io/hostname')
    .describe('Label of hosts that says what fails as one, such as a rack; a host without it fails alone.'),
});
export type FailureReserveSpec = z.output<typeof failureReserve>;

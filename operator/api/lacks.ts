import { z } from 'zod';

const percent = z.int32().min(0).max(100);

/** How much a VM lacks of what it asks for. */
export const lacks = {
  cpuPercent: percent.describe(
    'At least this part of the time for which it wants processors it waits for one: 0, 10, 25 or 50.',
  ),
  memoryPercent: percent.describe(
    'At least this part of its memory is taken by its balloon, or that hurts it as much: 0, 10, 25 or 50.',
  ),
};

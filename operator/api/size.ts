import { z } from 'zod';
import { byteQuantity, cel } from './common.ts';

/** Virtual CPUs of one guest. */
export const cpuCores = z.int32().min(1).max(512);

/** Memory of one guest. */
export const memorySize = byteQuantity
  .describe('Memory of the guest as a quantity in bytes, such as 512Mi or 4Gi.')
  .meta(
    cel({
      // What is no quantity is the other rule's affair.
      rule: "!isQuantity(self) || quantity(self).compareTo(quantity('16Mi')) >= 0 && quantity(self).compareTo(quantity('16Ti')) <= 0",
      message: 'must be from 16Mi to 16Ti; a number without a unit is bytes, so write 4Gi for four gibibytes',
    }),
  );

/** How much may be placed, in percent of what there is. */
export const overcommitPercent = {
  cpu: z.int32().min(1).max(10_000),
  memory: z.int32().min(1).max(1000),
};

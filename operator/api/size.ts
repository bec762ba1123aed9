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

/** Huge pages as Linux has them on x86_64. */
export const hugePageSizes = ['2Mi', '1Gi'] as const;
export type HugePageSize = (typeof hugePageSizes)[number];

export const hugePageSize = z
  .enum(hugePageSizes)
  .optional()
  .describe(
    'Gives the guest its memory in huge pages of this size, which its host must have set aside (vm.nr_hugepages). Default: ordinary memory.',
  );

/** For an object with both fields. Rounded, as a quantity with a fraction is told nearly exactly only. */
export const wholePages = cel({
  rule: "!has(self.hugePageSize) || !has(self.size) || !isQuantity(self.size) || int(quantity(self.size).asApproximateFloat() + 0.5) % (self.hugePageSize == '1Gi' ? 1073741824 : 2097152) == 0",
  message: 'size must be a multiple of hugePageSize, such as 4Gi',
  fieldPath: '.size',
});

/** How much may be placed, in percent of what there is. */
export const overcommitPercent = {
  cpu: z.int32().min(1).max(10_000),
  memory: z.int32().min(1).max(1000),
};

/**
 * How many VMs alike find room in failure domains that have so many slots each, every one with a slot in as many other
 * domains as may fail at once.
 *
 * For one failure, VMs whose domains do not fail together share slots: those of each domain must find as many outside of it
 * that no VM is in. So all of them find room in what is left without the largest domain, and in no more. For several no
 * slot is shared; the VMs are then as many sets of `failures` + 1 different domains as can be made of all slots, and there
 * may be room for some more.
 */
export function fitsInDomains(slots: readonly number[], failures: number): number {
  const total = sumOf(slots);
  if (failures === 1) return total === 0 ? 0 : total - Math.max(...slots);
  let fits = 0;
  for (let most = Math.floor(total / (failures + 1)); fits < most; ) {
    const middle = Math.ceil((fits + most) / 2);
    const usable = sumOf(slots.map((count) => Math.min(count, middle)));
    if (usable >= (failures + 1) * middle) fits = middle;
    else most = middle - 1;
  }
  return fits;
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

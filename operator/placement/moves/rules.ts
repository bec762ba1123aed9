/**
 * What a planner asks of the rules that bind VMs. The rules keep their own picture of where each VM is, and are told of
 * each change; a VM that migrates is in both places from `arrive` to `leave`. Planners undo what they tried.
 */
export interface MoveRules {
  /** Whether the VM may be on this host too, now, and stay there alone; whatever room there is. */
  allows(vm: number, host: number): boolean;
  /** From now on the VM counts on this host as well. */
  arrive(vm: number, host: number): void;
  /** From now on the VM no longer counts on this host. */
  leave(vm: number, host: number): void;
  /**
   * Numbers of the rules that this VM could break for others by leaving, such as spread and affinity. Of VMs that share
   * a number one migrates at a time, so that the order in which a wave ends is of no matter. Default none.
   */
  serials?(vm: number): readonly number[];
}

/** Rules for who has none. */
export const noRules: MoveRules = { allows: () => true, arrive: () => {}, leave: () => {} };

/** All of them must allow. */
export function everyRule(all: readonly MoveRules[]): MoveRules {
  return {
    allows: (vm, host) => all.every((rules) => rules.allows(vm, host)),
    arrive: (vm, host) => {
      for (const rules of all) rules.arrive(vm, host);
    },
    leave: (vm, host) => {
      for (const rules of all) rules.leave(vm, host);
    },
    // Numbers of different sets are kept apart.
    serials: (vm) =>
      all.flatMap((rules, set) => (rules.serials?.(vm) ?? []).map((serial) => serial * all.length + set)),
  };
}

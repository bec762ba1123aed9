/**
 * Kinds of VMs for which was looked in vain in the world as it is: those that ask the same and that no policy can tell
 * apart fail for the same reason, so one of them answers for all.
 */
export class InVain {
  readonly #kinds = new Set<string>();

  /** What `search` finds for a VM of the kind; it is not asked where it has found nothing since the last change. */
  search<T>(kind: string, search: () => T | undefined): T | undefined {
    if (this.#kinds.has(kind)) return undefined;
    const found = search();
    if (found === undefined) this.#kinds.add(kind);
    return found;
  }

  /** Something has changed that may bear on what is found. */
  forget(): void {
    this.#kinds.clear();
  }
}

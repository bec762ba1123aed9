/** How to undo what was done since a trial began; nothing is written down while there is none. */
export class Journal {
  #undo: (() => void)[] | undefined;

  /** Does as `action` says, and undoes all that was noted meanwhile, latest first, even if it throws. */
  trial<T>(action: () => T): T {
    const outer = this.#undo;
    const undo: (() => void)[] = [];
    this.#undo = undo;
    try {
      return action();
    } finally {
      // What undoing does is no news.
      this.#undo = undefined;
      for (let at = undo.length - 1; at >= 0; at--) undo[at]?.();
      this.#undo = outer;
    }
  }

  note(undo: () => void): void {
    this.#undo?.push(undo);
  }
}

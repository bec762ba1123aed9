/**
 * One proof for all who ask for it at about the same time. Whoever asks gets one that began after the question: those
 * who come while one is under way share the next.
 */
export class SharedProof {
  readonly #prove: () => Promise<void>;
  #underWay: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(prove: () => Promise<void>) {
    this.#prove = prove;
  }

  /** Settles as the proof does. */
  ask(): Promise<void> {
    this.#next ??= this.#underWay.catch(() => {}).then(() => this.#begin());
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    this.#underWay = this.#prove();
    return this.#underWay;
  }
}

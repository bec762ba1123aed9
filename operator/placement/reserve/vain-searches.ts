import type { Seeker, SpareHosts } from './spare-hosts.ts';

/**
 * Searches that have failed for want of room, so that the same is not looked for again among thousands of hosts. Holds as
 * long as no host gets more room.
 */
export class VainSearches {
  readonly #hosts: SpareHosts;
  readonly #kinds = new Set<string>();
  readonly #sizes = new Set<string>();

  constructor(hosts: SpareHosts) {
    this.#hosts = hosts;
  }

  has(seeker: Seeker): boolean {
    return this.#kinds.size > 0 && (this.#sizes.has(sizesOf(seeker)) || this.#kinds.has(kindOf(seeker)));
  }

  add(seeker: Seeker): void {
    this.#kinds.add(kindOf(seeker));
    if (this.#hosts.isTooLarge(seeker.sizes)) this.#sizes.add(sizesOf(seeker));
  }
}

const sizesOf = ({ sizes }: Seeker) => sizes.join(' ');
const kindOf = (seeker: Seeker) => `${sizesOf(seeker)} not in ${[...seeker.taken].join(' ')}`;

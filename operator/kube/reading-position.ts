import { ApiError } from './errors.ts';
import { compareResourceVersions } from './resource-version.ts';
import { SilentWatchError } from './watch-until.ts';

/** A streaming list whose watch ended in good order before all was told. */
export class UnfinishedListError extends Error {
  override readonly name = 'UnfinishedListError';

  constructor() {
    super('the watch ended before the bookmark that ends its initial events');
  }
}

/** Servers that do not know streaming lists refuse the parameters, or take no notice and never end the list. */
function isNoStreamingList(error: unknown): boolean {
  if (error instanceof ApiError) return error.isInvalid;
  return error instanceof SilentWatchError || error instanceof UnfinishedListError;
}

/**
 * Where a reflector stands with its server, and what each failure means for how it goes on. The rules are client-go's:
 * a list after a failure asks for nothing older than what was seen, so that no server that lags can take the store back
 * in time; only when the server says that it has no such version does a consistent read decide, whose answer is right
 * by definition, even if it is older: then etcd was restored from a backup.
 */
export class ReadingPosition {
  #from: string | undefined;
  #floor: string | undefined;
  #isFloorVoid = false;
  #streams: boolean;
  #silences = 0;

  /** `streams`: lists are to be streamed, until the server turns out not to know that. */
  constructor(streams: boolean) {
    this.#streams = streams;
  }

  /** Where the next watch starts; undefined: a list is due. */
  get from(): string | undefined {
    return this.#from;
  }

  /** What the next list must not be older than; undefined: it must be a consistent read. */
  get floor(): string | undefined {
    return this.#isFloorVoid ? undefined : this.#floor;
  }

  get streams(): boolean {
    return this.#streams;
  }

  /** Whether a list of this version would take the store back where no consistent read asks for it. */
  refuses(version: string): boolean {
    return this.floor !== undefined && compareResourceVersions(version, this.floor) < 0;
  }

  /** A list was taken in. */
  listed(version: string): void {
    this.#isFloorVoid = false;
    this.moved(version);
  }

  /** The watch brought the store to this version. */
  moved(version: string): void {
    this.#from = version;
    this.#floor = version;
    this.#silences = 0;
  }

  /**
   * A list is due, at `floor` or later; without one by a consistent read. When several ask before it is there, it is one
   * that is good enough for all of them.
   */
  listAgain(floor: string | undefined): void {
    this.#from = undefined;
    if (floor === undefined) this.#isFloorVoid = true;
    else if (this.#floor === undefined || compareResourceVersions(floor, this.#floor) > 0)
      this.#floor = floor;
  }

  /** @returns whether to go on at once, without a back-off: in another way, not the same once more. */
  failed(error: unknown): boolean {
    if (this.#from === undefined && this.#streams && isNoStreamingList(error)) {
      this.#streams = false;
      return true;
    }
    if (error instanceof SilentWatchError) this.#wasSilent();
    if (error instanceof ApiError) this.#wasRefused(error);
    return false;
  }

  #wasRefused(error: ApiError): void {
    // A list by a floor that is expired can only be helped by one without.
    if (error.isVersionTooLarge || (error.isExpired && this.#from === undefined)) this.#isFloorVoid = true;
    if (error.isVersionTooLarge || error.isExpired) this.#from = undefined;
  }

  /**
   * Silence is a connection that is dead at the other end; twice in a row, on two connections, it may be a server that
   * has yet to reach our version: it tells nothing then, not even that. A list with that version as floor finds out.
   */
  #wasSilent(): void {
    this.#silences += 1;
    if (this.#silences > 1) this.#from = undefined;
  }
}

import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import type { RandomBytes } from './identity.ts';
import { type PoolDefinition, type PoolSizes, readPool } from './pool-definition.ts';
import { invalidArgument, operationInvalid, Refusal } from './refusal.ts';
import { described, Registry, type Resource } from './registry.ts';
import { FakeVolume, readVolume } from './volume.ts';

/** Files by name. */
type Folder = Map<string, FakeVolume>;

export class FakePool implements Resource<PoolDefinition> {
  readonly uuid: string;
  definition: PoolDefinition | undefined;
  live: PoolDefinition | undefined;
  autostart = false;

  constructor(uuid: string) {
    this.uuid = uuid;
  }

  get name(): string {
    return described(this).name;
  }

  get path(): string {
    return described(this).path;
  }
}

const invalid = (message: string) => operationInvalid(message, ErrorDomain.STORAGE);
const diskBytes = 1n << 40n;

/** The pools of one host, and the folders that they stand for, which outlive them. */
export class Storage extends Registry<PoolDefinition, FakePool> {
  readonly #random: RandomBytes;
  readonly #folders = new Map<string, Folder>();

  constructor(random: RandomBytes) {
    const errorDomain = { missing: ErrorDomain.STORAGE, identity: ErrorDomain.STORAGE };
    super('storage pool', ErrorCode.NO_STORAGE_POOL, errorDomain);
    this.#random = random;
  }

  define(xml: string): FakePool {
    const { pool, description } = this.#read(xml);
    pool.definition = description;
    return this.add(pool);
  }

  createTransient(xml: string, build: boolean): FakePool {
    const { pool, description } = this.#read(xml);
    if (pool.live) throw invalid(`${description.name} is active already`);
    if (build) this.#makeFolder(description.path);
    this.#folder(description.path);
    pool.live = description;
    return this.add(pool);
  }

  build(pool: FakePool): void {
    if (pool.live) throw invalid(`${pool.name} is active already`);
    this.#makeFolder(pool.path);
  }

  start(pool: FakePool): void {
    if (pool.live) throw invalid(`${pool.name} is active already`);
    this.#folder(pool.path);
    pool.live = pool.definition;
  }

  destroy(pool: FakePool): void {
    this.requireActive(pool);
    pool.live = undefined;
    this.settle(pool);
  }

  /** Its folder, which has to be empty. */
  delete(pool: FakePool): void {
    if (pool.live) throw invalid(`${pool.name} is still active`);
    if (this.#folder(pool.path).size > 0)
      throw new Refusal(ErrorCode.SYSTEM_ERROR, `${pool.path} is not empty`, ErrorDomain.STORAGE);
    this.#folders.delete(pool.path);
  }

  undefine(pool: FakePool): void {
    if (pool.live) throw invalid(`${pool.name} is still active`);
    pool.definition = undefined;
    this.settle(pool);
  }

  setAutostart(pool: FakePool, autostart: boolean): void {
    if (!pool.definition)
      throw new Refusal(ErrorCode.INTERNAL_ERROR, `${pool.name} is transient`, ErrorDomain.STORAGE);
    pool.autostart = autostart;
  }

  losePower(): void {
    for (const pool of this.all) {
      pool.live = pool.autostart ? pool.definition : undefined;
      this.settle(pool);
    }
  }

  /** Nothing is known of the sizes of a pool that is not active. */
  sizesOf(pool: FakePool): PoolSizes {
    if (!pool.live) return { capacity: 0n, allocation: 0n, available: 0n };
    const allocation = this.volumes(pool).reduce((sum, volume) => sum + volume.allocation, 0n);
    return { capacity: diskBytes, allocation, available: diskBytes - allocation };
  }

  /** @throws Refusal OPERATION_INVALID */
  requireActive(pool: FakePool): void {
    if (!pool.live) throw invalid(`${pool.name} is not active`);
  }

  volumes(pool: FakePool): FakeVolume[] {
    this.requireActive(pool);
    return [...this.#folder(pool.path).values()];
  }

  /** @throws Refusal NO_STORAGE_VOL */
  volume(pool: FakePool, name: string): FakeVolume {
    const found = this.volumes(pool).find((volume) => volume.name === name);
    if (!found) throw noVolume(`${pool.name} has no volume ${name}`);
    return found;
  }

  createVolume(pool: FakePool, xml: string, source?: FakeVolume): FakeVolume {
    this.requireActive(pool);
    const definition = readVolume(xml);
    const folder = this.#folder(pool.path);
    if (folder.has(definition.name))
      throw new Refusal(ErrorCode.STORAGE_VOL_EXIST, `${definition.name} exists`, ErrorDomain.STORAGE);
    const volume = new FakeVolume(definition);
    if (source) volume.copyFrom(source);
    folder.set(volume.name, volume);
    return volume;
  }

  resizeVolume(volume: FakeVolume, capacity: bigint, shrink: boolean): void {
    if (capacity < volume.capacity && !shrink)
      throw invalidArgument(`${volume.name} is made smaller only with the flag for it`, ErrorDomain.STORAGE);
    volume.resize(capacity);
  }

  deleteVolume(pool: FakePool, name: string): void {
    this.#folder(pool.path).delete(this.volume(pool, name).name);
  }

  /** The one whose file has this path. */
  volumeAt(path: string): { pool: FakePool; volume: FakeVolume } {
    for (const pool of this.all.filter(({ live }) => live))
      for (const volume of this.volumes(pool)) if (pathOf(pool, volume) === path) return { pool, volume };
    throw noVolume(`no volume has the path ${path}`);
  }

  #read(xml: string): { pool: FakePool; description: PoolDefinition } {
    const description = readPool(xml, this.#random);
    const found = this.identified(description);
    const other = this.all.find((pool) => pool !== found && pool.path === description.path);
    if (other) {
      const message = `${other.name} has the path ${description.path} already`;
      throw new Refusal(ErrorCode.OPERATION_FAILED, message, ErrorDomain.STORAGE);
    }
    return { pool: found ?? new FakePool(description.uuid), description };
  }

  #makeFolder(path: string): void {
    if (!this.#folders.has(path)) this.#folders.set(path, new Map());
  }

  #folder(path: string): Folder {
    const folder = this.#folders.get(path);
    if (!folder) throw new Refusal(ErrorCode.SYSTEM_ERROR, `there is no folder ${path}`, ErrorDomain.NONE);
    return folder;
  }
}

export function pathOf(pool: FakePool, { name }: FakeVolume): string {
  return `${pool.path}/${name}`;
}

function noVolume(message: string): Refusal {
  return new Refusal(ErrorCode.NO_STORAGE_VOL, message, ErrorDomain.STORAGE);
}

import { World } from '../../operator/testing/world.ts';
import type { Environment, OpenCluster } from '../command.ts';
import { run } from '../main.ts';

/** One command line after the other against a world of fakes, with files in memory. */
export class Console {
  readonly world: World;
  readonly files = new Map<string, string>();
  /** Of the last command. */
  out = '';
  notes = '';
  /** Clusters that were opened and not closed. */
  open = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** @returns the exit code */
  run(...args: string[]): Promise<number> {
    this.out = '';
    this.notes = '';
    return run(args, this.#environment());
  }

  /** The answer as programs get it. */
  async json<T>(...args: string[]): Promise<T> {
    await this.run(...args, '--output', 'json');
    return JSON.parse(this.out) as T;
  }

  #environment(): Environment {
    return {
      programVersion: '1.0.0',
      openCluster: async () => this.#openCluster(),
      terminal: {
        out: (line) => {
          this.out += `${line}\n`;
        },
        note: (line) => {
          this.notes += `${line}\n`;
        },
        read: async (path) => this.#read(path),
        write: async (path, text) => {
          this.files.set(path, text);
        },
        now: () => this.world.clock.wallTime(),
      },
    };
  }

  #openCluster(): OpenCluster {
    this.open += 1;
    const close = async () => {
      this.open -= 1;
    };
    return { cluster: this.world.cluster, namespace: 'shop', close };
  }

  #read(path: string): string {
    const text = this.files.get(path);
    if (text === undefined)
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
    return text;
  }
}

/** Three hosts with 8 CPUs and 16 GiB, two in rack r1, one in r2; on h1 the VM web-1 with 4 GiB. */
export async function smallFabric(): Promise<Console> {
  const world = new World();
  const names = ['h1', 'h2', 'h3'];
  for (const name of names) world.hypervisor.addHost(name, { memoryBytes: 17 * 2 ** 30 });
  world.putSecret();
  world.putPool({
    staticHosts: names.map((name) => ({
      name,
      address: name,
      labels: { rack: name === 'h3' ? 'r2' : 'r1' },
    })),
  });
  await world.operator.start();
  await world.run(5000);
  world.putVm('web-1', {
    memory: { size: '4Gi' },
    placement: { hostSelector: { matchLabels: { rack: 'r1' } } },
  });
  await world.run(10_000);
  return new Console(world);
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../hack/paths.ts';
import { usage } from '../../operator/configuration.ts';
import { importBase } from './image-base.ts';
import { type Engine, findEngine } from './image-engine.ts';

const tag = `vmfabric-image-test:${process.pid}`;
const base = `vmfabric-image-test-base:${process.pid}`;
/** An image of the official base is some 80 MB larger than the one of this test. */
const mostBytes = 350 * 1024 ** 2;

let engine: Engine;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vmfabric-docker-'));
  engine = await findEngine(dir);
  for (const [name, value] of Object.entries(engine.environment)) vi.stubEnv(name, value);
  // Its container, which would clean up, is an image that has to be pulled; the containers here end by themselves.
  vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', 'true');
  await importBase(engine, base);
  // In the machine's network the build reaches the package registry as the machine does.
  await engine.docker([
    'build',
    '--network=host',
    `--build-arg=NODE_IMAGE=${base}`,
    `--tag=${tag}`,
    projectRoot,
  ]);
}, 600_000);

afterAll(async () => {
  await engine?.docker(['image', 'rm', '--force', tag, base]).catch(() => '');
  await engine?.stop();
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

/** A container as the chart's pods are: its root file system cannot be written, and it has no capabilities. */
class RestrictedContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    this.hostConfig.CapDrop = ['ALL'];
    this.hostConfig.SecurityOpt = ['no-new-privileges'];
  }
}

/** What the image prints before it exits with 0. */
async function outputOf(command: string[]): Promise<string> {
  const container = await new RestrictedContainer(tag)
    .withPullPolicy({ shouldPull: () => false })
    .withNetworkMode('host')
    .withCommand(command)
    .withWaitStrategy(Wait.forOneShotStartup())
    .start();
  try {
    const chunks: string[] = [];
    for await (const chunk of await container.logs()) chunks.push(String(chunk));
    return chunks.join('');
  } finally {
    await container.stop();
  }
}

const evaluate = (script: string) => outputOf(['node', '--input-type=module', '--eval', script]);

async function inspect<T>(format: string): Promise<T> {
  return JSON.parse(await engine.docker(['image', 'inspect', `--format={{json ${format}}}`, tag])) as T;
}

describe('the image', () => {
  it('runs the operator, by number as somebody who is not root', async () => {
    expect(await inspect('.Config.Cmd')).toEqual(['node', 'operator/main.ts']);
    expect(await inspect('.Config.User')).toBe('65532:65532');
    expect(await evaluate('console.log(process.getuid(), process.getgid())')).toBe('65532 65532\n');
  });

  it('starts on a root file system that cannot be written', async () => {
    const { version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8'));
    expect(await outputOf(['node', 'operator/main.ts', '--version'])).toBe(`${version}\n`);
    expect(await outputOf(['node', 'operator/main.ts', '--help'])).toBe(usage);
    const writing =
      'import { writeFileSync } from "node:fs"; try { writeFileSync("/app/x", "") } catch (error) { console.log(error.code) }';
    expect(await evaluate(writing)).toBe('EROFS\n');
  });

  it('strips the types of node-libvirt, which lies outside of node_modules', async () => {
    expect(await evaluate('console.log(typeof (await import("node-libvirt")))')).toBe('object\n');
  });

  it('holds what the operator runs with, and neither tests nor tools', async () => {
    const { dependencies, devDependencies } = JSON.parse(
      await readFile(join(projectRoot, 'package.json'), 'utf8'),
    );
    const list =
      'import { readdirSync } from "node:fs"; console.log(JSON.stringify([readdirSync("/app"), readdirSync("/app/node_modules"), readdirSync("/app", { recursive: true }).filter((path) => path.endsWith(".test.ts") && !path.startsWith("node_modules"))]))';
    const [folders, modules, tests] = JSON.parse(await evaluate(list)) as [string[], string[], string[]];
    expect(folders.sort()).toEqual(['LICENSE', 'node-libvirt', 'node_modules', 'operator', 'package.json']);
    for (const name of Object.keys(dependencies)) expect(modules).toContain(name.split('/')[0]);
    for (const name of Object.keys(devDependencies).filter((name) => !name.startsWith('@'))) {
      expect(modules).not.toContain(name);
    }
    expect(tests).toEqual([]);
  });

  it('is small', async () => {
    expect(await inspect<number>('.Size')).toBeLessThan(mostBytes);
  });
});

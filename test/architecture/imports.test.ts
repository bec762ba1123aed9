import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../hack/paths.ts';
import { isTest, violations } from './rules.ts';
import { importsOf, packageOf, readSources } from './sources.ts';

const sources = readSources();
const packageJson = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

describe('the folders', () => {
  it('are read', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.find(({ path }) => path === 'operator/main.ts')?.imports.length).toBeGreaterThan(5);
  });

  it('import only what they may', () => {
    expect(violations(sources)).toEqual([]);
  });

  it('hold no file of more than 400 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 401).map(({ path }) => path);
    expect(long).toEqual([]);
  });
});

describe('the dependencies', () => {
  const page = readFileSync(join(projectRoot, 'docs/dependencies.md'), 'utf8');
  const listed = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]));

  it('that the operator and its command line run on are all imported by them', () => {
    const imported = new Set(
      sources
        .filter(({ path }) => /^(operator|cli)\//.test(path))
        .flatMap(({ imports }) => imports.map(({ target }) => target)),
    );
    expect(Object.keys(packageJson.dependencies).filter((name) => !imported.has(name))).toEqual([]);
  });

  it('of the operator import nothing that is there for development only', () => {
    const offenders = sources
      .filter(({ path }) => /^(operator|cli|node-libvirt)\//.test(path) && !isTest(path))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ target, isPackage }) => isPackage && target in packageJson.devDependencies)
          .map(({ target }) => `${path} imports ${target}`),
      );
    expect(offenders).toEqual([]);
  });

  it('are on the page that says why each is there, and no other is', () => {
    const names = [...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.devDependencies)];
    expect(listed.sort()).toEqual(names.sort());
  });
});

describe('a rule', () => {
  const found = (path: string, line: string) =>
    violations([{ path, text: line, imports: importsOf(path, line) }]);

  it.each([
    ['operator/kube/queue.ts', "import { group } from '../api/common.ts';"],
    ['operator/kube/queue.ts', "import type { Host } from '../api/host.ts';"],
    ['operator/kube/queue.ts', "export * from '../placement/model.ts';"],
    ['operator/kube/queue.ts', "const { open } = await import('node-libvirt');"],
    ['operator/placement/engine.ts', "import { z } from 'zod';"],
    ['operator/placement/engine.ts', "import type { Clock } from '../kube/clock.ts';"],
    ['operator/domain/write.ts', "import { hostPoolSpec } from '../api/hostpool.ts';"],
    ['operator/hypervisor/fake.ts', "import type { Cluster } from '../kube/cluster.ts';"],
    ['operator/api/host.ts', "import { Store } from '../kube/store.ts';"],
    ['cli/main.ts', "import { HostConnections } from '../operator/controllers/host/connections.ts';"],
    ['cli/main.ts', "import { Operator } from '../operator/operator.ts';"],
    ['operator/kube/queue.ts', "import { table } from '../../cli/table.ts';"],
    ['node-libvirt/src/open.ts', "import { run } from '../../hack/command.ts';"],
    ['node-libvirt/src/open.ts', "import { z } from 'zod';"],
    [
      'test/bench/placement/verifier/world.ts',
      "import { matches } from '../../../../operator/placement/selector.ts';",
    ],
    ['operator/operator.ts', "import { LibvirtHypervisor } from './hypervisor/libvirt.ts';"],
    ['operator/operator.ts', "import {\n  a,\n  b,\n} from './hypervisor/libvirt/connection.ts';"],
  ])('of %s is broken by %s', (path, line) => {
    expect(found(path, line)).toHaveLength(1);
  });

  it.each([
    ['operator/kube/queue.ts', "import { Store } from './store.ts';"],
    ['operator/kube/queue.ts', "import { createHash } from 'node:crypto';"],
    ['operator/kube/queue.test.ts', "import { expect } from 'vitest';"],
    ['operator/domain/write.ts', "import type { HostPool } from '../api/hostpool.ts';"],
    ['operator/main.ts', "import { LibvirtHypervisor } from './hypervisor/libvirt.ts';"],
    ['operator/kube/queue.ts', "// import { z } from '../api/common.ts';"],
  ])('of %s is kept by %s', (path, line) => {
    expect(found(path, line)).toEqual([]);
  });

  it('takes a deep import for one of its package', () => {
    expect(packageOf('@kubernetes/client-node/dist/config.js')).toBe('@kubernetes/client-node');
    expect(packageOf('undici/types/client')).toBe('undici');
  });
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../paths.ts';
import { installMissing, runOutOfCluster } from './out-of-cluster.ts';

const crds = readdirSync(join(projectRoot, 'crds')).map((file) => file.replace('.yaml', ''));

/** A cluster that has these CRDs, and the namespace or not. */
function cluster(has: { crds: readonly string[]; namespace: boolean }) {
  const changes: string[] = [];
  const said: string[] = [];
  const kubectl = async (args: readonly string[]) => {
    const line = args.join(' ');
    if (line.startsWith('get crd')) {
      return has.crds.map((name) => `customresourcedefinition.apiextensions.k8s.io/${name}\n`).join('');
    }
    if (line.startsWith('get namespace')) return has.namespace ? 'namespace/vmfabric-system\n' : '';
    if (!line.startsWith('wait')) changes.push(line.replace(`${projectRoot}/`, ''));
    return '';
  };
  return { changes, said, install: () => installMissing(kubectl, (line) => said.push(line)) };
}

describe('the operator alone', () => {
  it('adds to an empty cluster all CRDs and the namespace, and says so', async () => {
    const { changes, said, install } = cluster({ crds: [], namespace: false });
    await install();
    const applied = crds.map((name) => `apply --server-side --filename crds/${name}.yaml`);
    expect(changes).toEqual([...applied, 'create namespace vmfabric-system']);
    for (const name of crds) expect(said.join('\n')).toContain(name);
    expect(said.at(-1)).toBe("Creating namespace vmfabric-system for the operator's Lease.");
  });

  it('adds only what is missing', async () => {
    const [first = '', ...others] = crds;
    const { changes, install } = cluster({ crds: others, namespace: true });
    await install();
    expect(changes).toEqual([`apply --server-side --filename crds/${first}.yaml`]);
  });

  it('changes and says nothing where all is there', async () => {
    const { changes, said, install } = cluster({ crds, namespace: true });
    await install();
    expect([...changes, ...said]).toEqual([]);
  });

  it('names the file that is not there', async () => {
    await expect(runOutOfCluster('/nowhere/config', () => {})).rejects.toThrow(
      '--kubeconfig /nowhere/config: there is no such file.',
    );
  });
});

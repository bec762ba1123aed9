import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kinds } from '../../operator/api/kinds.ts';
import { reasons } from '../../operator/api/reasons.ts';
import { run } from '../command.ts';
import { projectRoot } from '../paths.ts';
import { crdTemplate } from './chart.ts';
import { crdOf } from './crd.ts';
import { differences } from './files.ts';
import { outputs, ownedFolders } from './outputs.ts';

const output = (path: string) => outputs().get(path) ?? '';

describe('the checkout', () => {
  it('holds what npm run generate makes', async () => {
    expect(await differences(projectRoot, outputs(), ownedFolders)).toEqual([]);
  });

  it('is found to by --check', async () => {
    await run(process.execPath, [join(projectRoot, 'hack/generate/main.ts'), '--check']);
  }, 60_000);
});

describe('a CRD', () => {
  it.each(kinds.map((kind) => [`${kind.type.plural}.vmfabric.io`, kind] as const))(
    '%s says all of its kind',
    (name, kind) => {
      const crd = parse(output(`crds/${name}.yaml`));
      expect(crd).toEqual(crdOf(kind));
      const [version] = crd.spec.versions;
      expect(version.subresources).toEqual(kind.status && { status: {} });
      expect(crd.spec.names).toMatchObject({ shortNames: kind.shortNames, categories: ['vmfabric'] });
      expect((version.selectableFields ?? []).map(({ jsonPath }: { jsonPath: string }) => jsonPath)).toEqual(
        kind.selectableFields,
      );
      expect(
        version.additionalPrinterColumns.map((column: { priority?: number }) => column.priority === 1),
      ).toEqual(kind.columns.map(({ wide }) => wide === true));
    },
  );

  it('goes into no chart when Helm would take a part of it for a template', () => {
    const [kind] = kinds;
    if (!kind) throw new Error('there are no kinds');
    const crd = crdOf({ ...kind, description: 'Takes {{ braces }}.' });
    expect(() => crdTemplate(crd)).toThrow(/would be taken for a template/);
  });
});

describe('the reference', () => {
  it('has a row for every field of every kind', () => {
    const page = output('docs/reference/api.md');
    for (const { type } of kinds) expect(page).toContain(`## ${type.kind}\n`);
    for (const path of ['spec.memory.size', 'spec.staticHosts[].address', 'status.conditions[].reason']) {
      expect(page).toContain(`| \`${path}\` |`);
    }
    expect(page).toContain('`Always` or `Halted` or `Manual`, default `"Always"`');
  });

  it('is committed with exactly the reasons of the table', async () => {
    const page = await readFile(join(projectRoot, 'docs/reference/reasons.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| (.+?) \| (.+?) \|/gm)].map(([, ...cells]) => cells);
    const table = Object.entries(reasons).map(([name, { meaning, remedy }]) => [name, meaning, remedy]);
    expect(rows).toEqual(table.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
  });
});

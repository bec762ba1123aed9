import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptBoth, type Bench, both, compare, mustShow } from './virsh-table/compare.ts';
import type { Row } from './virsh-table/row.ts';
import { table } from './virsh-table/table.ts';
import { Twin } from './virsh-table/twins.ts';
import { Virsh } from './virsh-table/virsh.ts';

const opened = new AsyncDisposableStack();
let bench: Bench;

beforeAll(async () => {
  const virsh = opened.use(await Virsh.prepare());
  const twin = async () => opened.use(await Twin.start());
  const [forOurs, forVirsh] = await Promise.all([twin(), twin()]);
  bench = { virsh, forOurs, forVirsh };
});
afterAll(() => opened.disposeAsync());

const rows = table.flatMap((area) => area.rows);
const failing = rows.filter((row) => row.fails);
const commandOf = (row: Row) => row.virsh.split(' ')[0] ?? '';
const commands = new Set(rows.map(commandOf));
const compared: Row[] = [];

describe.each(table)('this client and virsh agree on $name', (area) => {
  beforeAll(() => both(bench, area, area.once ?? []));
  afterAll(() => attemptBoth(bench, area, area.last ?? []));

  it.each(area.rows)('$name: $virsh', async (row) => {
    const { ours, virsh } = await compare(bench, area, row);
    expect(virsh.outcome.error).toEqual(row.fails && expect.objectContaining({ code: row.fails }));
    const { before, ...seen } = virsh;
    expect(ours).toEqual(seen);
    if (mustShow(row)) expect(seen.after).not.toEqual(before);
    compared.push(row);
  });
});

describe(`the table of ${rows.length} operations by ${commands.size} commands of virsh, ${failing.length} of which fail`, () => {
  it('was compared as a whole', () => {
    const names = rows.map(({ name }) => name);
    expect(compared.map(({ name }) => name)).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is as long as a client is wide', () => {
    expect(new Set(compared.map(commandOf)).size).toBeGreaterThanOrEqual(60);
    expect(failing.length).toBeGreaterThanOrEqual(20);
  });
});

import { describe, expect, it } from 'vitest';
import type { ProcedureName, Ret } from '../../protocol/procedures.ts';
import {
  SnapshotCreateFlag,
  SnapshotDeleteFlag,
  SnapshotListFlag,
  SnapshotRevertFlag,
} from '../constants/index.ts';
import { dom, sent, uuid } from '../testing/sent.ts';
import { DomainCalls } from './domain-calls.ts';
import { Snapshot } from './snapshot.ts';

const snap = { name: 'clean', dom };

/** What a method of the snapshot called clean sends. */
function ofClean<N extends ProcedureName, T>(name: N, ret: Ret<N>, act: (clean: Snapshot) => Promise<T>) {
  return sent(name, ret, ({ connection }) => act(new Snapshot(new DomainCalls(connection, uuid), 'clean')));
}

describe('snapshots', () => {
  it('are taken, listed and found', async () => {
    const flags = SnapshotCreateFlag.DiskOnly | SnapshotCreateFlag.Atomic;
    const taken = await sent('domainSnapshotCreateXml', { snap }, (h) =>
      h.domain(uuid).snapshots.create('<domainsnapshot/>', { flags }),
    );
    expect(taken.args).toEqual({ dom, xmlDesc: '<domainsnapshot/>', flags: 16 | 128 });
    expect(taken.result.name).toBe('clean');
    const list = await sent('domainListAllSnapshots', { snapshots: [snap], ret: 1 }, (h) =>
      h.domain(uuid).snapshots.list({ flags: SnapshotListFlag.Leaves }),
    );
    expect(list.args).toEqual({ dom, needResults: 1, flags: 4 });
    expect(list.result.map(({ name }) => name)).toEqual(['clean']);
    const found = await sent('domainSnapshotLookupByName', { snap }, (h) =>
      h.domain(uuid).snapshots.get('clean'),
    );
    expect(found.args).toEqual({ dom, name: 'clean', flags: 0 });
  });

  it('tell which of them is the current one', async () => {
    const has = await sent('domainHasCurrentSnapshot', { result: 1 }, (h) =>
      h.domain(uuid).snapshots.hasCurrent(),
    );
    const hasNot = await sent('domainHasCurrentSnapshot', { result: 0 }, (h) =>
      h.domain(uuid).snapshots.hasCurrent(),
    );
    expect([has.result, hasNot.result]).toEqual([true, false]);
    const current = await sent('domainSnapshotCurrent', { snap }, (h) => h.domain(uuid).snapshots.current());
    expect(current.result.name).toBe('clean');
  });

  it('tell their place among the others', async () => {
    const parent = await ofClean('domainSnapshotGetParent', { snap: { name: 'base', dom } }, (s) =>
      s.parent(),
    );
    expect([parent.args, parent.result.name]).toEqual([{ snap, flags: 0 }, 'base']);
    const ret = { snapshots: [{ name: 'later', dom }], ret: 1 };
    const children = await ofClean('domainSnapshotListAllChildren', ret, (s) => s.children({ flags: 1 }));
    expect(children.args).toEqual({ snapshot: snap, needResults: 1, flags: 1 });
    expect(children.result.map(({ name }) => name)).toEqual(['later']);
  });

  it('are reverted to and deleted as asked', async () => {
    const reverted = await ofClean('domainRevertToSnapshot', {}, (s) =>
      s.revert({ flags: SnapshotRevertFlag.Running }),
    );
    expect(reverted.args).toEqual({ snap, flags: 1 });
    const deleted = await ofClean('domainSnapshotDelete', {}, (s) =>
      s.delete({ flags: SnapshotDeleteFlag.ChildrenOnly }),
    );
    expect(deleted.args).toEqual({ snap, flags: 4 });
  });
});

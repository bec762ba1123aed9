import { describe, expect, it } from 'vitest';
import type { ProcedureName, Ret } from '../../protocol/procedures.ts';
import {
  CheckpointCreateFlag,
  CheckpointDeleteFlag,
  CheckpointListFlag,
  CheckpointXmlFlag,
} from '../constants/index.ts';
import { dom, sent, uuid } from '../testing/sent.ts';
import { Checkpoint } from './checkpoint.ts';
import { DomainCalls } from './domain-calls.ts';

const checkpoint = { name: 'monday', dom };

/** What a method of the checkpoint called monday sends. */
function ofMonday<N extends ProcedureName, T>(name: N, ret: Ret<N>, act: (monday: Checkpoint) => Promise<T>) {
  return sent(name, ret, ({ connection }) =>
    act(new Checkpoint(new DomainCalls(connection, uuid), 'monday')),
  );
}

describe('checkpoints', () => {
  it('are made, listed and found', async () => {
    const made = await sent('domainCheckpointCreateXml', { checkpoint }, (h) =>
      h.domain(uuid).checkpoints.create('<domaincheckpoint/>', { flags: CheckpointCreateFlag.Quiesce }),
    );
    expect(made.args).toEqual({ dom, xmlDesc: '<domaincheckpoint/>', flags: 2 });
    expect(made.result.name).toBe('monday');
    const list = await sent('domainListAllCheckpoints', { checkpoints: [checkpoint], ret: 1 }, (h) =>
      h.domain(uuid).checkpoints.list({ flags: CheckpointListFlag.Roots }),
    );
    expect(list.args).toEqual({ dom, needResults: 1, flags: 1 });
    expect(list.result.map(({ name }) => name)).toEqual(['monday']);
    const found = await sent('domainCheckpointLookupByName', { checkpoint }, (h) =>
      h.domain(uuid).checkpoints.get('monday'),
    );
    expect([found.args, found.result.name]).toEqual([{ dom, name: 'monday', flags: 0 }, 'monday']);
  });

  it('tell their place among the others', async () => {
    const parent = await ofMonday('domainCheckpointGetParent', { parent: { name: 'sunday', dom } }, (m) =>
      m.parent(),
    );
    expect([parent.args, parent.result.name]).toEqual([{ checkpoint, flags: 0 }, 'sunday']);
    const ret = { checkpoints: [{ name: 'tuesday', dom }], ret: 1 };
    const children = await ofMonday('domainCheckpointListAllChildren', ret, (m) =>
      m.children({ flags: CheckpointListFlag.Descendants }),
    );
    expect(children.args).toEqual({ checkpoint, needResults: 1, flags: 1 });
    expect(children.result.map(({ name }) => name)).toEqual(['tuesday']);
  });

  it('are described and deleted', async () => {
    const xml = await ofMonday('domainCheckpointGetXmlDesc', { xml: '<domaincheckpoint/>' }, (m) =>
      m.xml({ flags: CheckpointXmlFlag.Size }),
    );
    expect([xml.args, xml.result]).toEqual([{ checkpoint, flags: 4 }, '<domaincheckpoint/>']);
    const deleted = await ofMonday('domainCheckpointDelete', {}, (m) =>
      m.delete({ flags: CheckpointDeleteFlag.MetadataOnly }),
    );
    expect(deleted.args).toEqual({ checkpoint, flags: 2 });
  });
});

describe('a backup', () => {
  it('is begun, with a checkpoint of the same moment where one is wanted', async () => {
    const alone = await sent('domainBackupBegin', {}, (h) => h.domain(uuid).beginBackup('<domainbackup/>'));
    expect(alone.args).toEqual({ dom, backupXml: '<domainbackup/>', checkpointXml: null, flags: 0 });
    const both = await sent('domainBackupBegin', {}, (h) =>
      h.domain(uuid).beginBackup('<domainbackup/>', { checkpointXml: '<domaincheckpoint/>', flags: 1 }),
    );
    expect(both.args).toMatchObject({ checkpointXml: '<domaincheckpoint/>', flags: 1 });
  });

  it('is described while it is under way', async () => {
    const { result } = await sent('domainBackupGetXmlDesc', { xml: '<domainbackup/>' }, (h) =>
      h.domain(uuid).backupXml(),
    );
    expect(result).toBe('<domainbackup/>');
  });
});

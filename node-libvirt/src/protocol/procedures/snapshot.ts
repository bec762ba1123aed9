import { array, int, uint } from '../codec.ts';
import { high, normal } from '../procedure.ts';
import { domain, domainCheckpoint, domainSnapshot, optionalText, text } from '../structs.ts';

const dom = domain;

/** Snapshots, checkpoints and backups of a domain. */
export const snapshotProcedures = {
  domainSnapshotCreateXml: normal(185, { dom, xmlDesc: text, flags: uint }, { snap: domainSnapshot }),
  domainSnapshotGetXmlDesc: high(186, { snap: domainSnapshot, flags: uint }, { xml: text }),
  domainSnapshotLookupByName: high(189, { dom, name: text, flags: uint }, { snap: domainSnapshot }),
  domainHasCurrentSnapshot: normal(190, { dom, flags: uint }, { result: int }),
  domainSnapshotCurrent: normal(191, { dom, flags: uint }, { snap: domainSnapshot }),
  domainRevertToSnapshot: normal(192, { snap: domainSnapshot, flags: uint }, {}),
  domainSnapshotDelete: normal(193, { snap: domainSnapshot, flags: uint }, {}),
  domainSnapshotGetParent: high(244, { snap: domainSnapshot, flags: uint }, { snap: domainSnapshot }),
  domainListAllSnapshots: high(
    274,
    { dom, needResults: int, flags: uint },
    { snapshots: array(domainSnapshot, 16_384), ret: int },
  ),
  domainSnapshotListAllChildren: high(
    275,
    { snapshot: domainSnapshot, needResults: int, flags: uint },
    { snapshots: array(domainSnapshot, 16_384), ret: int },
  ),
  domainCheckpointCreateXml: normal(
    411,
    { dom, xmlDesc: text, flags: uint },
    { checkpoint: domainCheckpoint },
  ),
  domainCheckpointGetXmlDesc: normal(412, { checkpoint: domainCheckpoint, flags: uint }, { xml: text }),
  domainListAllCheckpoints: high(
    413,
    { dom, needResults: int, flags: uint },
    { checkpoints: array(domainCheckpoint, 16_384), ret: int },
  ),
  domainCheckpointListAllChildren: high(
    414,
    { checkpoint: domainCheckpoint, needResults: int, flags: uint },
    { checkpoints: array(domainCheckpoint, 16_384), ret: int },
  ),
  domainCheckpointLookupByName: high(415, { dom, name: text, flags: uint }, { checkpoint: domainCheckpoint }),
  domainCheckpointGetParent: high(
    416,
    { checkpoint: domainCheckpoint, flags: uint },
    { parent: domainCheckpoint },
  ),
  domainCheckpointDelete: normal(417, { checkpoint: domainCheckpoint, flags: uint }, {}),
  domainBackupBegin: normal(421, { dom, backupXml: text, checkpointXml: optionalText, flags: uint }, {}),
  domainBackupGetXmlDesc: high(422, { dom, flags: uint }, { xml: text }),
};

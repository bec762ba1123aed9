import { array, int, optional, uhyper, uint } from '../codec.ts';
import { high, normal } from '../procedure.ts';
import { optionalText, storagePool, storageVolume, text } from '../structs.ts';
import { uuid } from '../uuid.ts';

/** Storage pools and their volumes; upload and download go on as a stream. */
export const storageProcedures = {
  connectFindStoragePoolSources: normal(
    75,
    { type: text, srcSpec: optionalText, flags: uint },
    { xml: text },
  ),
  storagePoolCreateXml: normal(76, { xml: text, flags: uint }, { pool: storagePool }),
  storagePoolDefineXml: high(77, { xml: text, flags: uint }, { pool: storagePool }),
  storagePoolCreate: normal(78, { pool: storagePool, flags: uint }, {}),
  storagePoolBuild: normal(79, { pool: storagePool, flags: uint }, {}),
  storagePoolDestroy: high(80, { pool: storagePool }, {}),
  storagePoolDelete: normal(81, { pool: storagePool, flags: uint }, {}),
  storagePoolUndefine: high(82, { pool: storagePool }, {}),
  storagePoolRefresh: normal(83, { pool: storagePool, flags: uint }, {}),
  storagePoolLookupByName: high(84, { name: text }, { pool: storagePool }),
  storagePoolLookupByUuid: high(85, { uuid }, { pool: storagePool }),
  storagePoolLookupByVolume: high(86, { vol: storageVolume }, { pool: storagePool }),
  storagePoolGetInfo: high(
    87,
    { pool: storagePool },
    { state: uint, capacity: uhyper, allocation: uhyper, available: uhyper },
  ),
  storagePoolGetXmlDesc: high(88, { pool: storagePool, flags: uint }, { xml: text }),
  storagePoolGetAutostart: high(89, { pool: storagePool }, { autostart: int }),
  storagePoolSetAutostart: high(90, { pool: storagePool, autostart: int }, {}),
  storageVolCreateXml: normal(93, { pool: storagePool, xml: text, flags: uint }, { vol: storageVolume }),
  storageVolDelete: normal(94, { vol: storageVolume, flags: uint }, {}),
  storageVolLookupByName: high(95, { pool: storagePool, name: text }, { vol: storageVolume }),
  storageVolLookupByKey: high(96, { key: text }, { vol: storageVolume }),
  storageVolLookupByPath: high(97, { path: text }, { vol: storageVolume }),
  storageVolGetInfo: high(98, { vol: storageVolume }, { type: int, capacity: uhyper, allocation: uhyper }),
  storageVolGetXmlDesc: high(99, { vol: storageVolume, flags: uint }, { xml: text }),
  storageVolGetPath: high(100, { vol: storageVolume }, { name: text }),
  storageVolCreateXmlFrom: normal(
    125,
    { pool: storagePool, xml: text, source: storageVolume, flags: uint },
    { vol: storageVolume },
  ),
  storagePoolIsActive: high(154, { pool: storagePool }, { active: int }),
  storagePoolIsPersistent: high(155, { pool: storagePool }, { persistent: int }),
  storageVolWipe: normal(165, { vol: storageVolume, flags: uint }, {}),
  storageVolUpload: normal(208, { vol: storageVolume, offset: uhyper, length: uhyper, flags: uint }, {}),
  storageVolDownload: normal(209, { vol: storageVolume, offset: uhyper, length: uhyper, flags: uint }, {}),
  storageVolWipePattern: normal(259, { vol: storageVolume, algorithm: uint, flags: uint }, {}),
  storageVolResize: normal(260, { vol: storageVolume, capacity: uhyper, flags: uint }, {}),
  connectListAllStoragePools: high(
    281,
    { needResults: int, flags: uint },
    { pools: array(storagePool, 16_384), count: uint },
  ),
  storagePoolListAllVolumes: high(
    282,
    { pool: storagePool, needResults: int, flags: uint },
    { vols: array(storageVolume, 16_384), count: uint },
  ),
  connectStoragePoolEventRegisterAny: high(
    368,
    { eventId: int, pool: optional(storagePool) },
    { callbackId: int },
  ),
  connectStoragePoolEventDeregisterAny: high(369, { callbackId: int }, {}),
  storageVolGetInfoFlags: high(
    378,
    { vol: storageVolume, flags: uint },
    { type: int, capacity: uhyper, allocation: uhyper },
  ),
  connectGetStoragePoolCapabilities: normal(403, { flags: uint }, { capabilities: text }),
};

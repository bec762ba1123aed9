import { array, int, opaque, uhyper, uint } from '../codec.ts';
import { normal } from '../procedure.ts';
import { diskError, domain, optionalText, text } from '../structs.ts';
import { typedParameter } from '../typed-parameter.ts';

const dom = domain;

/** Disks of a domain: jobs on their chains of images, limits and statistics. */
export const blockProcedures = {
  domainBlockPeek: normal(
    103,
    { dom, path: text, offset: uhyper, size: uint, flags: uint },
    { buffer: opaque(4_194_304) },
  ),
  domainGetBlockInfo: normal(
    194,
    { dom, path: text, flags: uint },
    { allocation: uhyper, capacity: uhyper, physical: uhyper },
  ),
  domainBlockJobAbort: normal(237, { dom, path: text, flags: uint }, {}),
  domainGetBlockJobInfo: normal(
    238,
    { dom, path: text, flags: uint },
    { found: int, type: int, bandwidth: uhyper, cur: uhyper, end: uhyper },
  ),
  domainBlockJobSetSpeed: normal(239, { dom, path: text, bandwidth: uhyper, flags: uint }, {}),
  domainBlockPull: normal(240, { dom, path: text, bandwidth: uhyper, flags: uint }, {}),
  domainBlockStatsFlags: normal(
    243,
    { dom, path: text, nparams: int, flags: uint },
    { params: array(typedParameter, 16), nparams: int },
  ),
  domainBlockResize: normal(251, { dom, disk: text, size: uhyper, flags: uint }, {}),
  domainSetBlockIoTune: normal(252, { dom, disk: text, params: array(typedParameter, 32), flags: uint }, {}),
  domainGetBlockIoTune: normal(
    253,
    { dom, disk: optionalText, nparams: int, flags: uint },
    { params: array(typedParameter, 32), nparams: int },
  ),
  domainGetDiskErrors: normal(
    263,
    { dom, maxerrors: uint, flags: uint },
    { errors: array(diskError, 256), nerrors: int },
  ),
  domainBlockRebase: normal(266, { dom, path: text, base: optionalText, bandwidth: uhyper, flags: uint }, {}),
  domainBlockCommit: normal(
    290,
    { dom, disk: text, base: optionalText, top: optionalText, bandwidth: uhyper, flags: uint },
    {},
  ),
  domainBlockCopy: normal(
    345,
    { dom, path: text, destxml: text, params: array(typedParameter, 16), flags: uint },
    {},
  ),
  domainSetBlockThreshold: normal(386, { dom, dev: text, threshold: uhyper, flags: uint }, {}),
};

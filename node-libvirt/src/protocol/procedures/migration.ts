import { array, int, opaque, uhyper, uint } from '../codec.ts';
import { normal } from '../procedure.ts';
import { domain, optionalText, text } from '../structs.ts';
import { typedParameter } from '../typed-parameter.ts';

const dom = domain;

/** Moving a domain to another host, and what is told to a job under way. */
export const migrationProcedures = {
  domainAbortJob: normal(164, { dom }, {}),
  domainMigrateSetMaxDowntime: normal(166, { dom, downtime: uhyper, flags: uint }, {}),
  domainMigrateSetMaxSpeed: normal(207, { dom, bandwidth: uhyper, flags: uint }, {}),
  domainMigrateGetMaxSpeed: normal(242, { dom, flags: uint }, { bandwidth: uhyper }),
  domainMigrateGetCompressionCache: normal(299, { dom, flags: uint }, { cacheSize: uhyper }),
  domainMigrateSetCompressionCache: normal(300, { dom, cacheSize: uhyper, flags: uint }, {}),
  domainMigrateBegin3Params: normal(
    302,
    { dom, params: array(typedParameter, 64), flags: uint },
    { cookieOut: opaque(4_194_304), xml: text },
  ),
  domainMigratePrepare3Params: normal(
    303,
    { params: array(typedParameter, 64), cookieIn: opaque(4_194_304), flags: uint },
    { cookieOut: opaque(4_194_304), uriOut: optionalText },
  ),
  domainMigratePerform3Params: normal(
    305,
    {
      dom,
      dconnuri: optionalText,
      params: array(typedParameter, 64),
      cookieIn: opaque(4_194_304),
      flags: uint,
    },
    { cookieOut: opaque(4_194_304) },
  ),
  domainMigrateFinish3Params: normal(
    306,
    { params: array(typedParameter, 64), cookieIn: opaque(4_194_304), flags: uint, cancelled: int },
    { dom, cookieOut: opaque(4_194_304) },
  ),
  domainMigrateConfirm3Params: normal(
    307,
    { dom, params: array(typedParameter, 64), cookieIn: opaque(4_194_304), flags: uint, cancelled: int },
    {},
  ),
  domainMigrateStartPostCopy: normal(364, { dom, flags: uint }, {}),
  domainMigrateGetMaxDowntime: normal(387, { dom, flags: uint }, { downtime: uhyper }),
  domainStartDirtyRateCalc: normal(427, { dom, seconds: int, flags: uint }, {}),
  domainAbortJobFlags: normal(442, { dom, flags: uint }, {}),
};

import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import {
  CreateFlag,
  DefineFlag,
  DestroyFlag,
  DomainXmlFlag,
  ListDomainsFlag,
  StatsFlag,
  UndefineFlag,
} from '../../facade/constants/index.ts';
import { writeDomain } from './domain-definition.ts';
import { getMetadata, setMetadata } from './domain-metadata.ts';
import { cpuTimeNanoseconds, statsOf } from './domain-stats.ts';
import type { HostHandlers } from './handlers.ts';
import { checkFlags, Refusal } from './refusal.ts';
import { described } from './registry.ts';

const all = (flags: Record<string, number>) => Object.values(flags).reduce((sum, flag) => sum | flag, 0);
/** A domain that ends with its client's connection is one thing that a fake host does not do. */
const createFlags = all(CreateFlag) & ~CreateFlag.AutoDestroy;
const truth = (value: unknown) => (value ? 1 : 0);

/** Questions about domains. */
export const domainHandlers: HostHandlers = {
  connectListAllDomains({ domains }, { needResults, flags }) {
    checkFlags(flags, all(ListDomainsFlag));
    const references = domains.listed(flags).map(({ reference }) => reference);
    return { domains: needResults ? references : [], count: references.length };
  },
  connectGetAllDomainStats({ domains, clock }, { doms, stats, flags }) {
    checkFlags(flags, all(ListDomainsFlag) | all(StatsFlag));
    const wanted = new Set(doms.map(({ uuid }) => uuid));
    const chosen =
      wanted.size > 0 ? domains.all.filter(({ uuid }) => wanted.has(uuid)) : domains.listed(flags);
    return { records: chosen.map((one) => ({ dom: one.reference, params: statsOf(one, stats, clock) })) };
  },
  domainLookupByUuid: ({ domains }, { uuid }) => ({ dom: domains.get(uuid).reference }),
  domainLookupByName: ({ domains }, { name }) => ({ dom: domains.named(name).reference }),
  domainLookupById: ({ domains }, { id }) => ({
    dom: domains.find((domain) => domain.isActive && domain.id === id, `the id ${id}`).reference,
  }),
  domainGetState({ domains }, { dom, flags }) {
    checkFlags(flags, 0);
    return domains.get(dom.uuid).stateCodes;
  },
  domainGetInfo({ domains, clock }, { dom }) {
    const domain = domains.get(dom.uuid);
    const { maxMemoryKiB, memoryKiB, vcpus } = described(domain);
    const { state } = domain.stateCodes;
    return { state, maxMemoryKiB, memoryKiB, vcpus, cpuTimeNanoseconds: cpuTimeNanoseconds(domain, clock) };
  },
  domainGetMaxMemory: ({ domains }, { dom }) => ({ memory: described(domains.get(dom.uuid)).maxMemoryKiB }),
  domainGetXmlDesc({ domains }, { dom, flags }, { session }) {
    checkFlags(flags, all(DomainXmlFlag));
    if (flags & DomainXmlFlag.Secure && session.opened?.readOnly)
      throw new Refusal(ErrorCode.OPERATION_DENIED, 'a read-only client sees no secrets', ErrorDomain.DOMAIN);
    const domain = domains.get(dom.uuid);
    const inactive = (flags & DomainXmlFlag.Inactive) !== 0;
    const description = (inactive && domain.definition) || described(domain);
    return { xml: writeDomain(description, domain.isActive && !inactive ? domain.id : undefined) };
  },
  domainIsActive: ({ domains }, { dom }) => ({ active: truth(domains.get(dom.uuid).isActive) }),
  domainIsPersistent: ({ domains }, { dom }) => ({ persistent: truth(domains.get(dom.uuid).definition) }),
  domainGetAutostart: ({ domains }, { dom }) => ({ autostart: truth(domains.get(dom.uuid).autostart) }),
  domainGetMetadata: ({ domains }, { dom, ...query }) => ({
    metadata: getMetadata(domains.get(dom.uuid), query),
  }),
};

/** What changes a domain, and is denied to a read-only client. */
export const domainChangeHandlers: HostHandlers = {
  domainDefineXmlFlags({ domains }, { xml, flags }) {
    checkFlags(flags, DefineFlag.Validate);
    return { dom: domains.define(xml).reference };
  },
  domainCreateXml({ domains }, { xml, flags }) {
    checkFlags(flags, createFlags);
    return { dom: domains.createTransient(xml, flags).reference };
  },
  domainCreateWithFlags({ domains }, { dom, flags }) {
    checkFlags(flags, createFlags);
    const domain = domains.get(dom.uuid);
    domains.start(domain, flags);
    return { dom: domain.reference };
  },
  domainSuspend({ domains }, { dom }) {
    domains.suspend(domains.get(dom.uuid));
    return {};
  },
  domainResume({ domains }, { dom }) {
    domains.resume(domains.get(dom.uuid));
    return {};
  },
  domainShutdownFlags({ domains }, { dom }) {
    domains.shutDown(domains.get(dom.uuid));
    return {};
  },
  domainReboot({ domains }, { dom }) {
    domains.restart(domains.get(dom.uuid));
    return {};
  },
  domainReset({ domains }, { dom, flags }) {
    checkFlags(flags, 0);
    domains.restart(domains.get(dom.uuid));
    return {};
  },
  domainDestroyFlags({ domains }, { dom, flags }) {
    checkFlags(flags, all(DestroyFlag));
    domains.destroy(domains.get(dom.uuid));
    return {};
  },
  domainUndefineFlags({ domains }, { dom, flags }) {
    checkFlags(flags, all(UndefineFlag));
    domains.undefine(domains.get(dom.uuid));
    return {};
  },
  domainSetAutostart({ domains }, { dom, autostart }) {
    domains.setAutostart(domains.get(dom.uuid), autostart !== 0);
    return {};
  },
  domainSetMetadata({ domains }, { dom, ...change }) {
    setMetadata(domains.get(dom.uuid), change);
    return {};
  },
};

import {
  type CallOptions,
  type Domain,
  type DomainStatsRecord,
  domainStateName,
  ErrorCode,
  type HypervisorConnection,
  ListDomainsFlag,
  StatsFlag,
  StatsGroup,
} from 'node-libvirt';
import { readDomain } from '../../domain/read.ts';
import { type DomainPower, type DomainSummary, HypervisorError, type ObservedDomain } from '../hypervisor.ts';
import { hasCode } from './errors.ts';
import { powerOf } from './state.ts';

/** Two calls for any number of domains. One that changes between them is told of as either. */
export async function listDomains(
  libvirt: HypervisorConnection,
  options: CallOptions,
): Promise<DomainSummary[]> {
  const persistent = await libvirt.listDomains({ ...options, flags: ListDomainsFlag.Persistent });
  const uuids = new Set(persistent.map(({ uuid }) => uuid));
  const records = await libvirt.domainStats({
    ...options,
    groups: StatsGroup.State,
    flags: StatsFlag.NoWait,
  });
  return records.map((record) => {
    const { uuid, name } = record;
    return { uuid, name, power: powerIn(record), persistent: uuids.has(uuid) };
  });
}

/** No reason decides over the power. */
function powerIn({ stats }: DomainStatsRecord): DomainPower {
  return powerOf({ state: domainStateName(Number(stats.get('state.state'))), reason: 'Unknown' }).power;
}

/** How often a domain may start or stop between the questions before it counts as busy. */
const attempts = 3;

/** Several calls for one domain; asked again if it started or stopped in between. */
export async function observeDomain(
  libvirt: HypervisorConnection,
  uuid: string,
  options: CallOptions,
): Promise<ObservedDomain | undefined> {
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const observed = await observeOnce(libvirt, libvirt.domain(uuid), options);
      if (observed) return observed;
    }
  } catch (error) {
    if (hasCode(error, ErrorCode.NO_DOMAIN)) return undefined;
    throw error;
  }
  throw new HypervisorError('Busy', `domain ${uuid} starts and stops faster than it can be looked at`);
}

async function observeOnce(
  libvirt: HypervisorConnection,
  domain: Domain,
  options: CallOptions,
): Promise<ObservedDomain | undefined> {
  const { uuid } = domain;
  const [status, definitionXml, currentXml, persistent] = await Promise.all([
    domain.state(options),
    domain.xml({ ...options, inactive: true }),
    domain.xml(options),
    isPersistent(libvirt, uuid, options),
  ]);
  const { id, name } = readDomain(currentXml);
  const { power, cause } = powerOf(status);
  const runs = id !== undefined;
  if (runs !== (power !== 'Stopped')) return undefined;
  return { uuid, name, power, persistent, cause, definitionXml, ...(runs ? { liveXml: currentXml } : {}) };
}

/** libvirt tells it of one domain only by leaving others out of a list. */
async function isPersistent(
  libvirt: HypervisorConnection,
  uuid: string,
  options: CallOptions,
): Promise<boolean> {
  const flags = StatsFlag.NoWait + ListDomainsFlag.Persistent;
  const records = await libvirt.domainStats({
    ...options,
    uuids: [uuid],
    groups: StatsGroup.State,
    flags,
  });
  return records.some((record) => record.uuid === uuid);
}

import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Domain, ErrorCode } from '../src/index.ts';
import type { Kit } from './kit.ts';

/** libvirt's code for a description without a name. */
const noName = 21;

const steps: Record<string, (domain: Domain) => Promise<unknown>> = {
  state: (domain) => domain.state(),
  info: (domain) => domain.info(),
  xml: (domain) => domain.xml(),
  lookup: (domain) => domain.lookup(),
  create: (domain) => domain.create(),
  destroy: (domain) => domain.destroy(),
  undefine: (domain) => domain.undefine(),
  suspend: (domain) => domain.suspend(),
  resume: (domain) => domain.resume(),
  shutdown: (domain) => domain.shutdown(),
  reboot: (domain) => domain.reboot(),
  reset: (domain) => domain.reset(),
  setAutostart: (domain) => domain.setAutostart(true),
  metadata: (domain) => domain.metadata('urn:contract'),
};

/** What is refused, with which code; nothing else changes by it. */
export function misuseContract(kit: Kit): void {
  const refused = async (name: string, domain: Domain, code: number) =>
    expect(steps[name]?.(domain), name).rejects.toMatchObject({
      name: 'LibvirtError',
      code,
      retryable: false,
    });

  it.each(Object.keys(steps))('of which there is none is found out: %s', async (name) => {
    await refused(name, kit.hypervisor.domain(randomUUID()), ErrorCode.NO_DOMAIN);
  });

  it('is found out in lookups', async () => {
    const missing = { code: ErrorCode.NO_DOMAIN };
    await expect(kit.call('domainLookupByName', { name: kit.newName() })).rejects.toMatchObject(missing);
    await expect(kit.call('domainLookupById', { id: 1_000_000 })).rejects.toMatchObject(missing);
  });

  it('that is stopped leaves it stopped', async () => {
    const domain = await kit.define();
    for (const name of ['destroy', 'reboot', 'reset'])
      await refused(name, domain, ErrorCode.OPERATION_INVALID);
    for (const name of ['suspend', 'resume', 'shutdown']) await refused(name, domain, kit.driver.wrongState);
    expect(await domain.state()).toMatchObject({ state: 'Shutoff', reason: 'Unknown' });
    await kit.expectEvents('Defined Added');
  });

  it('that runs leaves it running', async () => {
    const xml = kit.xml();
    const domain = await kit.hypervisor.defineXml(xml);
    await domain.create();
    const before = await domain.lookup();
    for (const name of ['create', 'resume']) await refused(name, domain, kit.driver.wrongState);
    const again = kit.hypervisor.createXml(xml);
    await expect(again).rejects.toMatchObject({ code: ErrorCode.OPERATION_INVALID });
    expect(await domain.state()).toMatchObject({ state: 'Running', reason: 'Booted' });
    expect(await domain.lookup()).toEqual(before);
    await kit.expectEvents('Defined Added', ...kit.driver.startEvents);
  });

  it('that is suspended leaves it suspended', async () => {
    const domain = await kit.start();
    await domain.suspend();
    await refused('create', domain, kit.driver.wrongState);
    if (!kit.driver.suspendsTwice) await refused('suspend', domain, kit.driver.wrongState);
    expect(await domain.state()).toMatchObject({ state: 'Paused', reason: 'User' });
  });

  it.each([false, true])('of a name or a uuid that is taken is found out (running: %s)', async (running) => {
    const [name, uuid] = [kit.newName(), randomUUID()];
    const domain = await kit.define({ name, uuid });
    if (running) await domain.create();
    const taken = { code: ErrorCode.OPERATION_FAILED };
    for (const xml of [kit.xml({ name }), kit.xml({ uuid })]) {
      await expect(kit.hypervisor.defineXml(xml)).rejects.toMatchObject(taken);
      await expect(kit.hypervisor.createXml(xml)).rejects.toMatchObject(taken);
    }
    expect(await kit.listed(0)).toEqual([name]);
    expect(await domain.lookup()).toMatchObject({ name });
  });

  it.each([
    ['no XML', () => '<domain', ErrorCode.XML_DETAIL],
    ['nothing', () => '', ErrorCode.XML_DETAIL],
    ['an end too much', (xml: string) => `${xml}</domain>`, ErrorCode.XML_DETAIL],
    ['another element', () => '<network><name>n</name></network>', ErrorCode.XML_ERROR],
    ['no name', (xml: string) => xml.replace(/<name>.*<\/name>/, ''), noName],
    ['an empty name', (xml: string) => xml.replace(/<name>.*<\/name>/, '<name></name>'), noName],
    ['a slash in the name', (xml: string) => xml.replace('<name>', '<name>a/'), ErrorCode.XML_ERROR],
    ['no uuid in its place', (xml: string) => xml.replace('<uuid>', '<uuid>x'), ErrorCode.INTERNAL_ERROR],
    ['no memory', (xml: string) => xml.replace(/<memory.*<\/memory>/, ''), ErrorCode.XML_ERROR],
    ['no type', (xml: string) => xml.replace(/ type='\w+'/, ''), ErrorCode.INTERNAL_ERROR],
  ])('in a description is found out: %s', async (_, change, code) => {
    const xml = change(kit.xml());
    await expect(kit.hypervisor.defineXml(xml)).rejects.toMatchObject({ code });
    await expect(kit.hypervisor.createXml(xml)).rejects.toMatchObject({ code });
    expect(await kit.listed(0)).toEqual([]);
    await kit.expectEvents();
  });

  it('of flags that there are none of is found out', async () => {
    const unknown = { flags: 1 << 20 };
    const invalid = { code: ErrorCode.INVALID_ARG };
    const xml = kit.xml();
    await expect(kit.hypervisor.defineXml(xml, unknown)).rejects.toMatchObject(invalid);
    await expect(kit.hypervisor.createXml(xml, unknown)).rejects.toMatchObject(invalid);
    await expect(kit.hypervisor.listDomains(unknown)).rejects.toMatchObject(invalid);
    const domain = await kit.hypervisor.defineXml(xml);
    await expect(domain.create(unknown)).rejects.toMatchObject(invalid);
    await expect(domain.undefine(unknown)).rejects.toMatchObject(invalid);
    expect(await domain.state()).toMatchObject({ state: 'Shutoff' });
  });
}

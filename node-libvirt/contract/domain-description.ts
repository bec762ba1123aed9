import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Kit } from './kit.ts';

/** What goes in as XML, and what comes out. */
export function descriptionContract(kit: Kit): void {
  it('has what was asked for, in units of its own', async () => {
    const [name, uuid] = [kit.newName(), randomUUID()];
    const domain = await kit.define({ name, uuid, memoryMiB: 40 });
    const xml = await domain.xml();
    expect(xml).toMatch(/^<domain type='\w+'>\n {2}<name>/);
    expect(xml).toContain(`  <name>${name}</name>\n  <uuid>${uuid}</uuid>\n`);
    expect(xml).toContain(`  <memory unit='KiB'>${40 * 1024}</memory>\n`);
    expect(xml).toContain(`  <currentMemory unit='KiB'>${40 * 1024}</currentMemory>\n`);
    expect(xml).toMatch(/ {2}<vcpu placement='static'>1<\/vcpu>\n/);
    expect(await domain.info()).toMatchObject({ maxMemoryBytes: 40 * 2 ** 20, memoryBytes: 40 * 2 ** 20 });
  });

  it('has no less memory than was asked for, and no more than its most', async () => {
    const memory = "<memory unit='b'>33554433</memory><currentMemory unit='GiB'>1</currentMemory>";
    const domain = await kit.hypervisor.defineXml(kit.xml().replace(/<memory.*<\/memory>/, memory));
    const xml = await domain.xml();
    expect(xml).toContain("  <memory unit='KiB'>32769</memory>\n");
    expect(xml).toContain("  <currentMemory unit='KiB'>32769</currentMemory>\n");
  });

  it('has fewer vCPUs and less memory than its most', async () => {
    const less = "<memory unit='MiB'>32</memory><currentMemory unit='M'>16</currentMemory>";
    const xml = kit.xml().replace(/<memory.*<\/memory>/, less);
    const fewer = xml.replace('<vcpu>1</vcpu>', "<vcpu current='1'>2</vcpu>");
    const domain = await kit.hypervisor.defineXml(fewer);
    expect(await domain.xml()).toContain("  <vcpu placement='static' current='1'>2</vcpu>\n");
    expect(await domain.info()).toMatchObject({
      ...{ vcpus: 1, memoryBytes: 2 ** 24, maxMemoryBytes: 2 ** 25 },
    });
  });

  it('comes back the same when it is given back', async () => {
    const domain = await kit.define({ more: '<title>round</title>' });
    const xml = await domain.xml({ inactive: true });
    await kit.hypervisor.defineXml(xml);
    expect(await domain.xml({ inactive: true })).toBe(xml);
    await kit.expectEvents('Defined Added', 'Defined Updated');
  });

  it('gets a uuid when it has none', async () => {
    const name = kit.newName();
    const xml = kit.xml({ name }).replace(/<uuid>.*<\/uuid>/, '');
    const domain = await kit.hypervisor.defineXml(xml);
    expect(domain.uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await domain.lookup()).toMatchObject({ name });
  });

  it('takes a uuid in any form', async () => {
    const uuid = randomUUID();
    const domain = await kit.define({ uuid: uuid.replaceAll('-', '').toUpperCase() });
    expect(domain.uuid).toBe(uuid);
  });

  it('keeps all characters', async () => {
    const name = `${kit.newName()}-grüße-漢`;
    const domain = await kit.define({
      name,
      more: '<description>&lt;a&gt; &amp; "b" \'c\' 😀</description>',
    });
    expect(await domain.lookup()).toMatchObject({ name });
    expect(await kit.call('domainLookupByName', { name })).toMatchObject({ dom: { uuid: domain.uuid } });
    const args = { dom: { name: '', uuid: domain.uuid, id: -1 }, type: 0, uri: null, flags: 0 };
    expect((await kit.call('domainGetMetadata', args)).metadata).toBe(`<a> & "b" 'c' 😀`);
  });

  it('of what runs has its number, and that of the next start has not', async () => {
    const domain = await kit.define();
    const before = await domain.xml({ inactive: true });
    expect(await domain.xml()).toBe(before);
    await domain.create();
    const { id } = await domain.lookup();
    expect(await domain.xml()).toMatch(new RegExp(`^<domain type='\\w+' id='${id}'>`));
    expect(await domain.xml({ inactive: true })).toBe(before);
    await domain.destroy();
    expect(await domain.xml()).toBe(before);
  });

  it('can be another at the next start', async () => {
    const [name, uuid] = [kit.newName(), randomUUID()];
    const domain = await kit.start({ name, uuid, memoryMiB: 32 });
    await kit.define({ name, uuid, memoryMiB: 64 });
    expect(await domain.xml()).toContain(`>${32 * 1024}</memory>`);
    expect(await domain.xml({ inactive: true })).toContain(`>${64 * 1024}</memory>`);
    expect(await domain.info()).toMatchObject({ maxMemoryBytes: 32 * 2 ** 20 });
    await domain.destroy();
    expect(await domain.info()).toMatchObject({ maxMemoryBytes: 64 * 2 ** 20 });
    await kit.expectEvents(
      ...['Defined Added', ...kit.driver.startEvents],
      ...['Defined Updated', 'Stopped Destroyed'],
    );
  });

  it('says whether the domain starts by itself', async () => {
    const domain = await kit.define();
    const dom = { name: '', uuid: domain.uuid, id: -1 };
    expect(await kit.call('domainGetAutostart', { dom })).toEqual({ autostart: 0 });
    await domain.setAutostart(true);
    await domain.setAutostart(true);
    expect(await kit.call('domainGetAutostart', { dom })).toEqual({ autostart: 1 });
    await domain.setAutostart(false);
    expect(await kit.call('domainGetAutostart', { dom })).toEqual({ autostart: 0 });
  });
}

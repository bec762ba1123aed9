import { expect, it } from 'vitest';
import { Affect, type Domain, ErrorCode, MetadataType } from '../src/index.ts';
import type { Kit } from './kit.ts';

const uri = 'https://example.com/contract';

/** Titles, descriptions, and elements of one's own. */
export function metadataContract(kit: Kit): void {
  const reference = ({ uuid }: Domain) => ({ name: '', uuid, id: -1 });
  const get = async (domain: Domain, type: number, flags = 0) =>
    (await kit.call('domainGetMetadata', { dom: reference(domain), type, uri: null, flags })).metadata;
  const set = (domain: Domain, type: number, metadata: string | null, flags = 0) => {
    const args = { dom: reference(domain), type, metadata, key: null, uri: null, flags };
    return kit.call('domainSetMetadata', args);
  };
  const none = { code: ErrorCode.NO_DOMAIN_METADATA };

  it.each([
    ['title', MetadataType.Title, 'A title & more'],
    ['description', MetadataType.Description, 'Lines\nof <text>'],
  ])('is a %s, set and taken away', async (element, type, text) => {
    const domain = await kit.define();
    await expect(get(domain, type)).rejects.toMatchObject(none);
    await set(domain, type, text);
    expect(await get(domain, type)).toBe(text);
    expect(await domain.xml()).toContain(`<${element}>`);
    await set(domain, type, null);
    await expect(get(domain, type)).rejects.toMatchObject(none);
    expect(await domain.xml()).not.toContain(`<${element}>`);
  });

  it('is an element for each namespace, set, replaced and taken away', async () => {
    const domain = await kit.define();
    await expect(domain.metadata(uri)).rejects.toMatchObject(none);
    await domain.setMetadata({ uri, prefix: 'own', xml: "<owner uid='42'><of>a &amp; b</of></owner>" });
    await domain.setMetadata({ uri: 'urn:other', prefix: 'other', xml: '<x/>' });
    expect(await domain.metadata(uri)).toBe('<owner uid="42">\n  <of>a &amp; b</of>\n</owner>');
    expect(await domain.xml()).toContain(
      `    <own:owner xmlns:own="${uri}" uid="42">\n      <own:of>a &amp; b</own:of>\n    </own:owner>\n`,
    );
    await domain.setMetadata({ uri, prefix: 'own', xml: '<owner uid="43"/>' });
    expect(await domain.metadata(uri)).toBe('<owner uid="43"/>');
    await domain.setMetadata({ uri, prefix: 'own', xml: null });
    await domain.setMetadata({ uri, prefix: 'own', xml: null });
    await expect(domain.metadata(uri)).rejects.toMatchObject(none);
    expect(await domain.metadata('urn:other')).toBe('<x/>');
  });

  it('comes with a description', async () => {
    const own = `<o:owner xmlns:o="${uri}" uid="1"><o:x>y</o:x></o:owner>`;
    const again = `<p:again xmlns:p="${uri}"/>`;
    const domain = await kit.define({ more: `<title>T</title><metadata>${own}<bare/>${again}</metadata>` });
    expect(await domain.metadata(uri)).toBe('<owner uid="1">\n  <x>y</x>\n</owner>');
    expect(await get(domain, MetadataType.Title)).toBe('T');
    expect(await domain.xml()).not.toMatch(/<bare|again/);
  });

  it('is that of the running domain, or of its definition, or of both', async () => {
    const domain = await kit.start();
    const { Title } = MetadataType;
    await set(domain, Title, 'live', Affect.Live);
    await expect(get(domain, Title, Affect.Config)).rejects.toMatchObject(none);
    await set(domain, Title, 'config', Affect.Config);
    expect(await get(domain, Title)).toBe('live');
    expect(await get(domain, Title, Affect.Config)).toBe('config');
    await set(domain, Title, 'both', Affect.Live | Affect.Config);
    expect([await get(domain, Title, Affect.Live), await get(domain, Title, Affect.Config)]).toEqual([
      ...['both', 'both'],
    ]);
    await set(domain, Title, 'current');
    await domain.destroy();
    expect(await get(domain, Title)).toBe('both');
  });

  it('is refused where there is no such side', async () => {
    const { Title } = MetadataType;
    const invalid = { code: ErrorCode.OPERATION_INVALID };
    const stopped = await kit.define();
    await expect(set(stopped, Title, 'x', Affect.Live)).rejects.toMatchObject(invalid);
    await expect(get(stopped, Title, Affect.Live)).rejects.toMatchObject(invalid);
    const transient = await kit.hypervisor.createXml(kit.xml());
    await expect(set(transient, Title, 'x', Affect.Config)).rejects.toMatchObject(invalid);
    await set(transient, Title, 'x');
    expect(await get(transient, Title)).toBe('x');
  });

  it('is refused when it is none', async () => {
    const domain = await kit.define();
    const invalid = { code: ErrorCode.INVALID_ARG };
    await expect(set(domain, MetadataType.Title, 'two\nlines')).rejects.toMatchObject(invalid);
    await expect(set(domain, MetadataType.Element, '<x/>')).rejects.toMatchObject(invalid);
    await expect(get(domain, MetadataType.Element)).rejects.toMatchObject(invalid);
    await expect(set(domain, 9, 'x')).rejects.toMatchObject(invalid);
    const broken = domain.setMetadata({ uri, prefix: 'own', xml: '<owner>' });
    await expect(broken).rejects.toMatchObject({ code: ErrorCode.XML_DETAIL });
    await expect(get(domain, MetadataType.Title, Affect.Live | Affect.Config)).rejects.toMatchObject(invalid);
    await expect(domain.metadata(uri)).rejects.toMatchObject(none);
  });
}

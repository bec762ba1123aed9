import { describe, expect, it } from 'vitest';
import { ListSecretsFlag, SecretUsageType } from './constants/index.ts';
import { Secret } from './secret.ts';
import { sent, uuid } from './testing/sent.ts';

const secret = { uuid, usageType: 2, usageId: 'client.libvirt secret' };

describe('secrets', () => {
  it('are listed, found and defined', async () => {
    const list = await sent('connectListAllSecrets', { secrets: [secret], count: 1 }, (h) =>
      h.secrets.list({ flags: ListSecretsFlag.Private }),
    );
    expect(list.args).toEqual({ needResults: 1, flags: 4 });
    expect(list.result.map(({ reference }) => reference)).toEqual([secret]);
    const byUuid = await sent('secretLookupByUuid', { secret }, (h) => h.secrets.get(uuid));
    expect([byUuid.args, byUuid.result.uuid]).toEqual([{ uuid }, uuid]);
    const byUsage = await sent('secretLookupByUsage', { secret }, (h) =>
      h.secrets.byUsage(SecretUsageType.Ceph, 'client.libvirt secret'),
    );
    expect(byUsage.args).toEqual({ usageType: 2, usageId: 'client.libvirt secret' });
    const made = await sent('secretDefineXml', { secret }, (h) =>
      h.secrets.define('<secret/>', { flags: 1 }),
    );
    expect([made.args, made.result.reference]).toEqual([{ xml: '<secret/>', flags: 1 }, secret]);
  });

  it('take bytes, and text as UTF-8', async () => {
    const bytes = await sent('secretSetValue', {}, ({ connection }) =>
      new Secret(connection, secret).setValue(Uint8Array.of(0, 255)),
    );
    expect([bytes.args.secret, [...bytes.args.value]]).toEqual([secret, [0, 255]]);
    const text = await sent('secretSetValue', {}, ({ connection }) =>
      new Secret(connection, secret).setValue('grün'),
    );
    expect(Buffer.from(text.args.value).toString('utf8')).toBe('grün');
  });

  it('give their value and description, and are removed', async () => {
    const value = await sent('secretGetValue', { value: Uint8Array.of(7) }, ({ connection }) =>
      new Secret(connection, secret).value(),
    );
    expect([value.args, [...value.result]]).toEqual([{ secret, flags: 0 }, [7]]);
    const xml = await sent('secretGetXmlDesc', { xml: '<secret/>' }, ({ connection }) =>
      new Secret(connection, secret).xml(),
    );
    expect([xml.args, xml.result]).toEqual([{ secret, flags: 0 }, '<secret/>']);
    const gone = await sent('secretUndefine', {}, ({ connection }) =>
      new Secret(connection, secret).undefine(),
    );
    expect(gone.args).toEqual({ secret });
  });
});

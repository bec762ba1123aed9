import { describe, expect, it } from 'vitest';
import { readDomain } from './read.ts';
import { exampleDomain } from './testing/example.ts';
import { domainXml } from './write.ts';

const owner = (
  attributes: string,
  name = 'v:owner',
  declaration = 'xmlns:v="https://vmfabric.io/xmlns/domain/v1"',
) => readDomain(`<domain><metadata><${name} ${declaration} ${attributes}/></metadata></domain>`).owner;

describe('readDomain', () => {
  it('reads what libvirt makes of a definition', () => {
    const facts = readDomain(`<domain type='kvm' id='7'>
      <name>shop_web-1</name>
      <uuid>6F0C1B9E-8f43-4a36-9d6c-1f2b3c4d5e6f</uuid>
      <metadata><v:owner xmlns:v='https://vmfabric.io/xmlns/domain/v1' cpuModel='HostModel'/></metadata>
      <cpu mode='custom' match='exact' check='full'><model fallback='forbid'>EPYC-Rome</model></cpu>
      <memory unit='KiB'>4194304</memory>
      <currentMemory unit='KiB'>4194304</currentMemory>
      <vcpu placement='static'>2</vcpu>
      <resource><partition>/machine</partition></resource>
      <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type><kernel>/k</kernel><cmdline>a &amp; b</cmdline><boot dev='hd'/></os>
      <devices>
        <interface type='bridge'>
          <mac address='52:54:00:AA:00:01'/>
          <source bridge='br0'/>
          <target dev='vnet0'/>
          <model type='virtio'/>
          <alias name='ua-eth0'/>
          <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/>
        </interface>
      </devices>
    </domain>`);
    expect(facts).toEqual({
      id: '7',
      uuid: '6f0c1b9e-8f43-4a36-9d6c-1f2b3c4d5e6f',
      name: 'shop_web-1',
      hypervisorType: 'KVM',
      cpuCores: 2,
      cpuModel: 'HostModel',
      machineType: 'pc-i440fx-7.2',
      memoryBytes: 4 * 2 ** 30,
      kernel: { imagePath: '/k', commandLine: 'a & b' },
      interfaces: [{ name: 'eth0', macAddress: '52:54:00:aa:00:01', bridge: 'br0' }],
    });
  });

  it('gives the same object for the same text, and reads a text that changed', () => {
    const xml = domainXml(exampleDomain);
    expect(readDomain(xml)).toBe(readDomain(Buffer.from(xml).toString()));
    const other = readDomain(domainXml({ ...exampleDomain, cpuCores: 7 }));
    expect(other).toEqual({ ...readDomain(xml), cpuCores: 7 });
  });

  it.each([
    ["unit='b'>1024", 1024],
    ["unit='KB'>2", 2000],
    ['>4', 4096],
    ["unit='GiB'>1", 2 ** 30],
    ["unit='T'> 1 ", 2 ** 40],
    ["unit='parsec'>1", 0],
    ['>many', 0],
  ])('reads memory %s', (memory, bytes) => {
    expect(readDomain(`<domain><memory ${memory}</memory></domain>`).memoryBytes).toBe(bytes);
  });

  it('counts the memory and processors that the guest has, not what it might get', () => {
    const xml =
      "<domain><memory>2048</memory><currentMemory>1024</currentMemory><vcpu current='1'>4</vcpu></domain>";
    expect(readDomain(xml)).toMatchObject({ memoryBytes: 1024 * 1024, cpuCores: 1 });
  });

  it('sees no bridge in other kinds of interface, and no name in aliases of libvirt', () => {
    const xml = `<domain><devices><interface type='network'><source network='default' bridge='virbr0'/><alias name='net0'/></interface></devices></domain>`;
    expect(readDomain(xml).interfaces).toEqual([{ macAddress: '' }]);
  });

  it('finds the owner by its namespace, whatever the prefix', () => {
    const attributes = 'namespace="a" name="b" uid="c" placementGeneration="4"';
    const expected = { namespace: 'a', name: 'b', uid: 'c', placementGeneration: 4 };
    expect(owner(attributes)).toEqual(expected);
    expect(owner(attributes, 'owner', 'xmlns="https://vmfabric.io/xmlns/domain/v1"')).toEqual(expected);
    expect(owner(attributes, 'v:owner', 'xmlns:v="https://example.org"')).toBeUndefined();
    expect(owner(attributes, 'v:other')).toBeUndefined();
    expect(owner('name="b"')).toBeUndefined();
  });

  it('takes a generation that it cannot read for the oldest', () => {
    expect(owner('uid="c" placementGeneration="new"')).toMatchObject({ placementGeneration: 0 });
    expect(owner('uid="c"')).toMatchObject({ placementGeneration: 0 });
  });

  it('takes domains of any shape', () => {
    const nothing = { uuid: '', name: '', hypervisorType: '', cpuCores: 0, memoryBytes: 0, interfaces: [] };
    expect(readDomain('<domain/>')).toEqual(nothing);
    expect(readDomain('<domain><devices/><os/><metadata>text</metadata></domain>')).toEqual(nothing);
  });
});

describe('domainXml', () => {
  it('pins what guests and hosts rely on, accelerated', () => {
    expect(domainXml(exampleDomain)).toMatchInlineSnapshot(`
      "<domain type="kvm">
        <name>shop_web-1</name>
        <uuid>6f0c1b9e-8f43-4a36-9d6c-1f2b3c4d5e6f</uuid>
        <metadata>
          <vmfabric:owner xmlns:vmfabric="https://vmfabric.io/xmlns/domain/v1" namespace="shop" name="web-1" uid="6f0c1b9e-8f43-4a36-9d6c-1f2b3c4d5e6f" placementGeneration="2"/>
        </metadata>
        <memory unit="MiB">4096</memory>
        <vcpu placement="static">2</vcpu>
        <os>
          <type arch="x86_64" machine="pc">hvm</type>
          <kernel>/boot/vmlinuz</kernel>
          <initrd>/boot/initrd</initrd>
          <cmdline>console=ttyS0 quiet</cmdline>
        </os>
        <features>
          <acpi/>
          <apic/>
        </features>
        <cpu mode="host-model"/>
        <clock offset="utc"/>
        <on_poweroff>destroy</on_poweroff>
        <on_reboot>restart</on_reboot>
        <on_crash>destroy</on_crash>
        <devices>
          <controller type="usb" model="none"/>
          <serial type="pty">
            <target port="0"/>
          </serial>
          <console type="pty">
            <target type="serial" port="0"/>
          </console>
          <channel type="unix">
            <target type="virtio" name="org.qemu.guest_agent.0"/>
          </channel>
          <memballoon model="virtio">
            <stats period="10"/>
          </memballoon>
          <rng model="virtio">
            <backend model="random">/dev/urandom</backend>
          </rng>
          <interface type="bridge">
            <mac address="52:54:00:00:00:01"/>
            <source bridge="br0"/>
            <model type="virtio"/>
            <alias name="ua-eth0"/>
          </interface>
          <interface type="bridge">
            <mac address="52:54:00:00:00:02"/>
            <source bridge="br1"/>
            <model type="virtio"/>
            <alias name="ua-eth1"/>
          </interface>
        </devices>
      </domain>"
    `);
  });

  it('emulates one processor everywhere, with a bounded cache', () => {
    const xml = domainXml({ ...exampleDomain, hypervisorType: 'QEMU' });
    expect(xml).toContain('<domain type="qemu">');
    expect(xml).toContain('<tb-cache unit="MiB">16</tb-cache>');
    expect(xml).toContain('<model>qemu64</model>');
  });

  it('refuses what XML cannot carry by the element it is for', () => {
    const kernel = { ...exampleDomain.kernel, commandLine: 'a\u001b[0m' };
    expect(() => domainXml({ ...exampleDomain, kernel })).toThrow('cmdline holds the character U+001B');
  });
});

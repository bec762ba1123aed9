export const twinUuid = '6a6c2ed4-0c1d-4a55-9b3b-0b4d2f7a1c01';
export const secretUuid = '6a6c2ed4-0c1d-4a55-9b3b-0b4d2f7a1c02';
export const networkUuid = '6a6c2ed4-0c1d-4a55-9b3b-0b4d2f7a1c03';
export const poolUuid = '6a6c2ed4-0c1d-4a55-9b3b-0b4d2f7a1c04';
const otherUuid = '6a6c2ed4-0c1d-4a55-9b3b-0b4d2f7a1c05';
/** Real volumes of the QEMU driver are here, on both daemons. */
export const imageFolder = '/var/lib/libvirt/images';

/** A domain of the test driver. Umlauts show that texts keep their letters. */
const twin = (memoryMiB: number, uuid = twinUuid, name = 'twin') => `<domain type='test'>
  <name>${name}</name><uuid>${uuid}</uuid><title>Grüße</title>
  <memory unit='MiB'>${memoryMiB}</memory><currentMemory unit='MiB'>64</currentMemory>
  <vcpu current='2'>4</vcpu><iothreads>1</iothreads>
  <os><type arch='i686'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/twin.img'/><target dev='vda' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:11:22:33'/><source network='default'/><target dev='twin0'/></interface>
    <graphics type='vnc' port='5901' passwd='secret'/>
  </devices>
</domain>`;

/** A guest of QEMU, emulated, which is never let run. */
const guest = `<domain type='qemu'>
  <name>twin</name><uuid>${twinUuid}</uuid>
  <memory unit='MiB'>32</memory><vcpu current='1'>2</vcpu><iothreads>1</iothreads>
  <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
  <devices>
    <disk type='file'><driver name='qemu' type='qcow2'/><source file='${imageFolder}/twin.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk>
    <controller type='scsi' model='virtio-scsi'/>
    <interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/><alias name='ua-card'/></interface>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
  </devices>
</domain>`;

const network = (range: string) => `<network>
  <name>lan</name><uuid>${networkUuid}</uuid><bridge name='virbr7'/><mac address='52:54:00:77:77:77'/>
  <ip address='192.168.77.1' netmask='255.255.255.0'><dhcp><range start='192.168.77.2' end='${range}'/></dhcp></ip>
</network>`;

const pool = (folder: string) => `<pool type='dir'>
  <name>disks</name><uuid>${poolUuid}</uuid><target><path>${folder}</path></target>
</pool>`;

const volume = (name: string, format: string) => `<volume>
  <name>${name}</name><capacity unit='MiB'>1</capacity><target><format type='${format}'/></target>
</volume>`;

const disk = (target: string) => `<disk type='file' device='disk'>
  <source file='${imageFolder}/extra.img'/><target dev='${target}' bus='scsi'/>
</disk>`;

export const cpus = ['Haswell', 'Nehalem'].map(
  (model) => `<cpu><arch>x86_64</arch><model>${model}</model></cpu>`,
);

/** As libvirt's helper of dnsmasq notes it; it ends in the year 2100. */
const lease = (mac: string, ip: string, more: object) => ({
  ...{ 'ip-address': ip, 'mac-address': mac, 'expiry-time': 4102444800 },
  ...more,
});

/** What commands of virsh read, by the names that they use. */
export const files = {
  'twin.xml': twin(128),
  'larger.xml': twin(256),
  'namesake.xml': twin(128, otherUuid),
  'no-memory.xml': `<domain type='test'><name>twin</name><os><type>hvm</type></os></domain>`,
  'no-xml.xml': '<domain',
  'guest.xml': guest,
  'namesake-guest.xml': guest.replace(twinUuid, otherUuid),
  'disk.xml': disk('sdb'),
  'same-disk.xml': disk('vda').replace(`bus='scsi'`, `bus='virtio'`),
  'card.xml': `<interface type='user'><mac address='52:54:00:44:55:66'/><model type='virtio'/></interface>`,
  'medium.xml': `<disk type='file' device='cdrom'><source file='${imageFolder}/extra.img'/><target dev='hda' bus='ide'/><readonly/></disk>`,
  'cpu.xml': `<cpu><arch>x86_64</arch><model>qemu64</model></cpu>`,
  'cpus.xml': `${cpus.join('\n')}`,
  'snapshot.xml': '<domainsnapshot><name>first</name><description>before</description></domainsnapshot>',
  'second.xml': '<domainsnapshot><name>second</name></domainsnapshot>',
  'checkpoint.xml':
    "<domaincheckpoint><name>first</name><disks><disk name='vda' checkpoint='bitmap'/></disks></domaincheckpoint>",
  'next.xml': '<domaincheckpoint><name>next</name></domaincheckpoint>',
  'namesake-network.xml': network('192.168.77.99').replace(networkUuid, otherUuid),
  'network.xml': network('192.168.77.99'),
  'network-larger.xml': network('192.168.77.199'),
  'host.xml': `<host mac='52:54:00:11:22:33' name='twin' ip='192.168.77.7'/>`,
  'leases.json': JSON.stringify([
    ...[
      lease('52:54:00:11:22:33', '192.168.77.7', { hostname: 'twin', 'client-id': '01:52:54:00:11:22:33' }),
    ],
    ...[lease('52:54:00:44:55:66', '192.168.77.8', {})],
  ]),
  'namesake-pool.xml': pool('/elsewhere').replace(poolUuid, otherUuid),
  'pool.xml': pool('/disks'),
  'pool-elsewhere.xml': pool('/elsewhere'),
  'images.xml': pool(`${imageFolder}/disks`),
  'volume.xml': volume('one.img', 'raw'),
  'copy.xml': volume('copy.img', 'raw'),
  'volume-qcow2.xml': volume('one.qcow2', 'qcow2'),
  'secret.xml': `<secret ephemeral='no' private='no'><uuid>${secretUuid}</uuid><description>a key</description><usage type='ceph'><name>key</name></usage></secret>`,
  'private.xml': `<secret ephemeral='no' private='yes'><uuid>${secretUuid}</uuid></secret>`,
  'value.txt': 'c2VjcmV0',
  'content.txt': 'Grüße, twin\n'.repeat(1000),
} as const;

export type FileName = keyof typeof files;

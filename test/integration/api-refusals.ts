import { host, hostPool, type Manifest, placementPolicy, virtualMachine } from './api-objects.ts';

/** A case: what is wrong, the manifest, and the words with which the refusal begins or those that it holds. */
type Case = [name: string, manifest: Manifest, text: string];

const quantityText =
  'must be an amount of bytes such as 512Mi or 4Gi: a number and one of Ki, Mi, Gi, Ti, Pi, k, M, G, T, P';
const rangeText =
  'must be from 16Mi to 16Ti; a number without a unit is bytes, so write 4Gi for four gibibytes';
const labelText = 'must be lower-case letters, digits and dashes, and begin and end with a letter or digit';
const macText = 'must be a MAC address in lower case that is no multicast address, such as 52:54:00:12:34:56';
const bootText = "the VM has nothing to boot: name one of its HostPool's spec.kernels in spec.kernel.name";
const nameText = 'metadata.name names the guest as well: at most 63 characters and no dots';
const pathText = 'must be an absolute path on the hosts, such as /boot/vmlinuz';
const selectorText = 'values must be given for In and NotIn, and left out for Exists and DoesNotExist';
const hostsText =
  'the pool has no hosts: set spec.nodeSelector to the labels of your libvirt Nodes, or list spec.staticHosts';

const sizeText = 'the VM has no size: give memory.size, or name a VirtualMachineClass in classRef';

/** A VM of that much memory. */
export const sized = (size: unknown) => virtualMachine({ memory: { size } });
const plugged = (...interfaces: object[]) => virtualMachine({ interfaces });
const eth0 = { name: 'eth0', network: 'lab' };
const selecting = (requirement: object) =>
  virtualMachine({ placement: { hostSelector: { matchExpressions: [requirement] } } });
const tolerating = (toleration: object) => virtualMachine({ placement: { tolerations: [toleration] } });
const tainted = (...taints: object[]) =>
  hostPool({ staticHosts: [{ name: 'rack1-a', address: '10.0.0.11', taints }] });
const strict = (kind: string, field: string) =>
  `${kind} in version "v1alpha1" cannot be handled as a ${kind}: strict decoding error: unknown field "${field}"`;

/** What the API server refuses, by kind. */
export const refused: Record<string, Case[]> = {
  VirtualMachine: [
    ...['4GB', '4gb', '4 Gi', '1e9', 'NaN', '4Gi ', '500m'].map(
      (size): Case => [
        `memory of ${size}`,
        sized(size),
        `spec.memory.size: Invalid value: "${size}": ${quantityText}`,
      ],
    ),
    ['negative memory', sized('-1'), `spec.memory.size: Invalid value: "-1": ${quantityText}`],
    ...['0', '512', '1Mi', '17Ti'].map(
      (size): Case => [
        `memory of ${size}`,
        sized(size),
        `spec.memory.size: Invalid value: "${size}": ${rangeText}`,
      ],
    ),
    [
      'memory as a number',
      sized(4),
      'spec.memory.size: Invalid value: "integer": spec.memory.size in body must be of type string: "integer"',
    ],
    ...[
      { size: '1Gi', hugePageSize: '4Ki' },
      { size: '1Gi', hugePageSize: '2MB' },
    ].map(
      (memory): Case => [
        `huge pages of ${memory.hugePageSize}`,
        virtualMachine({ memory }),
        `spec.memory.hugePageSize: Unsupported value: "${memory.hugePageSize}": supported values: "2Mi", "1Gi"`,
      ],
    ),
    ...[
      { size: '1025Mi', hugePageSize: '2Mi' },
      { size: '1.5Gi', hugePageSize: '1Gi' },
      { size: '1G', hugePageSize: '2Mi' },
    ].map(
      (memory): Case => [
        `${memory.size} in huge pages of ${memory.hugePageSize}`,
        virtualMachine({ memory }),
        'spec.memory.size: Invalid value: size must be a multiple of hugePageSize, such as 4Gi',
      ],
    ),
    ['no memory', virtualMachine({ memory: undefined }), `spec.memory: Required value: ${sizeText}`],
    ['memory of no size', virtualMachine({ memory: {} }), `spec.memory: Required value: ${sizeText}`],
    ['a misspelt field', virtualMachine({ memroy: {} }), strict('VirtualMachine', 'spec.memroy')],
    [
      'a misspelt field inside',
      virtualMachine({ cpu: { core: 2 } }),
      strict('VirtualMachine', 'spec.cpu.core'),
    ],
    ['no kernel', virtualMachine({ kernel: undefined }), `spec.kernel: Required value: ${bootText}`],
    [
      'a path for a kernel',
      virtualMachine({ kernel: { name: '/boot/vmlinuz' } }),
      `spec.kernel.name: Invalid value: "/boot/vmlinuz": ${labelText}`,
    ],
    [
      'a command line of two lines',
      virtualMachine({ kernel: { name: 'small', commandLine: 'quiet\nroot=/dev/vda' } }),
      String.raw`spec.kernel.commandLine: Invalid value: "quiet\nroot=/dev/vda": must be one line`,
    ],
    [
      'a dot in the name',
      virtualMachine({}, { name: 'web.example.com' }),
      `metadata.name: Invalid value: ${nameText}`,
    ],
    [
      'a name of 64 characters',
      virtualMachine({}, { name: 'a'.repeat(64) }),
      `metadata.name: Invalid value: ${nameText}`,
    ],
    [
      'two interfaces of one name',
      plugged(eth0, eth0),
      'spec.interfaces[1]: Duplicate value: {"name":"eth0"}',
    ],
    ['an interface without network', plugged({ name: 'eth0' }), 'spec.interfaces[0].network: Required value'],
    ...['52:54:00:12:34', '52:54:00:AB:34:56', '53:54:00:12:34:56', 'any'].map(
      (macAddress): Case => [
        `the MAC address ${macAddress}`,
        plugged({ ...eth0, macAddress }),
        `spec.interfaces[0].macAddress: Invalid value: "${macAddress}": ${macText}`,
      ],
    ),
    [
      'too many interfaces',
      plugged(...Array.from({ length: 17 }, (_, index) => ({ ...eth0, name: `eth${index}` }))),
      'spec.interfaces: Too many: 17: must have at most 16 items',
    ],
    [
      'no CPU',
      virtualMachine({ cpu: { cores: 0 } }),
      'spec.cpu.cores: Invalid value: 0: spec.cpu.cores in body should be greater than or equal to 1',
    ],
    [
      'NaN CPUs',
      virtualMachine({ cpu: { cores: 'NaN' } }),
      'spec.cpu.cores: Invalid value: "string": spec.cpu.cores in body must be of type integer: "string"',
    ],
    [
      'half a CPU',
      virtualMachine({ cpu: { cores: 1.5 } }),
      'spec.cpu.cores: Invalid value: "float64": spec.cpu.cores in body must be of type int32: "float64"',
    ],
    [
      'more CPUs than an int32 holds',
      virtualMachine({ cpu: { cores: 3e9 } }),
      'Checked value must be of type integer with format int32 in spec.cpu.cores',
    ],
    [
      'an unknown run strategy',
      virtualMachine({ runStrategy: 'always' }),
      'spec.runStrategy: Unsupported value: "always": supported values: "Always", "Halted", "Manual"',
    ],
    [
      'In without values',
      selecting({ key: 'disk', operator: 'In' }),
      `spec.placement.hostSelector.matchExpressions[0]: Invalid value: ${selectorText}`,
    ],
    [
      'Exists with values',
      selecting({ key: 'disk', operator: 'Exists', values: ['nvme'] }),
      `spec.placement.hostSelector.matchExpressions[0]: Invalid value: ${selectorText}`,
    ],
    [
      'a CPU model of two words',
      virtualMachine({ cpu: { model: 'EPYC Rome' } }),
      'spec.cpu.model: Invalid value: "EPYC Rome": must be HostModel, HostPassthrough, or a CPU model as libvirt names it, such as EPYC-Rome',
    ],
    [
      'a machine in capitals',
      virtualMachine({ machineType: 'Q35' }),
      'spec.machineType: Invalid value: "Q35": must be a machine type as QEMU names it, such as q35 or pc-i440fx-7.2',
    ],
    [
      'a resource twice',
      virtualMachine({ resources: [{ name: 'gpu' }, { name: 'gpu', count: 2 }] }),
      'spec.resources[1]: Duplicate value: {"name":"gpu"}',
    ],
    [
      'none of a resource',
      virtualMachine({ resources: [{ name: 'gpu', count: 0 }] }),
      'spec.resources[0].count: Invalid value: 0: spec.resources[0].count in body should be greater than or equal to 1',
    ],
    [
      'a toleration without key',
      tolerating({ value: 'db' }),
      'spec.placement.tolerations[0]: Invalid value: key must be given unless operator is Exists',
    ],
    [
      'a toleration of any value with a value',
      tolerating({ key: 'dedicated', operator: 'Exists', value: 'db' }),
      'spec.placement.tolerations[0]: Invalid value: value must be left out when operator is Exists',
    ],
    [
      'a toleration of an unknown effect',
      tolerating({ key: 'dedicated', effect: 'NoStart' }),
      'spec.placement.tolerations[0].effect: Unsupported value: "NoStart": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
    [
      'host affinity for no host at all',
      virtualMachine({ placement: { hostAffinity: { required: [] } } }),
      'spec.placement.hostAffinity.required: Invalid value: 0: spec.placement.hostAffinity.required in body should have at least 1 items',
    ],
    [
      'a weight of nothing',
      virtualMachine({ placement: { hostAffinity: { preferred: [{ hostSelector: {}, weight: 0 }] } } }),
      'spec.placement.hostAffinity.preferred[0].weight: Invalid value: 0: spec.placement.hostAffinity.preferred[0].weight in body should be greater than or equal to 1',
    ],
  ],
  HostPool: [
    ...['cpu', 'memory', 'hugepages-2Mi'].map(
      (name): Case => [
        `a resource named ${name}`,
        hostPool({ resources: [{ name, perHost: 1 }] }),
        'spec.resources[0].name: Invalid value: cpu, memory and hugepages are counted by themselves: give the resource another name',
      ],
    ),
    [
      'none of a resource',
      hostPool({ resources: [{ name: 'gpu', perHost: 0 }] }),
      'spec.resources[0].perHost: Invalid value: 0: spec.resources[0].perHost in body should be greater than or equal to 1',
    ],
    [
      'a taint without effect',
      tainted({ key: 'gpu' }),
      'spec.staticHosts[0].taints[0].effect: Required value',
    ],
    [
      'a taint twice',
      tainted({ key: 'gpu', effect: 'NoSchedule' }, { key: 'gpu', value: 'a', effect: 'NoSchedule' }),
      'spec.staticHosts[0].taints[1]: Duplicate value: {"effect":"NoSchedule","key":"gpu"}',
    ],
    ['no hosts', hostPool({ staticHosts: [] }), `spec: Invalid value: ${hostsText}`],
    ['neither kind of hosts', hostPool({ staticHosts: undefined }), `spec: Invalid value: ${hostsText}`],
    ['no connection', hostPool({ connection: undefined }), 'spec.connection: Required value'],
    ['no Secret', hostPool({ connection: {} }), 'spec.connection.tlsSecretRef: Required value'],
    [
      'a relative kernel path',
      hostPool({ kernels: [{ name: 'small', imagePath: 'boot/vmlinuz' }] }),
      `spec.kernels[0].imagePath: Invalid value: "boot/vmlinuz": ${pathText}`,
    ],
    [
      'a relative path of the initial RAM disk',
      hostPool({ kernels: [{ name: 'small', imagePath: '/vmlinuz', initrdPath: '../initrd' }] }),
      `spec.kernels[0].initrdPath: Invalid value: "../initrd": ${pathText}`,
    ],
    [
      'two hosts of one name',
      hostPool({ staticHosts: ['10.0.0.1', '10.0.0.2'].map((address) => ({ name: 'a', address })) }),
      'spec.staticHosts[1]: Duplicate value: {"name":"a"}',
    ],
    [
      'an address with a port',
      hostPool({ staticHosts: [{ name: 'a', address: '[fd00::1]:16514' }] }),
      'spec.staticHosts[0].address: Invalid value: "[fd00::1]:16514": must be a DNS name or an IP address, without port or brackets',
    ],
    [
      'no name of a bridge',
      hostPool({ networks: [{ name: 'lab', bridge: 'br 1' }] }),
      'spec.networks[0].bridge: Invalid value: "br 1": must be the name of a bridge as ip link shows it, such as br1',
    ],
    [
      'a quantity with the wrong unit',
      hostPool({ hostReserved: { memory: '1GB' } }),
      `spec.hostReserved.memory: Invalid value: "1GB": ${quantityText}`,
    ],
    [
      'a reserve for no failure',
      hostPool({ failureReserve: { failures: 0 } }),
      'spec.failureReserve.failures: Invalid value: 0: spec.failureReserve.failures in body should be greater than or equal to 1',
    ],
    [
      'an unknown way of preemption',
      hostPool({ preemption: { mode: 'Kill' } }),
      'spec.preemption.mode: Unsupported value: "Kill": supported values: "Disabled", "StopVirtualMachines"',
    ],
    [
      'a share of a share that is not there',
      hostPool({ shares: [{ name: 'a', parentName: 'b' }] }),
      'spec.shares: Invalid value: parentName must be the name of another share in spec.shares',
    ],
    [
      'a share of itself',
      hostPool({ shares: [{ name: 'a', parentName: 'a' }] }),
      'spec.shares[0].parentName: Invalid value: a share cannot be part of itself: leave parentName out, or name another share',
    ],
    [
      'two shares of one name',
      hostPool({ shares: [{ name: 'a' }, { name: 'a' }] }),
      'spec.shares[1]: Duplicate value: {"name":"a"}',
    ],
    [
      'a namespace twice in a share',
      hostPool({ shares: [{ name: 'a', namespaces: ['shop', 'shop'] }] }),
      'spec.shares[0].namespaces[1]: Duplicate value: "shop"',
    ],
    [
      'a share with more CPUs reserved than it may have',
      hostPool({ shares: [{ name: 'a', reservation: { cpuCores: 3 }, limit: { cpuCores: 2 } }] }),
      'spec.shares[0].reservation.cpuCores: Invalid value: reservation.cpuCores must not be above limit.cpuCores',
    ],
    [
      'a share with more memory reserved than it may have',
      hostPool({ shares: [{ name: 'a', reservation: { memory: '1Gi' }, limit: { memory: '1000M' } }] }),
      'spec.shares[0].reservation.memory: Invalid value: reservation.memory must not be above limit.memory',
    ],
    [
      'less than nothing for a share',
      hostPool({ shares: [{ name: 'a', limit: { cpuCores: -1 } }] }),
      'spec.shares[0].limit.cpuCores: Invalid value: -1: spec.shares[0].limit.cpuCores in body should be greater than or equal to 0',
    ],
    ['a misspelt field', hostPool({ overCommit: {} }), strict('HostPool', 'spec.overCommit')],
  ],
  PlacementPolicy: [
    ['no selector', placementPolicy({ vmSelector: undefined }), 'spec.vmSelector: Required value'],
    [
      'an unknown enforcement',
      placementPolicy({ vmAntiAffinity: [{ topologyKey: 'rack', enforcement: 'Must' }] }),
      'spec.vmAntiAffinity[0].enforcement: Unsupported value: "Must": supported values: "Required", "Preferred"',
    ],
    [
      'a topology key that is no label key',
      placementPolicy({ vmAntiAffinity: [{ topologyKey: 'rack/' }] }),
      'spec.vmAntiAffinity[0].topologyKey: Invalid value: "rack/": must be a label key such as example.com/rack or rack',
    ],
    [
      'two limits over one key',
      placementPolicy({
        domainLimits: [1, 2].map((maxDomains) => ({ topologyKey: 'rack', maxDomains })),
      }),
      'spec.domainLimits[1]: Duplicate value: {"topologyKey":"rack"}',
    ],
    [
      'a limit of no domains',
      placementPolicy({ domainLimits: [{ topologyKey: 'rack', maxDomains: 0 }] }),
      'spec.domainLimits[0].maxDomains: Invalid value: 0: spec.domainLimits[0].maxDomains in body should be greater than or equal to 1',
    ],
    [
      'a gang of one',
      placementPolicy({ gang: { minMembers: 1 } }),
      'spec.gang.minMembers: Invalid value: 1: spec.gang.minMembers in body should be greater than or equal to 2',
    ],
    [
      'a priority beyond those of Kubernetes',
      placementPolicy({ priority: 1_000_000_001 }),
      'spec.priority: Invalid value: 1000000001: spec.priority in body should be less than or equal to 1000000000',
    ],
    [
      'a weight above 100',
      placementPolicy({ vmAffinity: [{ topologyKey: 'rack', weight: 101 }] }),
      'spec.vmAffinity[0].weight: Invalid value: 101: spec.vmAffinity[0].weight in body should be less than or equal to 100',
    ],
  ],
  Host: [
    ['no pool', host({ hostPoolRef: undefined }), 'spec.hostPoolRef: Required value'],
    [
      'a cordon that is no bool',
      host({ unschedulable: 'yes' }),
      'spec.unschedulable: Invalid value: "string": spec.unschedulable in body must be of type boolean: "string"',
    ],
  ],
};

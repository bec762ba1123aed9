import fc from 'fast-check';
import type { HostPool } from '../../api/hostpool.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { HugePageSize } from '../../api/size.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { DesiredDomain } from '../domain.ts';

/** A VM with a HostPool that has all it asks for, and a Host. */
export interface DomainCase {
  vm: VirtualMachine;
  pool: HostPool;
  hypervisorType: DesiredDomain['hypervisorType'];
  /** That the VM is to have of the Host, if it asks for one. */
  cell: { id: number; cpuSet: string } | undefined;
}

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,14}[a-z0-9])?$/);
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const macAddress = hex(10).map((digits) => `52:${digits.match(/../g)?.join(':')}`);

/** What users paste: quotes, markup, references that must not be resolved, line ends, all of Unicode that XML can carry. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "'",
        '<',
        '>',
        '&',
        '&amp;',
        '&#10;',
        '&x;',
        ']]>',
        '<![CDATA[',
        '<!--',
        '-->',
        '<?x?>',
      ),
      fc.constantFrom(
        ' ',
        '  ',
        '\t',
        '\n',
        '\r',
        '\r\n',
        '\u0085',
        '\u2028',
        '\u00a0',
        '%',
        '$(x)',
        '\\',
        '😀',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('console=ttyS0', 'root=/dev/vda1', '__proto__', 'constructor'),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot carry them
  .filter((text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text));

const path = nasty.map((text) => `/${text.replace(/[\r\n]/g, '_')}x`);
const uid = fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }));
const memory = fc.oneof(
  fc.integer({ min: 16, max: 2 ** 20 }).map((amount) => `${amount}Mi`),
  fc.integer({ min: 2 ** 24, max: 2 ** 40 }).map(String),
  fc.constantFrom('1.5Gi', '4Gi', '100M', '1T'),
);

/** Any VM that the API admits, within what XML can carry. */
export const domainCase: fc.Arbitrary<DomainCase> = fc
  .record({
    uid,
    namespace: label,
    name: label,
    placementGeneration: fc.nat(),
    cores: fc.integer({ min: 1, max: 512 }),
    model: fc.constantFrom(undefined, 'HostModel', 'HostPassthrough', 'EPYC-Rome'),
    machineType: fc.constantFrom(undefined, 'pc', 'q35', 'pc-q35-7.2'),
    hugePageSize: fc.constantFrom(undefined, undefined, '2Mi' as const, '1Gi' as const),
    size: memory,
    commandLine: nasty,
    imagePath: path,
    initrdPath: fc.option(path, { nil: undefined }),
    cell: fc.constantFrom(undefined, { id: 0, cpuSet: '0-1' }, { id: 3, cpuSet: '6,8-15' }),
    type: fc.constantFrom('KVM' as const, 'QEMU' as const),
    interfaces: fc.uniqueArray(
      fc.record({
        name: label,
        bridge: fc.stringMatching(/^[A-Za-z0-9_.-]{1,15}$/),
        macAddress: fc.option(macAddress, { nil: undefined }),
      }),
      { maxLength: 5, selector: ({ name }) => name },
    ),
  })
  .map((drawn) => ({
    vm: vmOf(drawn),
    pool: poolOf(drawn),
    hypervisorType: drawn.type,
    cell: drawn.cell,
  }));

interface Drawn {
  uid: string;
  namespace: string;
  name: string;
  placementGeneration: number;
  cores: number;
  model: string | undefined;
  machineType: string | undefined;
  hugePageSize: HugePageSize | undefined;
  size: string;
  commandLine: string;
  imagePath: string;
  initrdPath: string | undefined;
  cell: DomainCase['cell'];
  type: 'KVM' | 'QEMU';
  interfaces: { name: string; bridge: string; macAddress: string | undefined }[];
}

const apiVersion = 'vmfabric.io/v1alpha1';

function vmOf(drawn: Drawn): VirtualMachine {
  const { uid, namespace, name, placementGeneration, cores, model, machineType, commandLine } = drawn;
  return {
    apiVersion,
    kind: 'VirtualMachine',
    metadata: { namespace, name, uid, resourceVersion: '1' },
    spec: {
      runStrategy: 'Always',
      cpu: { cores, model },
      machineType,
      memory: memoryOf(drawn),
      kernel: { name: 'linux', commandLine },
      interfaces: drawn.interfaces.map((one) => ({
        name: one.name,
        network: `net-${one.name}`,
        ...(one.macAddress === undefined ? {} : { macAddress: one.macAddress }),
      })),
      placement: {
        hostPoolRef: { name: 'default' },
        ...(drawn.cell ? { numaPolicy: 'SingleCell' as const } : {}),
      },
      terminationGracePeriodSeconds: 60,
    },
    status: { placementGeneration },
  };
}

/** Of huge pages users must write whole ones. */
function memoryOf({ size, hugePageSize }: Drawn): VirtualMachine['spec']['memory'] {
  if (hugePageSize === undefined) return { size };
  const page = parseBytes(hugePageSize);
  return { size: `${Math.ceil(parseBytes(size) / page) * page}`, hugePageSize };
}

function poolOf({ imagePath, initrdPath, interfaces }: Drawn): HostPool {
  const initrd = initrdPath === undefined ? {} : { initrdPath };
  return {
    apiVersion,
    kind: 'HostPool',
    metadata: { name: 'default', uid: 'pool', resourceVersion: '1' },
    spec: {
      staticHosts: [{ name: 'host1', address: '10.0.0.1' }],
      connection: {
        type: 'Direct',
        port: 16514,
        tlsSecretRef: { namespace: 'vmfabric-system', name: 'tls' },
      },
      overcommit: { cpuPercent: 400, memoryPercent: 100 },
      hostReserved: { cpuCores: 0, memory: '1Gi' },
      preemption: { mode: 'Disabled' },
      strategy: 'Spread',
      networks: interfaces.map(({ name, bridge }) => ({ name: `net-${name}`, type: 'Bridge', bridge })),
      kernels: [{ name: 'linux', imagePath, ...initrd }],
    },
  };
}

import { stateOf } from '../looks.ts';
import { cpuRanges, linesOf, pairNames, pairs, rowsOf, text } from '../readings.ts';
import type { Area } from '../row.ts';
import { contentOf, domain, domainNamed, ofTwin } from '../untyped.ts';

const uri = 'https://example.com/own';
const bytes = (value: bigint) => `${value}`;

/** virsh's names of the numbers of memory statistics, in their order. */
const memoryStatNames = [
  ...['swap_in', 'swap_out', 'major_fault', 'minor_fault', 'unused', 'available', 'actual', 'rss'],
  ...['usable', 'last_update', 'disk_caches', 'hugetlb_pgalloc', 'hugetlb_pgfail'],
];

/** What a running domain of the test driver is asked. */
export const questions: Area = {
  name: 'questions about a domain',
  driver: 'test',
  once: [
    'define twin.xml',
    'start twin',
    `metadata twin ${uri} --key own --set "<owner>Zoë</owner>"`,
    'vcpupin twin 0 0,2',
  ],
  last: ['destroy twin', 'undefine twin'],
  rows: [
    {
      name: 'its state and the reason',
      virsh: 'domstate twin --reason',
      ours: stateOf,
      reads: text,
    },
    { name: 'its XML', virsh: 'dumpxml twin', ours: async (h) => (await domain(h)).xml(), reads: text },
    {
      name: 'the XML of its next start',
      virsh: 'dumpxml twin --inactive',
      ours: async (h) => (await domain(h)).xml({ inactive: true }),
      reads: text,
    },
    {
      name: 'its XML with passwords',
      virsh: 'dumpxml twin --security-info',
      ours: async (h) => (await domain(h)).xml({ secure: true }),
      reads: text,
    },
    {
      name: 'memory and vCPUs',
      virsh: 'dominfo twin',
      ours: async (h) => {
        const { state, maxMemoryBytes, memoryBytes, vcpus } = await (await domain(h)).info();
        return [
          state.toLowerCase(),
          `${vcpus}`,
          ...[maxMemoryBytes, memoryBytes].map((b) => `${b / 1024} KiB`),
        ];
      },
      reads: (stdout) => {
        const info = pairs(stdout);
        return [info['State'], info['CPU(s)'], info['Max memory'], info['Used memory']];
      },
    },
    {
      name: 'metadata of somebody',
      virsh: `metadata twin ${uri}`,
      ours: async (h) => (await domain(h)).metadata(uri),
      reads: text,
    },
    {
      name: 'its title',
      virsh: 'desc twin --title',
      ours: async (h) => (await ofTwin(h, 'domainGetMetadata', { type: 1, uri: null, flags: 0 })).metadata,
      reads: text,
    },
    {
      name: 'how many vCPUs it has and may have',
      virsh: 'vcpucount twin',
      ours: async (h) => {
        const count = async (flags: number) => `${(await ofTwin(h, 'domainGetVcpusFlags', { flags })).num}`;
        const [live, config, maximum] = [1, 2, 4];
        return [
          ['maximum', 'config', await count(config | maximum)],
          ['maximum', 'live', await count(live | maximum)],
          ['current', 'config', await count(config)],
          ['current', 'live', await count(live)],
        ];
      },
      reads: rowsOf,
    },
    {
      name: 'where its vCPUs run',
      virsh: 'vcpupin twin',
      ours: async (h) => {
        const args = { ncpumaps: 4, maplen: 1, flags: 0 };
        const { cpumaps } = await ofTwin(h, 'domainGetVcpuPinInfo', args);
        return [...cpumaps].map((map, vcpu) => [`${vcpu}`, cpuRanges(Buffer.of(map))]);
      },
      reads: rowsOf,
    },
    {
      name: 'its disks',
      virsh: 'domblkinfo twin vda',
      ours: async (h) => {
        const info = await (await domain(h)).disk('vda').info();
        return {
          Capacity: bytes(info.capacityBytes),
          Allocation: bytes(info.allocationBytes),
          Physical: bytes(info.physicalBytes),
        };
      },
      reads: pairs,
    },
    {
      name: 'errors of its disks',
      virsh: 'domblkerror twin',
      ours: async (h) =>
        (await ofTwin(h, 'domainGetDiskErrors', { maxerrors: 16, flags: 0 })).errors.map(
          ({ disk, error }) => [
            `${disk}:`,
            ...(['none', 'unspecified error', 'no space'][error]?.split(' ') ?? []),
          ],
        ),
      reads: rowsOf,
    },
    {
      name: 'the traffic of its card',
      virsh: 'domifstat twin twin0',
      ours: async (h) => {
        const stats = await ofTwin(h, 'domainInterfaceStats', { device: 'twin0' });
        const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        return Object.keys(stats)
          .map((name) => `twin0 ${snake(name)}`)
          .toSorted();
      },
      reads: (stdout) =>
        linesOf(stdout)
          .map((line) => line.split(' ').slice(0, 2).join(' '))
          .toSorted(),
    },
    {
      name: 'its addresses, by leases',
      virsh: 'domifaddr twin',
      ours: async (h) =>
        (await (await domain(h)).interfaceAddresses('lease')).flatMap(({ name, mac, addresses }) =>
          addresses.map(({ family, address, prefixLength }) => [
            name,
            mac,
            family,
            `${address}/${prefixLength}`,
          ]),
        ),
      reads: rowsOf,
    },
    {
      name: 'its name on the network, by its agent',
      virsh: 'domhostname twin',
      ours: async (h) => (await ofTwin(h, 'domainGetHostname', { flags: 0 })).hostname,
      reads: text,
    },
    {
      name: 'its file systems, by its agent',
      virsh: 'domfsinfo twin',
      ours: async (h) =>
        (await ofTwin(h, 'domainGetFsinfo', { flags: 0 })).info.map(
          ({ mountpoint, name, fstype, devAliases }) => [mountpoint, name, fstype, devAliases.join(',')],
        ),
      reads: rowsOf,
    },
    {
      name: 'its memory',
      virsh: 'dommemstat twin',
      ours: async (h) => {
        const { stats } = await ofTwin(h, 'domainMemoryStats', { maxStats: 20, flags: 0 });
        return stats.map(({ tag }) => memoryStatNames[tag]).toSorted();
      },
      reads: pairNames,
    },
    {
      name: 'its threads for disks',
      virsh: 'iothreadinfo twin',
      ours: async (h) =>
        (await ofTwin(h, 'domainGetIothreadInfo', { flags: 0 })).info.map(({ id, cpumap }) => [
          `${id}`,
          cpuRanges(cpumap),
        ]),
      reads: rowsOf,
    },
    {
      name: 'whether it can be worked on',
      virsh: 'domcontrol twin',
      ours: async (h) => {
        const { state } = await ofTwin(h, 'domainGetControlInfo', { flags: 0 });
        return ['ok', 'background job', 'occupied', 'error'][state];
      },
      reads: text,
    },
    {
      name: 'statistics of it',
      virsh: 'domstats twin --state',
      ours: async (h) => {
        const { uuid } = await domain(h);
        const [record] = await h.domainStats({ uuids: [uuid], groups: 1 });
        return Object.fromEntries([...(record?.stats ?? [])].map(([name, value]) => [name, `${value}`]));
      },
      reads: (stdout) => pairs(stdout.replace(/^Domain: .*$/m, '')),
    },
    {
      name: 'what it spent of the CPUs',
      virsh: 'cpu-stats twin --total',
      ours: async (h) => {
        const total = { startCpu: -1, ncpus: 1, flags: 0 };
        const { nparams } = await ofTwin(h, 'domainGetCpuStats', { ...total, nparams: 0 });
        const { params } = await ofTwin(h, 'domainGetCpuStats', { ...total, nparams });
        return params.map(({ field }) => field).toSorted();
      },
      reads: (stdout) => pairNamesOf(stdout.replace(/^Total:$/m, '')),
    },
    {
      name: 'a picture of its screen',
      virsh: 'screenshot twin screen.png',
      writes: 'screen.png',
      ours: async (h) => {
        const dom = await domainNamed(h, 'twin');
        return contentOf(await h.connection.openStream('domainScreenshot', { dom, screen: 0, flags: 0 }));
      },
    },
  ],
};

function pairNamesOf(stdout: string): string[] {
  return linesOf(stdout)
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .toSorted();
}

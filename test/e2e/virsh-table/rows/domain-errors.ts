import { files } from '../files.ts';
import { domainLooks } from '../looks.ts';
import type { Area } from '../row.ts';
import { domain, domainNamed, ofTwin } from '../untyped.ts';

const nobody = '00000000-0000-4000-8000-000000000000';

/** Things that are not there, and descriptions that are wrong. */
export const domainErrors: Area = {
  name: 'errors about domains',
  driver: 'test',
  each: ['define twin.xml', 'start twin'],
  tidy: ['destroy twin', 'undefine twin'],
  looks: domainLooks,
  rows: [
    {
      name: 'no domain of a name',
      virsh: 'domstate nobody',
      ours: (h) => domain(h, 'nobody'),
      fails: 'NO_DOMAIN',
    },
    {
      name: 'no domain of a uuid',
      virsh: `domstate ${nobody}`,
      ours: (h) => h.domain(nobody).lookup(),
      fails: 'NO_DOMAIN',
    },
    {
      name: 'no domain of an id',
      virsh: 'domname 4711',
      ours: ({ connection }) => connection.call('domainLookupById', { id: 4711 }),
      fails: 'NO_DOMAIN',
    },
    {
      name: 'undefine nobody',
      virsh: 'undefine nobody',
      ours: async (h) => h.domain((await domainNamed(h, 'nobody')).uuid).undefine(),
      fails: 'NO_DOMAIN',
    },
    {
      name: 'define with a name in use',
      virsh: 'define namesake.xml',
      ours: (h) => h.defineXml(files['namesake.xml']),
      fails: 'OPERATION_FAILED',
    },
    {
      name: 'define what is no XML',
      virsh: 'define no-xml.xml',
      ours: (h) => h.defineXml(files['no-xml.xml']),
      fails: 'XML_DETAIL',
    },
    {
      name: 'define without memory',
      virsh: 'define no-memory.xml',
      ours: (h) => h.defineXml(files['no-memory.xml']),
      fails: 'XML_ERROR',
    },
    {
      name: 'metadata that nobody set',
      virsh: 'metadata twin https://example.com/none',
      ours: async (h) => (await domain(h)).metadata('https://example.com/none'),
      fails: 'NO_DOMAIN_METADATA',
    },
    {
      name: 'no snapshot of a name',
      virsh: 'snapshot-dumpxml twin none',
      ours: async (h) => (await domain(h)).snapshots.get('none'),
      fails: 'NO_DOMAIN_SNAPSHOT',
    },
    {
      name: 'no snapshot that is current',
      virsh: 'snapshot-revert twin --current',
      ours: async (h) => (await domain(h)).snapshots.current(),
      fails: 'NO_DOMAIN_SNAPSHOT',
    },
    {
      name: 'no checkpoint of a name',
      virsh: 'checkpoint-dumpxml twin none',
      ours: (h) => ofTwin(h, 'domainCheckpointLookupByName', { name: 'none', flags: 0 }),
      fails: 'NO_DOMAIN_CHECKPOINT',
    },
    {
      name: 'no disk of a name',
      virsh: 'domblkinfo twin vdz',
      ours: async (h) => (await domain(h)).disk('vdz').info(),
      fails: 'INVALID_ARG',
    },
    {
      name: 'no card of a name',
      virsh: 'domifstat twin none',
      ours: (h) => ofTwin(h, 'domainInterfaceStats', { device: 'none' }),
      fails: 'INVALID_ARG',
    },
    {
      name: 'no vCPU of a number',
      virsh: 'vcpupin twin 9 0',
      ours: (h) => ofTwin(h, 'domainPinVcpuFlags', { vcpu: 9, cpumap: Buffer.of(1), flags: 0 }),
      fails: 'INVALID_ARG',
    },
    {
      name: 'a thread for disks that is there',
      virsh: 'iothreadadd twin 1 --live',
      ours: (h) => ofTwin(h, 'domainAddIothread', { iothreadId: 1, flags: 1 }),
      fails: 'INVALID_ARG',
    },
    {
      name: 'a limit of a disk above its burst',
      virsh: 'blkdeviotune twin vda --total-iops-sec 100 --live',
      ours: (h) =>
        ofTwin(h, 'domainSetBlockIoTune', {
          disk: 'vda',
          params: [{ field: 'total_iops_sec', type: 'ullong', value: 100n }],
          flags: 1,
        }),
      fails: 'INVALID_ARG',
    },
    {
      name: 'measuring a memory without balloon',
      virsh: 'dommemstat twin --period 7 --config',
      ours: (h) => ofTwin(h, 'domainSetMemoryStatsPeriod', { period: 7, flags: 2 }),
      fails: 'INTERNAL_ERROR',
    },
    {
      name: 'flags that the driver does not know',
      virsh: 'schedinfo twin --live',
      ours: (h) => ofTwin(h, 'domainGetSchedulerParametersFlags', { nparams: 1, flags: 1 }),
      fails: 'INVALID_ARG',
    },
    {
      name: 'a device, which the driver cannot plug in',
      virsh: 'attach-device twin card.xml --live',
      ours: async (h) => (await domain(h)).attachDevice(files['card.xml'], { flags: 1 }),
      fails: 'NO_SUPPORT',
    },
    {
      name: 'jobs, of which the driver knows none',
      virsh: 'domjobinfo twin',
      ours: (h) => ofTwin(h, 'domainGetJobInfo', {}),
      fails: 'NO_SUPPORT',
    },
    {
      name: 'what a domain may have, which the driver does not know',
      virsh: 'domcapabilities',
      ours: (h) => h.host.domainCapabilitiesXml(),
      fails: 'NO_SUPPORT',
    },
  ],
};

import type { HostInfo } from 'node-libvirt';
import { describe, expect, it } from 'vitest';
import { FactsReader, hardwareOf, isUsable } from './facts.ts';

const node = {
  ...{ model: 'x86_64', memoryBytes: 64 * 2 ** 30, cpus: 32, mhz: 2600 },
  ...{ numaNodes: 2, sockets: 1, cores: 8, threads: 2 },
};

describe('hardwareOf', () => {
  it('joins node information and capabilities', () => {
    const capabilities = `<capabilities><host>
      <uuid>6F0C1B9E-8f43-4a36-9d6c-1f2b3c4d5e6f</uuid>
      <cpu><arch>x86_64</arch><model>EPYC-Rome</model><vendor>AMD</vendor><topology sockets='1' cores='8' threads='2'/></cpu>
      <topology><cells num='2'>
        <cell id='0'><memory unit='KiB'>1024</memory>
          <pages unit='KiB' size='4'>256</pages><pages unit='KiB' size='2048'>8</pages><pages unit='KiB' size='1048576'>0</pages>
          <cpus num='2'><cpu id='0'/><cpu id='2'/></cpus></cell>
        <cell id='1'><memory unit='KiB'>2048</memory><cpus num='1'><cpu id='1'/></cpus></cell>
      </cells></topology>
    </host><guest/></capabilities>`;
    expect(hardwareOf(node, capabilities)).toEqual({
      hostUUID: '6f0c1b9e-8f43-4a36-9d6c-1f2b3c4d5e6f',
      cpu: {
        ...{ model: 'EPYC-Rome', vendor: 'AMD', architecture: 'x86_64' },
        ...{ sockets: 1, cores: 8, threads: 2, count: 32 },
      },
      memoryBytes: 64 * 2 ** 30,
      numaCells: [
        {
          id: 0,
          cpus: 2,
          cpuSet: '0,2',
          memoryBytes: 2 ** 20,
          hugePages: [{ pageBytes: 2 ** 21, count: 8 }],
        },
        { id: 1, cpus: 1, cpuSet: '1', memoryBytes: 2 ** 21, hugePages: [] },
      ],
    });
  });

  it('does without what libvirt could not find out', () => {
    const { cpu, numaCells } = hardwareOf(node, '<capabilities><host/></capabilities>');
    expect(cpu).toEqual({
      ...{ model: 'unknown', architecture: 'x86_64' },
      ...{ sockets: 1, cores: 8, threads: 2, count: 32 },
    });
    expect(numaCells).toEqual([]);
  });
});

describe('isUsable', () => {
  const kvm = (hostModel: string) =>
    isUsable(
      `<domainCapabilities><cpu><mode name='host-passthrough' supported='yes'/>${hostModel}</cpu></domainCapabilities>`,
    );

  it('takes KVM with a processor as hosts have it, even one with features switched off', () => {
    const features = "<feature policy='require' name='pni'/><feature policy='disable' name='monitor'/>";
    expect(kvm(`<mode name='host-model' supported='yes'><model>EPYC-Rome</model>${features}</mode>`)).toBe(
      true,
    );
  });

  it('takes none that has no processor to give', () => {
    const features = "<feature policy='disable' name='pni'/>";
    expect(kvm(`<mode name='host-model' supported='yes'><model>kvm64</model>${features}</mode>`)).toBe(false);
    expect(kvm("<mode name='host-model' supported='no'/>")).toBe(false);
    expect(kvm('')).toBe(false);
  });
});

describe('FactsReader', () => {
  const answers = {
    libVersion: async () => '9.0.0',
    hypervisorVersion: async () => '7.2.0',
    nodeInfo: async () => node,
    capabilitiesXml: async () => '<capabilities><host/></capabilities>',
    domainCapabilitiesXml: async () => '<domainCapabilities/>',
  };
  const host = (changed: Partial<typeof answers> = {}) => ({ ...answers, ...changed }) as unknown as HostInfo;

  it('gives the same facts while the host says the same, and others when anything is another', async () => {
    const reader = new FactsReader();
    const first = await reader.read(host(), {});
    expect(await reader.read(host(), {})).toBe(first);
    const shrunk = host({ nodeInfo: async () => ({ ...node, memoryBytes: 32 * 2 ** 30 }) });
    expect(await reader.read(shrunk, {})).toEqual({ ...first, memoryBytes: 32 * 2 ** 30 });
    const cell = "<cell id='0'><memory unit='KiB'>1024</memory></cell>";
    const capabilities = `<capabilities><host><topology><cells>${cell}</cells></topology></host></capabilities>`;
    const withCell = await reader.read(host({ capabilitiesXml: async () => capabilities }), {});
    expect(withCell).toEqual({
      ...first,
      numaCells: [{ id: 0, cpus: 0, cpuSet: '', hugePages: [], memoryBytes: 2 ** 20 }],
    });
    expect(await reader.read(host(), {})).toEqual(first);
  });
});

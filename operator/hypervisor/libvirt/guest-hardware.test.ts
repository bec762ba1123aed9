import { expect, it } from 'vitest';
import { guestsOf } from './guest-hardware.ts';

const capabilities = `<capabilities><host/>
  <guest><os_type>hvm</os_type><arch name='i686'><machine>isapc</machine></arch></guest>
  <guest><os_type>hvm</os_type><arch name='x86_64'>
    <machine maxCpus='255'>pc-i440fx-7.2</machine><machine canonical='pc-i440fx-7.2'>pc</machine>
    <machine canonical='pc-q35-7.2'>q35</machine><domain type='kvm'><machine>pc</machine></domain>
  </arch></guest></capabilities>`;

const custom = (supported: string) => `<domainCapabilities><cpu>
  <mode name='host-passthrough' supported='no'/>
  <mode name='maximum' supported='yes'/>
  <mode name='host-model' supported='yes'><model fallback='forbid'>EPYC-Rome</model></mode>
  <mode name='custom' supported='${supported}'>
    <model usable='yes'>qemu64</model><model usable='no'>Icelake-Server</model><model usable='yes'>EPYC</model>
  </mode></cpu></domainCapabilities>`;

it('tells the modes that there are, the models that are usable, and the machines of the architecture', () => {
  expect(guestsOf(custom('yes'), capabilities)).toEqual({
    cpuModels: ['EPYC', 'HostModel', 'qemu64'],
    machineTypes: ['pc', 'pc-i440fx-7.2', 'q35'],
  });
});

it('does without what the host does not have or tell', () => {
  expect(guestsOf(custom('no'), '<capabilities/>')).toEqual({ cpuModels: ['HostModel'], machineTypes: [] });
  expect(guestsOf(undefined, capabilities).cpuModels).toEqual([]);
});

it('is one object for all hosts that say the same', () => {
  expect(guestsOf(custom('yes'), capabilities)).toBe(guestsOf(custom('yes'), capabilities));
});

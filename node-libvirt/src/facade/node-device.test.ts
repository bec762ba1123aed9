import { describe, expect, it } from 'vitest';
import type { ProcedureName, Ret } from '../protocol/procedures.ts';
import { ListNodeDevicesFlag } from './constants/index.ts';
import { NodeDevice } from './node-device.ts';
import { sent } from './testing/sent.ts';

const name = 'pci_0000_00_02_0';

function ofGpu<N extends ProcedureName, T>(procedure: N, ret: Ret<N>, act: (gpu: NodeDevice) => Promise<T>) {
  return sent(procedure, ret, ({ connection }) => act(new NodeDevice(connection, name)));
}

describe('devices of a host', () => {
  it('are listed by what they are, and found by name', async () => {
    const list = await sent('connectListAllNodeDevices', { devices: [{ name }], count: 1 }, (h) =>
      h.nodeDevices.list({ flags: ListNodeDevicesFlag.CapPciDev }),
    );
    expect(list.args).toEqual({ needResults: 1, flags: 2 });
    expect(list.result.map((device) => device.name)).toEqual([name]);
    const found = await sent('nodeDeviceLookupByName', { dev: { name } }, (h) => h.nodeDevices.get(name));
    expect([found.args, found.result.name]).toEqual([{ name }, name]);
  });

  it('are made and defined', async () => {
    const made = await sent('nodeDeviceCreateXml', { dev: { name: 'mdev_1' } }, (h) =>
      h.nodeDevices.create('<device/>'),
    );
    expect([made.args, made.result.name]).toEqual([{ xmlDesc: '<device/>', flags: 0 }, 'mdev_1']);
    const defined = await sent('nodeDeviceDefineXml', { dev: { name: 'mdev_1' } }, (h) =>
      h.nodeDevices.define('<device/>', { flags: 1 }),
    );
    expect(defined.args).toEqual({ xmlDesc: '<device/>', flags: 1 });
  });

  it.each<[ProcedureName, (gpu: NodeDevice) => Promise<void>, object]>([
    ['nodeDeviceDetachFlags', (gpu) => gpu.detach(), { driverName: null, flags: 0 }],
    ['nodeDeviceDetachFlags', (gpu) => gpu.detach({ driver: 'vfio' }), { driverName: 'vfio', flags: 0 }],
    ['nodeDeviceReAttach', (gpu) => gpu.reattach(), {}],
    ['nodeDeviceReset', (gpu) => gpu.reset(), {}],
    ['nodeDeviceCreate', (gpu) => gpu.create(), { flags: 0 }],
    ['nodeDeviceDestroy', (gpu) => gpu.destroy(), {}],
    ['nodeDeviceUndefine', (gpu) => gpu.undefine(), { flags: 0 }],
    ['nodeDeviceSetAutostart', (gpu) => gpu.setAutostart(false), { autostart: 0 }],
  ])('do what %s does', async (procedure, act, args) => {
    expect((await ofGpu(procedure, {}, act)).args).toEqual({ name, ...args });
  });

  it('tell about themselves', async () => {
    const xml = await ofGpu('nodeDeviceGetXmlDesc', { xml: '<device/>' }, (gpu) => gpu.xml({ flags: 1 }));
    expect([xml.args, xml.result]).toEqual([{ name, flags: 1 }, '<device/>']);
    const caps = await ofGpu('nodeDeviceListCaps', { names: ['pci', 'mdev_types'] }, (gpu) =>
      gpu.capabilities(),
    );
    expect([caps.args, caps.result]).toEqual([{ name, maxnames: 65_536 }, ['pci', 'mdev_types']]);
    expect((await ofGpu('nodeDeviceIsActive', { active: 1 }, (gpu) => gpu.isActive())).result).toBe(true);
    expect(
      (await ofGpu('nodeDeviceIsPersistent', { persistent: 0 }, (gpu) => gpu.isPersistent())).result,
    ).toBe(false);
    expect((await ofGpu('nodeDeviceGetAutostart', { autostart: 1 }, (gpu) => gpu.autostart())).result).toBe(
      true,
    );
  });

  it('have a parent, up to the machine itself', async () => {
    const parent = (parentName: string | null) =>
      ofGpu('nodeDeviceGetParent', { parentName }, (gpu) => gpu.parent());
    expect((await parent('computer')).result?.name).toBe('computer');
    expect((await parent(null)).result).toBeUndefined();
  });
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Condition } from '../../operator/api/common.ts';
import type { VirtualMachine } from '../../operator/api/virtualmachine.ts';
import { domainNameOf } from '../../operator/domain/identity.ts';
import { projectRoot } from '../paths.ts';
import { waitFor } from '../wait.ts';
import type { Fabric } from './fabric.ts';
import type { Step } from './steps.ts';

/** The manifest that a user would apply first. */
export const firstVmPath = join(projectRoot, 'examples/first-vm.yaml');

/** Emulated guests on busy cores take a while; a VM that needs longer than this needs a person. */
const readyTimeoutMs = 180_000;

export interface FirstVm {
  namespace: string;
  name: string;
  hostName: string;
  address: string;
  /** What libvirt calls it. */
  domainName: string;
}

/** Applies the first VM and waits until it is Ready and its address is known; `done` is told of it. */
export function firstVmStep(fabric: Fabric, done: (vm: FirstVm) => void): Step {
  return {
    name: 'First VM (examples/first-vm.yaml)',
    run: async ({ report, signal }) => {
      const { namespace, name } = await apply(fabric);
      let last = '';
      const look = async () => {
        const vm = JSON.parse(await fabric.kubectl(getArgs(namespace, name))) as VirtualMachine;
        const line = describeVm(vm);
        // The first line only: what QEMU says when it dies is long.
        if (line !== last) report(line.split('\n')[0] ?? '');
        last = line;
        return firstVm(vm);
      };
      try {
        done(
          await waitFor(`VM ${name} to be Ready`, look, { timeoutMs: readyTimeoutMs, everyMs: 250, signal }),
        );
      } catch (error) {
        signal.throwIfAborted();
        const message = `${(error as Error).message}. It is: ${last || 'unseen'}`;
        throw new Error(`${message}\n${whereToLook(fabric)}`, { cause: error });
      }
    },
  };
}

const getArgs = (namespace: string, name: string) => [
  'get',
  'vm',
  name,
  `--namespace=${namespace}`,
  '--output=json',
];

async function apply(fabric: Fabric): Promise<{ namespace: string; name: string }> {
  const input = await readFile(firstVmPath, 'utf8');
  const output = await fabric.kubectl(['apply', '--filename=-', '--output=json'], { input });
  const applied = JSON.parse(output) as VirtualMachine | { kind: 'List'; items: VirtualMachine[] };
  const objects = 'items' in applied ? applied.items : [applied];
  const vm = objects.find(({ kind }) => kind === 'VirtualMachine');
  if (!vm) throw new Error(`${firstVmPath} has no VirtualMachine`);
  return { namespace: vm.metadata.namespace ?? 'default', name: vm.metadata.name };
}

function whereToLook({ operator }: Fabric): string {
  if (operator.isRunning) return `The operator's log: ${operator.logPath}`;
  return `The operator has ended; the end of ${operator.logPath}:\n${operator.logEnd}`;
}

/** The VM once it is Ready and has an address. */
export function firstVm(vm: VirtualMachine): FirstVm | undefined {
  const { namespace = 'default', name } = vm.metadata;
  const { hostName } = vm.status ?? {};
  const address = addressOf(vm);
  if (conditionOf(vm, 'Ready')?.status !== 'True' || !hostName || !address) return undefined;
  return { namespace, name, hostName, address, domainName: domainNameOf(vm) };
}

/** How far the VM is, in one line for a person. */
export function describeVm(vm: VirtualMachine): string {
  const { hostName, powerState } = vm.status ?? {};
  const ready = conditionOf(vm, 'Ready');
  const parts = [
    hostName && `on ${hostName}`,
    powerState?.toLowerCase(),
    ready && (ready.status === 'True' ? 'Ready' : `${ready.reason}: ${ready.message}`),
    addressOf(vm) ?? (ready?.status === 'True' && 'waiting for its address'),
  ].filter(Boolean);
  return `${vm.metadata.name}: ${parts.join(', ') || 'seen by nobody yet'}`;
}

function conditionOf(vm: VirtualMachine, type: string): Condition | undefined {
  return vm.status?.conditions?.find((condition) => condition.type === type);
}

/** The first address at which other machines can reach the guest. */
export function addressOf(vm: VirtualMachine): string | undefined {
  const addresses = (vm.status?.interfaces ?? []).flatMap((one) => one.addresses ?? []);
  // An IPv6 address of the link is there before DHCP has answered, and no other machine can use it.
  return addresses.find((address) => !address.toLowerCase().startsWith('fe80:'));
}

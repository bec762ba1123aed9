import { type ChildProcess, spawn } from 'node:child_process';
import { addressOf } from '../../../hack/start/first-vm.ts';
import type { VirtualMachine } from '../../../operator/api/virtualmachine.ts';

/** What a watch has seen of one VM; times in milliseconds since the epoch. */
export interface Seen {
  readyAt?: number;
  addressAt?: number;
}

/** Watches the VMs of a namespace, as `kubectl get vm --watch` does: each write is one event, none is merged. */
export class VmWatch {
  readonly seen = new Map<string, Seen>();
  readonly #child: ChildProcess;
  readonly #documents = new JsonDocuments();

  constructor(kubectlPath: string, kubeconfigPath: string, namespace: string) {
    const args = ['get', 'vm', '--watch', '--output=json', `--namespace=${namespace}`];
    this.#child = spawn(kubectlPath, ['--kubeconfig', kubeconfigPath, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      for (const vm of this.#documents.take(chunk)) note(this.seen, vm as VirtualMachine, Date.now());
    });
  }

  count(key: 'readyAt' | 'addressAt'): number {
    return [...this.seen.values()].filter((seen) => seen[key] !== undefined).length;
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }
}

/** Notes when a VM was first seen Ready, and first seen with an address. */
export function note(seen: Map<string, Seen>, vm: VirtualMachine, now: number): void {
  const { name } = vm.metadata;
  const entry = seen.get(name) ?? {};
  seen.set(name, entry);
  const { conditions = [] } = vm.status ?? {};
  if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) entry.readyAt ??= now;
  if (addressOf(vm) !== undefined) entry.addressAt ??= now;
}

/** Cuts kubectl's stream into its indented documents, which end with a brace at the start of a line. */
export class JsonDocuments {
  #rest = '';

  take(chunk: string): unknown[] {
    const parts = (this.#rest + chunk).split(/^\}\n/m);
    this.#rest = parts.pop() ?? '';
    return parts.map((part) => JSON.parse(`${part}}`) as unknown);
  }
}

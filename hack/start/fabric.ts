import { join, resolve } from 'node:path';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { hideBrokenKvm } from '../lab/virt-type.ts';
import { systemNamespace } from './cluster-objects.ts';
import { fabricPlan } from './fabric-plan.ts';
import { OperatorProcess } from './operator-process.ts';
import { claim, updateRecord } from './record.ts';
import { requireFabricMachine } from './requirements.ts';
import { type Plan, type RunOptions, runSteps, type StepTime } from './steps.ts';
import { takeDown } from './take-down.ts';

export interface FabricOptions {
  /** Holds all state; one fabric per folder. */
  dir: string;
  /** Number of libvirt hosts. */
  hosts: number;
  /** It outlives this process. Default false: control plane and operator end with it, the lab is taken down by `takeDown`. */
  detached?: boolean;
  /** Log each write to the API server; see `readAudit`. Default false. */
  auditLog?: boolean;
  /** Dealt out to the hosts' Nodes in turn. Default: one zone for all. */
  zones?: readonly string[];
  /** What each host keeps from VMs. */
  hostReservedMemory?: string;
  /** Given after the operator's own arguments. */
  operatorArgs?: readonly string[];
  /** Default: the project's `operator/main.ts`. */
  operatorEntryPath?: string;
  signal?: AbortSignal;
  /** Default: silent. */
  output?: RunOptions['output'];
}

/** A control plane, a lab of libvirt hosts and the operator, joined: its parts appear while it is brought up. */
export class Fabric {
  readonly dir: string;
  readonly options: FabricOptions;
  /** How long each part took to come up. */
  times: StepTime[] = [];
  #controlPlane: ControlPlane | undefined;
  #lab: Lab | undefined;
  #operator: OperatorProcess | undefined;

  constructor(options: FabricOptions) {
    this.dir = resolve(options.dir);
    this.options = options;
  }

  get controlPlane(): ControlPlane {
    return present(this.#controlPlane, 'control plane');
  }

  get lab(): Lab {
    return present(this.#lab, 'lab');
  }

  get operator(): OperatorProcess {
    return present(this.#operator, 'operator');
  }

  /** Runs kubectl as administrator and returns what it prints; `input` is for `-f -`. */
  async kubectl(args: readonly string[], options: { input?: string } = {}): Promise<string> {
    return this.controlPlane.kubectl(args, options);
  }

  async startControlPlane(options: Omit<Parameters<typeof startControlPlane>[0], 'dir'>): Promise<void> {
    this.#controlPlane = await startControlPlane({ ...options, dir: join(this.dir, 'control-plane') });
  }

  async startLab(options: Omit<Parameters<typeof startLab>[0], 'dir'>): Promise<void> {
    const lab = await startLab({ ...options, dir: join(this.dir, 'lab') });
    await hideBrokenKvm(lab);
    this.#lab = lab;
  }

  /** Starts the operator as the ServiceAccount that the chart made, so that its permissions are tried as well. */
  async startOperator(serviceAccount: string, signal: AbortSignal): Promise<void> {
    const { detached = false, operatorArgs = [], operatorEntryPath } = this.options;
    this.#operator = new OperatorProcess({
      dir: this.dir,
      kubeconfigPath: await this.controlPlane.serviceAccountKubeconfig(systemNamespace, serviceAccount),
      leaseNamespace: systemNamespace,
      detached,
      args: operatorArgs,
      ...(operatorEntryPath ? { entryPath: operatorEntryPath } : {}),
    });
    await this.#operator.start(signal);
  }

  /** Takes all of it down. May be called again. */
  async down(): Promise<void> {
    await takeDown(this.dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }
}

/**
 * Brings a fabric up in `dir`, after `more` steps too, and returns it. When that fails or is aborted all is taken down,
 * logs excepted.
 * @throws AlreadyRunningError; MissingRequirement when this machine cannot run it.
 */
export async function startFabric(
  options: FabricOptions,
  more: (fabric: Fabric) => Plan = () => [],
): Promise<Fabric> {
  const fabric = new Fabric(options);
  await requireFabricMachine();
  const { hosts, detached = false, signal, output = 'silent' } = options;
  await claim(
    fabric.dir,
    { hosts, detached },
    async () => void (await takeDown(fabric.dir, { keep: 'folder' })),
  );
  try {
    const plan = [...fabricPlan(fabric), ...more(fabric)];
    fabric.times = await runSteps(plan, { output, ...(signal ? { signal } : {}) });
    await updateRecord(fabric.dir, { ready: true });
    return fabric;
  } catch (error) {
    await takeDown(fabric.dir, signal?.aborted ? {} : { keep: 'logs' });
    throw error;
  }
}

function present<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`the ${name} is not up yet`);
  return part;
}

import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBinaries } from '../../hack/control-plane/binaries.ts';
import { startControlPlane } from '../../hack/control-plane/control-plane.ts';
import { takeDown } from '../../hack/start/take-down.ts';
import { waitFor } from '../../hack/wait.ts';
import { Command, leftovers, lookAtMachine, type Machine, npmRun, npmStart } from './start-command.ts';

const holder = 'jsonpath={.items[*].spec.holderIdentity}';

let parent: string;
let stateDir: string;
let before: Machine;

beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'vmfabric-start-'));
  stateDir = join(parent, 'state');
  before = await lookAtMachine(stateDir);
});
afterEach(async () => {
  await takeDown(stateDir);
  await rm(parent, { recursive: true, force: true });
});

/** The kernel takes a namespace's interfaces away a moment after its last process. */
async function expectNothingLeft(): Promise<void> {
  let left: string[] = [];
  const look = async () => {
    left = await leftovers(before, stateDir);
    return left.length === 0;
  };
  await waitFor('nothing to be left', look, { timeoutMs: 10_000, everyMs: 200 }).catch(() => {});
  expect(left).toEqual([]);
  expect(existsSync(stateDir)).toBe(false);
}

describe('npm start', () => {
  it('--once shows the first VM Ready with host and address, tells the times, and leaves nothing', async () => {
    const command = npmStart(stateDir, '--once', '--hosts', '1');
    expect(await command.ended(), command.output).toBe(0);
    expect(command.output).toMatch(/VM first-vm is Ready on host h1 with address 10\.\d+\.\d+\.\d+\./);
    expect(command.output).toMatch(/│ Kubernetes control plane +│ +\d+\.\d s │/);
    await expectNothingLeft();
  });

  it('--detach leaves it up for kubectl and a second start to find, until npm run down', async () => {
    const command = npmStart(stateDir, '--detach', '--hosts', '1');
    expect(await command.ended(), command.output).toBe(0);
    const kubectl = npmRun(stateDir, 'kubectl', 'get', 'vm', 'first-vm', '--output=name');
    expect(await kubectl.ended()).toBe(0);
    expect(kubectl.output).toBe('virtualmachine.vmfabric.io/first-vm\n');
    const second = npmStart(stateDir);
    expect(await second.ended()).toBe(1);
    expect(second.output).toMatch(/^A fabric of 1 hosts is already running here: .* npm run down\.\n$/);
    expect(await npmRun(stateDir, 'down').ended()).toBe(0);
    await expectNothingLeft();
  });

  it.each(['Kubernetes control plane', 'Custom resources and permissions', 'Operator'])(
    'takes all down after Ctrl-C in the middle of: %s',
    async (step) => {
      const command = npmStart(stateDir, '--hosts', '1');
      await command.untilItSays(step);
      command.interrupt();
      await command.ended();
      expect(command.output).toContain('Interrupted; all of it is taken down.');
      await expectNothingLeft();
    },
  );

  it('does not start twice, not even while the first is on its way', async () => {
    const first = npmStart(stateDir, '--hosts', '1');
    await first.untilItSays('Kubernetes control plane');
    const second = npmStart(stateDir);
    expect(await second.ended()).toBe(1);
    expect(second.output).toMatch(/^A fabric is being started here by process \d+: wait for it, or stop it/);
    first.interrupt();
    await first.ended();
    await expectNothingLeft();
  });

  it('leaves to npm run down what SIGKILL did not let it take down', async () => {
    const command = npmStart(stateDir, '--hosts', '1');
    await command.untilItSays('Custom resources and permissions');
    if (command.child.pid === undefined) throw new Error('npm did not start');
    process.kill(-command.child.pid, 'SIGKILL');
    await command.ended();
    const down = npmRun(stateDir, 'down');
    expect(await down.ended(), down.output).toBe(0);
    expect(down.output).toContain('All is taken down.');
    await expectNothingLeft();
  });
});

describe('npm start --kubeconfig', () => {
  it('adds what the cluster lacks, runs the operator alone, and ends it with one Ctrl-C', async () => {
    const binaries = await findBinaries();
    await using controlPlane = await startControlPlane({ dir: join(parent, 'cluster'), binaries });
    const command = npmStart(stateDir, '--kubeconfig', controlPlane.adminKubeconfigPath);
    await command.untilItSays('"controllers started"');
    expect(command.output).toContain('Installing the custom resource definitions that the cluster lacks: ');
    expect(await controlPlane.kubectl(['get', 'vm,hp', '--all-namespaces'])).toBe('');
    const leases = () => controlPlane.kubectl(['get', 'lease', '-n', 'vmfabric-system', '-o', holder]);
    expect(await leases()).not.toBe('');
    command.interrupt();
    await command.ended();
    // It had the time to give its Lease back, so the next one need not wait for it to run out.
    expect(await leases()).toBe('');
    await expectNothingLeft();
  });

  it('names a file that is not there', async () => {
    const command = npmStart(stateDir, '--kubeconfig', '/nowhere/config');
    expect(await command.ended()).toBe(1);
    expect(command.output).toBe('--kubeconfig /nowhere/config: there is no such file.\n');
  });
});

describe('npm start, where it cannot run,', () => {
  it('says that root is missing, and what to do instead', async () => {
    // The checkout may lie in a folder of root's: one capability lets this user read it, and nothing else.
    // Without the security bit the kernel takes the capability away again where access(2) is asked.
    const asNobody = ['--securebits=+no_setuid_fixup', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const reading = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search'];
    const start = ['node', 'hack/bootstrap.mjs', 'hack/start/main.ts'];
    const command = new Command('setpriv', [...asNobody, ...reading, ...start], stateDir);
    expect(await command.ended()).toBe(1);
    expect(command.output).toBe(
      'Missing root: libvirt hosts need it for network namespaces; run this with sudo, or start the operator alone with npm start -- --kubeconfig FILE.\n',
    );
    await expectNothingLeft();
  });

  it('names the options that there are', async () => {
    const command = npmStart(stateDir, '--node', '3');
    expect(await command.ended()).toBe(1);
    expect(command.output).toBe(
      "Unknown option '--node'; there is: --hosts N, --detach, --once, --kubeconfig FILE, --help.\n",
    );
    await expectNothingLeft();
  });
});

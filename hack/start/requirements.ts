import { MissingRequirement } from '../apt/apt.ts';
import { run } from '../command.ts';

const wayOut = 'or start the operator alone with npm start -- --kubeconfig FILE.';

/** What can be asked of the machine; tests bring their own. */
export interface FabricMachine {
  platform: string;
  arch: string;
  userId: number | undefined;
  /** Tries what each host of the lab needs: namespaces of its own, and a mount in them. */
  isolate: () => Promise<unknown>;
}

const thisMachine = (): FabricMachine => ({
  platform: process.platform,
  arch: process.arch,
  userId: process.getuid?.(),
  isolate: () =>
    run('unshare', ['-n', '-m', '-u', '-p', '-f', '--propagation', 'private', '--mount-proc', 'true']),
});

/**
 * What a fabric needs and no package brings. Asked before anything else, as the first to miss it would be a host of
 * the lab, minutes later.
 * @throws MissingRequirement
 */
export async function requireFabricMachine(machine: FabricMachine = thisMachine()): Promise<void> {
  if (machine.platform !== 'linux') {
    throw new MissingRequirement(
      `Missing Linux: libvirt hosts need its network namespaces; run this in a Linux VM, ${wayOut}`,
    );
  }
  if (machine.arch !== 'x64') {
    throw new MissingRequirement(
      `Missing an x86-64 machine: the guests of the local hosts do not run on ${machine.arch}; use one, ${wayOut}`,
    );
  }
  if (machine.userId !== 0) {
    throw new MissingRequirement(
      `Missing root: libvirt hosts need it for network namespaces; run this with sudo, ${wayOut}`,
    );
  }
  await machine.isolate().catch((error: Error) => {
    throw new MissingRequirement(
      `Missing the right to make namespaces: a container has it only when privileged; run this in a VM, in a container with --privileged, ${wayOut}`,
      { cause: error },
    );
  });
}

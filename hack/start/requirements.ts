import { MissingRequirement } from '../apt/apt.ts';

const wayOut = 'or start the operator alone with npm start -- --kubeconfig FILE.';

/**
 * What a fabric needs and no package brings. Asked before anything else, as on a machine that has all packages the
 * first to miss root would be a network namespace, minutes later.
 * @throws MissingRequirement
 */
export function requireLinuxAndRoot(platform: string = process.platform, userId = process.getuid?.()): void {
  if (platform !== 'linux') {
    throw new MissingRequirement(
      `Missing Linux: libvirt hosts need its network namespaces; run this in a Linux VM, ${wayOut}`,
    );
  }
  if (userId !== 0) {
    throw new MissingRequirement(
      `Missing root: libvirt hosts need it for network namespaces; run this with sudo, ${wayOut}`,
    );
  }
}

import { dirname } from 'node:path';
import type { FirstVm } from './first-vm.ts';

export interface TryNextOptions {
  vm: FirstVm;
  kubectlPath: string;
  kubeconfigPath: string;
  /** How virsh on this machine reaches the VM's host. */
  libvirtUri: string;
  logPath: string;
  /** Nobody stays in front of it. */
  detached: boolean;
}

/** What a user can do with a fabric that has just come up: lines that can be copied into a shell. */
export function tryNext(options: TryNextOptions): string {
  const { vm, kubectlPath, kubeconfigPath, libvirtUri, logPath, detached } = options;
  const namespace = vm.namespace === 'default' ? '' : ` -n ${vm.namespace}`;
  const stop = detached ? 'npm run down' : 'Ctrl-C here, or npm run down in another terminal';
  return `
VM ${vm.name} is Ready on host ${vm.hostName} with address ${vm.address}.

To reach the cluster, in another terminal:
  export KUBECONFIG=${kubeconfigPath} PATH=${dirname(kubectlPath)}:$PATH
or put npm run kubectl -- where kubectl is below, in this folder.

Try next:
  kubectl get vm,vmhost,hp,pp
  kubectl describe vm ${vm.name}${namespace}
  virsh -c '${libvirtUri}' list --all
  virsh -c '${libvirtUri}' destroy ${vm.domainName}
    (pulls its plug: watch it come back with kubectl get vm -w)
  kubectl delete vm ${vm.name}${namespace}
    (shuts the guest down, then removes it)

The operator logs to ${logPath}.
To stop: ${stop}.
`;
}

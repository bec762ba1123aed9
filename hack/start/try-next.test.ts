import { describe, expect, it } from 'vitest';
import { tryNext } from './try-next.ts';

const options = {
  vm: {
    namespace: 'default',
    name: 'first',
    hostName: 'h1',
    address: '10.77.0.5',
    domainName: 'default_first',
  },
  kubectlPath: '/cache/bin/kubectl',
  kubeconfigPath: '/state/admin.kubeconfig',
  libvirtUri: 'qemu+tls://192.168.150.11/system?pkipath=/state/pki',
  logPath: '/state/logs/operator.log',
  detached: false,
};

describe('what to try next', () => {
  it('says where the VM runs, how to reach the cluster, and what is worth a try', () => {
    const text = tryNext(options);
    expect(text).toContain('VM first is Ready on host h1 with address 10.77.0.5.');
    expect(text).toContain('export KUBECONFIG=/state/admin.kubeconfig PATH=/cache/bin:$PATH');
    expect(text).toContain('kubectl get vm,vmhost,hp,pp\n');
    expect(text).toContain('kubectl delete vm first\n');
    expect(text).toContain('/state/logs/operator.log');
  });

  it('quotes the URI of libvirt, whose question mark a shell would expand, and names the domain', () => {
    const uri = "virsh -c 'qemu+tls://192.168.150.11/system?pkipath=/state/pki'";
    expect(tryNext(options)).toContain(`${uri} destroy default_first\n`);
  });

  it('names a namespace that is not the default one', () => {
    const text = tryNext({ ...options, vm: { ...options.vm, namespace: 'shop' } });
    expect(text).toContain('kubectl delete vm first -n shop\n');
  });

  it.each([
    [false, 'To stop: Ctrl-C here, or npm run down in another terminal.'],
    [true, 'To stop: npm run down.'],
  ])('says how to stop what is detached: %s', (detached, line) => {
    expect(tryNext({ ...options, detached })).toContain(line);
  });
});

/**
 * Runs README's first example against a server that does what it asks for, and prints the calls in the end:
 * `node serve-example.ts SOCKET EXAMPLE`.
 */
import { pathToFileURL } from 'node:url';
import { FakeServer } from 'node-libvirt/testing';

const [socketPath = '', example = ''] = process.argv.slice(2);
const dom = { name: 'first', uuid: 'c7a5fdbd-cdaf-9455-926a-d65c16db1809', id: 1 };
const server = new FakeServer()
  .on('domainDefineXmlFlags', () => ({ dom }))
  .on('domainCreateWithFlags', (_args, peer) => {
    peer.sendEvent('lifecycle', { callbackId: 0, msg: { dom, event: 2, detail: 0 } });
    return { dom };
  })
  .on('domainGetState', () => ({ state: 1, reason: 1 }))
  .on('domainDestroyFlags', () => ({}))
  .on('domainUndefineFlags', () => ({}));
await server.listen(socketPath);
await import(pathToFileURL(example).href);
console.log(server.calls.flatMap(({ name }) => (name.startsWith('domain') ? [name] : [])).join(' '));
await server.close();

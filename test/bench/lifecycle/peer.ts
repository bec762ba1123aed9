import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../hack/command.ts';
import type { LabHost } from '../../../hack/lab/host.ts';
import type { Lab } from '../../../hack/lab/lab.ts';

/** The domains of one host, as the operator defined them. */
export interface HostDomains {
  host: LabHost;
  domains: { name: string; xml: string }[];
}

/** What the operator has defined on each host: the peer starts the very same, in the same places. */
export async function readDomains(lab: Lab): Promise<HostDomains[]> {
  return Promise.all(
    lab.hosts.map(async (host) => {
      const names = (await host.virsh(['list', '--all', '--name'])).split('\n').filter(Boolean);
      const domains = [];
      for (const name of names)
        domains.push({ name, xml: await host.virsh(['dumpxml', '--inactive', name]) });
      return { host, domains };
    }),
  );
}

/**
 * The script that an administrator would write: for each host one virsh, over TLS as the operator's connections are,
 * that is fed `define` and `start` for each domain; the hosts at the same time.
 * @returns when it began, in milliseconds since the epoch.
 */
export async function startWithVirsh(lab: Lab, placed: readonly HostDomains[], dir: string): Promise<number> {
  const scripts = await Promise.all(placed.map((one) => writeScript(one, dir)));
  const begin = Date.now();
  await Promise.all(placed.map(({ host }, index) => virsh(lab, host, scripts[index] ?? '')));
  return begin;
}

/** Ends and removes them. */
export async function removeWithVirsh(lab: Lab, placed: readonly HostDomains[]): Promise<void> {
  const script = ({ domains }: HostDomains) =>
    domains.map(({ name }) => `destroy ${name}\nundefine ${name}\n`).join('');
  await Promise.all(placed.map((one) => virsh(lab, one.host, script(one))));
}

async function virsh(lab: Lab, host: LabHost, input: string): Promise<void> {
  const { address } = lab.clientAddressOf(host);
  const uri = `qemu+tls://${address}/system?pkipath=${lab.pki.pkiPath}`;
  const printed: string[] = [];
  await run('virsh', ['-q', '-c', uri], { input, onLine: (line) => printed.push(line) });
  // Fed from a script, virsh goes on after an error, and its exit code is that of the last command.
  const errors = printed.filter((line) => /\berror: /.test(line));
  if (errors.length > 0) throw new Error(`virsh on ${host.name}: ${errors.join('; ')}`);
}

async function writeScript({ host, domains }: HostDomains, dir: string): Promise<string> {
  await mkdir(join(dir, host.name), { recursive: true });
  const lines = domains.map(async ({ name, xml }) => {
    const path = join(dir, host.name, `${name}.xml`);
    await writeFile(path, xml);
    return `define ${path}\nstart ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

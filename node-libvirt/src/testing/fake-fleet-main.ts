import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority } from './certificates.ts';
import { FakeFleet } from './fake-fleet.ts';

/*
 * node fake-fleet-main.ts [DOMAINS]
 *
 * Serves a fleet of healthy hosts, with so many running domains each, and one of hosts that hang, until stdin closes: in a
 * process of its own, so that a benchmark measures its client alone. Prints one line of JSON: `port`, `hungPort`, and
 * what a client needs, `ca`, `cert` and `key`, as PEM.
 */
const domainsPerHost = Number(process.argv[2] ?? '0');
const dir = mkdtempSync(join(tmpdir(), 'fake-fleet-'));
const authority = new TestAuthority(dir, 'ca');
const { cert: ca } = authority;
const identity = { ca, ...authority.issue('host', 'IP:127.0.0.1') };
const client = authority.issue('client', 'DNS:client');
rmSync(dir, { recursive: true });

const fleets = [new FakeFleet({ domainsPerHost }), new FakeFleet({ isHung: true })] as const;
const [port, hungPort] = await Promise.all(fleets.map((fleet) => fleet.listen(identity)));
console.log(JSON.stringify({ port, hungPort, ca, ...client }));

for await (const _ of process.stdin); // nothing is expected on it but its end
await Promise.all(fleets.map((fleet) => fleet.close()));

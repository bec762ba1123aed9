import type { Import, Source } from './sources.ts';

/** What the files of a folder may import, besides each other and Node itself. */
export interface Rule {
  folder: string;
  /** Prefixes of paths of the project; a `types` prefix may be imported as type only. */
  mayImport: { paths?: readonly string[]; types?: readonly string[]; packages?: readonly string[] };
  because: string;
}

export const rules: readonly Rule[] = [
  {
    folder: 'operator/kube/',
    mayImport: { packages: ['@kubernetes/client-node', 'undici', 'yaml', 'pino', 'prom-client', 'ws'] },
    because: 'the runtime knows nothing of VMs, and could carry another operator',
  },
  {
    folder: 'operator/placement/',
    mayImport: {},
    because: 'placement is pure: no Kubernetes, no libvirt, no I/O',
  },
  {
    folder: 'operator/domain/',
    mayImport: {
      // Arithmetic of quantities, of a schema only by its name.
      paths: ['operator/api/quantity.ts'],
      types: ['operator/api/', 'operator/hypervisor/hypervisor.ts'],
      packages: ['fast-xml-parser'],
    },
    because: 'domains are computed from plain values',
  },
  {
    folder: 'operator/hypervisor/',
    // The clock is a port of its own, by which the fake is made to wait without waiting.
    mayImport: {
      paths: ['operator/domain/', 'operator/kube/clock.ts', 'operator/kube/testing/virtual-clock.ts'],
      packages: ['node-libvirt'],
    },
    because: 'the port to hosts knows nothing of Kubernetes',
  },
  {
    folder: 'operator/api/',
    mayImport: { paths: ['operator/kube/object.ts'], packages: ['zod'] },
    because: 'schemas are what everything else is made from',
  },
  {
    folder: 'cli/',
    mayImport: {
      paths: [
        ...['operator/api/', 'operator/kube/', 'operator/placement/'],
        ...['operator/controllers/dump/', 'operator/controllers/pool/choose-host.ts'],
        ...['operator/configuration.ts', 'operator/testing/'],
      ],
      types: ['operator/controllers/stores.ts'],
      packages: ['cli-table3', 'yaml', 'zod'],
    },
    because: 'the command line reads the cluster and asks what the operator decides by, and never a host',
  },
  {
    folder: 'node-libvirt/',
    // By its own name, as whoever installs it does.
    mayImport: { packages: ['node-libvirt'] },
    because: 'the client of libvirt is a package of its own, which could be published alone',
  },
  {
    folder: 'test/bench/placement/verifier/',
    mayImport: { paths: ['test/bench/placement/workload/'] },
    because: 'it proves nothing by the code of those whom it checks',
  },
];

/** The one place that knows which hypervisor there really is. */
export const adapter = { prefix: 'operator/hypervisor/libvirt', onlyFrom: 'operator/main.ts' };

/** What tests may use besides. */
const testPackages = ['vitest', 'fast-check'];

/** The imports that break a rule, as sentences. */
export function violations(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [...brokenRules(source), ...reachesAdapter(source)]);
}

function brokenRules(source: Source): string[] {
  return rules
    .filter(({ folder }) => source.path.startsWith(folder))
    .flatMap((rule) =>
      source.imports
        .filter((imported) => !allowed(rule, source, imported))
        .map(({ target }) => `${source.path} imports ${target}, but ${rule.because}`),
    );
}

function allowed(
  { folder, mayImport }: Rule,
  source: Source,
  { target, isPackage, isType }: Import,
): boolean {
  const { paths = [], types = [], packages = [] } = mayImport;
  if (isPackage) {
    if (target.startsWith('node:') || packages.includes(target)) return true;
    return isTest(source.path) && testPackages.includes(target);
  }
  const within = (prefix: string) => target.startsWith(prefix);
  return within(folder) || paths.some(within) || (isType && types.some(within));
}

function reachesAdapter(source: Source): string[] {
  const { prefix, onlyFrom } = adapter;
  if (!source.path.startsWith('operator/') || source.path === onlyFrom) return [];
  if (source.path.startsWith(prefix)) return [];
  return source.imports
    .filter(({ target }) => target.startsWith(prefix))
    .map(({ target }) => `${source.path} imports ${target}, which ${onlyFrom} alone may choose`);
}

/** Tests, what they alone use, and the suites that a fake and the real thing share. */
export const isTest = (path: string) =>
  /\.test\.ts$|\/(testing|fuzz|contract)\/|\/contract(-\w+)?\.ts$/.test(path);

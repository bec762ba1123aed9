import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { attachControlPlane, type ControlPlane } from '../../hack/control-plane/control-plane.ts';
import { projectRoot } from '../../hack/paths.ts';
import { kinds } from '../../operator/api/kinds.ts';
import {
  clusterPermissions,
  leasePermission,
  namespacePermissions,
  type Permission,
  secretPermission,
} from '../../operator/api/permissions.ts';
import { readConfiguration } from '../../operator/configuration.ts';
import { message } from './api-objects.ts';

const chart = join(projectRoot, 'charts', 'vmfabric');
const namespace = 'vmfabric-system';

let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await attachControlPlane(inject('controlPlaneDir'));
});

interface Rendered {
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: a manifest, whose shape is what the test is about
  [field: string]: any;
}

async function render(...args: string[]): Promise<Rendered[]> {
  const text = await controlPlane.helm(['template', 'vmfabric', chart, '--namespace', namespace, ...args]);
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}

async function rendered(kind: string, ...args: string[]): Promise<Rendered[]> {
  return (await render(...args)).filter((object) => object.kind === kind);
}

async function only(kind: string, ...args: string[]): Promise<Rendered> {
  const [object, ...others] = await rendered(kind, ...args);
  if (!object || others.length > 0) throw new Error(`${others.length + (object ? 1 : 0)} ${kind}s rendered`);
  return object;
}

const readYaml = async (file: string) => parse(await readFile(join(chart, file), 'utf8'));

describe('the chart', () => {
  it('has nothing that helm lint objects to', async () => {
    expect(await controlPlane.helm(['lint', '--strict', chart])).toContain('0 chart(s) failed');
  });

  it('has the version of the operator', async () => {
    const { version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8'));
    expect(await readYaml('Chart.yaml')).toMatchObject({ version, appVersion: version });
  });

  it('names every kind to those who look for charts', async () => {
    const { annotations } = await readYaml('Chart.yaml');
    const named = parse(annotations['artifacthub.io/crds']).map((crd: { name: string }) => crd.name);
    expect(named).toEqual(kinds.map(({ type }) => `${type.plural}.${type.group}`));
  });

  it('knows every value in its schema and has a default for each', async () => {
    const schema = JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8'));
    const { global: _, ...properties } = schema.properties;
    const values = await readYaml('values.yaml');
    expect(Object.keys(values).sort()).toEqual(Object.keys(properties).sort());
    for (const [name, value] of Object.entries(properties)) {
      const inner = Object.keys((value as { properties?: object }).properties ?? {});
      if (inner.length > 0) expect(Object.keys(values[name]).sort()).toEqual(inner.sort());
    }
  });
});

describe.each([
  ['--set=replicas=two', "at '/replicas': got string, want integer"],
  ['--set=replicas=-1', "at '/replicas': minimum: got -1, want 0"],
  ['--set=replica=1', "additional properties 'replica' not allowed"],
  ['--set=image.tagg=1', "at '/image': additional properties 'tagg' not allowed"],
  [
    '--set=image.pullPolicy=always',
    "at '/image/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'",
  ],
  ['--set=image.digest=abc', "at '/image/digest': 'abc' does not match pattern"],
  ['--set=logLevel=verbose', "at '/logLevel': value must be one of"],
  ['--set=secretNames=libvirt-client', "at '/secretNames': got string, want array"],
  ['--set=secretNames[0]=Libvirt_Client', "at '/secretNames/0': 'Libvirt_Client' does not match pattern"],
  ['--set=crds.enabled=maybe', "at '/crds/enabled': got string, want boolean"],
  ['--set=serviceAccount.create=false', "at '/serviceAccount/name': minLength: got 0, want 1"],
  ['--set=resources.request.cpu=1', "at '/resources': additional properties 'request' not allowed"],
])('%s', (argument, text) => {
  it('is refused with the name of the value', async () => {
    expect(await message(render(argument).then(String))).toContain(text);
  });
});

describe('the pods', () => {
  const pod = async (...args: string[]) => (await only('Deployment', ...args))['spec'].template.spec;

  it('keep to the restricted Pod Security Standard', async () => {
    const labels = ['pod-security.kubernetes.io/enforce=restricted'];
    await controlPlane.kubectl(['create', 'namespace', 'restricted']);
    await controlPlane.kubectl(['label', 'namespace', 'restricted', ...labels]);
    const template = (await only('Deployment'))['spec'].template;
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      ...template,
      metadata: { name: 'p', namespace: 'restricted' },
    };
    object.spec = { ...object.spec, serviceAccountName: 'default' };
    const args = ['create', '--dry-run=server', '--validate=strict', '--output=name', '--filename=-'];
    expect(await controlPlane.kubectl(args, { input: JSON.stringify(object) })).toBe('pod/p\n');
    object.spec.containers[0].securityContext = { privileged: true };
    expect(await message(controlPlane.kubectl(args, { input: JSON.stringify(object) }))).toContain(
      'violates PodSecurity "restricted',
    );
  });

  it('have a root file system that cannot be written, and a numeric user', async () => {
    const { securityContext, containers } = await pod();
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
    expect(containers[0].securityContext.readOnlyRootFilesystem).toBe(true);
  });

  it('start the operator with arguments that it takes', async () => {
    const [container] = (await pod('--set=logLevel=debug')).containers;
    expect(container.command).toEqual(['node', 'operator/main.ts']);
    expect(readConfiguration(container.args, { POD_NAME: 'vmfabric-0' })).toMatchObject({
      run: { leaseNamespace: namespace, leaseName: 'vmfabric', port: 8080, logLevel: 'debug' },
    });
    expect(container.ports).toEqual([{ name: 'metrics', containerPort: 8080 }]);
    expect(container.env.map(({ name }: { name: string }) => name)).toEqual(['POD_NAME', 'POD_NAMESPACE']);
  });

  it('are probed where the operator answers', async () => {
    const [container] = (await pod()).containers;
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'metrics' });
  });

  it('run the image of the tag, or of the digest', async () => {
    const { appVersion } = await readYaml('Chart.yaml');
    const image = async (...args: string[]) => (await pod(...args)).containers[0].image;
    expect(await image()).toBe(`vmfabric/operator:${appVersion}`);
    const digest = `sha256:${'a'.repeat(64)}`;
    const args = [
      '--set=image.repository=example.org/op',
      '--set=image.tag=v2',
      `--set=image.digest=${digest}`,
    ];
    expect(await image(...args)).toBe(`example.org/op:v2@${digest}`);
  });

  it('take what is given for scheduling them', async () => {
    const values = {
      nodeSelector: { zone: 'a' },
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'high',
      topologySpread: false,
      imagePullSecrets: ['registry'],
      podLabels: { team: 'platform' },
    };
    const args = Object.entries(values).map(([key, value]) => `--set-json=${key}=${JSON.stringify(value)}`);
    const { nodeSelector, tolerations, priorityClassName, topologySpreadConstraints, imagePullSecrets } =
      await pod(...args);
    expect({ nodeSelector, tolerations, priorityClassName }).toEqual({
      nodeSelector: { zone: 'a' },
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'high',
    });
    expect(topologySpreadConstraints).toBeUndefined();
    expect(imagePullSecrets).toEqual([{ name: 'registry' }]);
    expect((await only('Deployment', ...args))['spec'].template.metadata.labels.team).toBe('platform');
  });
});

describe('what depends on values', () => {
  it('is a disruption budget only for more than one replica', async () => {
    expect(await rendered('PodDisruptionBudget')).toHaveLength(1);
    expect(await rendered('PodDisruptionBudget', '--set=replicas=1')).toHaveLength(0);
  });

  it('is that CRDs come and stay', async () => {
    const kept = await rendered('CustomResourceDefinition');
    expect(kept.map(({ metadata }) => metadata.name).sort()).toEqual(
      kinds.map(({ type }) => `${type.plural}.${type.group}`).sort(),
    );
    for (const crd of kept) expect(crd.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    for (const crd of await rendered('CustomResourceDefinition', '--set=crds.keep=false')) {
      expect(crd.metadata.annotations).toBeUndefined();
    }
    expect(await rendered('CustomResourceDefinition', '--set=crds.enabled=false')).toEqual([]);
  });

  it('is the Service, the ServiceAccount and the roles', async () => {
    const args = [
      '--set=service.create=false',
      '--set=rbac.create=false',
      '--set=rbac.aggregateClusterRoles=false',
    ];
    const left = await render(...args, '--set=serviceAccount.create=false', '--set=serviceAccount.name=mine');
    const others = left.map(({ kind }) => kind).filter((kind) => kind !== 'CustomResourceDefinition');
    expect(others.sort()).toEqual(['Deployment', 'PodDisruptionBudget']);
    const deployment = left.find(({ kind }) => kind === 'Deployment');
    expect(deployment?.['spec'].template.spec.serviceAccountName).toBe('mine');
  });
});

describe('the roles', () => {
  const plain = ({ apiGroups, resources, verbs }: Permission) => ({ apiGroups, resources, verbs });
  const withoutSecrets = [
    ...namespacePermissions.map(plain),
    { ...plain(leasePermission), resourceNames: ['vmfabric'] },
  ];

  it('are the table of permissions, word for word', async () => {
    const [clusterRole] = (await rendered('ClusterRole')).filter(
      ({ metadata }) => metadata.name === 'vmfabric',
    );
    expect(clusterRole?.['rules']).toEqual(clusterPermissions.map(plain));
    expect((await only('Role'))['rules']).toEqual([
      ...withoutSecrets,
      { ...plain(secretPermission), resourceNames: ['libvirt-client'] },
    ]);
  });

  it('give no Secret at all when none is named', async () => {
    expect((await only('Role', '--set-json=secretNames=[]'))['rules']).toEqual(withoutSecrets);
  });

  it('use no wildcard and list no Secrets', async () => {
    const roles = [...(await rendered('ClusterRole')), ...(await rendered('Role'))];
    const rules = roles.flatMap((role) => role['rules'] as (Permission & { resourceNames?: string[] })[]);
    expect(rules.filter((rule) => JSON.stringify(rule).includes('"*"'))).toEqual([]);
    for (const rule of rules.filter(({ resources }) => resources.includes('secrets'))) {
      expect(rule.verbs).toEqual(['get']);
      expect(rule.resourceNames).not.toEqual([]);
    }
  });
});

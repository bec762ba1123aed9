import { describe, expect, it } from 'vitest';
import { FakeCluster } from '../../../../../operator/kube/fake-cluster.ts';
import { hostnameKey, type WorkloadRule, type WorkloadVm, zoneKey } from '../../workload/model.ts';
import { bindingsPerSecond, watchBindings } from './bindings.ts';
import { nodeOf, podOf, pods } from './objects.ts';
import { parseMetrics } from './process.ts';

const vm: WorkloadVm = {
  ...{ id: 'shop/web-1', namespace: 'shop', labels: { app: 'web' }, requests: { cpu: 2, memory: 1024 } },
};
const rule = (more: Partial<WorkloadRule>): WorkloadRule => ({
  ...{ name: 'web', namespace: 'shop', selects: { app: 'web' }, ...more },
});

describe('a pod', () => {
  it('asks for what its VM asks for', () => {
    const { metadata, spec } = podOf({ ...vm, hostLabels: { disk: 'nvme' } }, []);
    expect(metadata).toEqual({ namespace: 'shop', name: 'web-1', labels: { app: 'web' } });
    expect(spec).toMatchObject({
      containers: [{ resources: { requests: { cpu: '2', memory: '1024' } } }],
      nodeSelector: { disk: 'nvme' },
    });
  });

  it('carries the rules that select its VM, and no others', () => {
    const own = rule({
      antiAffinity: [{ topologyKey: hostnameKey }],
      affinity: [{ topologyKey: zoneKey, others: { app: 'cache' } }],
      spread: [{ topologyKey: zoneKey, maxSkew: 1 }],
    });
    const others = [rule({ ...own, namespace: 'other' }), rule({ ...own, selects: { app: 'db' } })];
    const selector = (app: string) => ({ labelSelector: { matchLabels: { app } } });
    const required = (term: object) => ({ requiredDuringSchedulingIgnoredDuringExecution: [term] });
    expect(podOf(vm, [own, ...others])['spec']).toMatchObject({
      affinity: {
        podAntiAffinity: required({ topologyKey: hostnameKey, ...selector('web') }),
        podAffinity: required({ topologyKey: zoneKey, ...selector('cache') }),
      },
      topologySpreadConstraints: [
        { topologyKey: zoneKey, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...selector('web') },
      ],
    });
  });

  it('finds the host as a node, with room for more pods than its CPUs carry', () => {
    const node = nodeOf({ name: 'h1', labels: { disk: 'ssd' }, limits: { cpu: 8, memory: 2048 } });
    expect(node).toMatchObject({
      metadata: { name: 'h1', labels: { disk: 'ssd' } },
      status: { allocatable: { cpu: '8', memory: '2048', pods: '1000' } },
    });
  });
});

describe('bindings', () => {
  const pod = (name: string, nodeName?: string) => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name } },
    spec: nodeName === undefined ? {} : { nodeName },
  });
  /** Each comes 10 ms after the one before; time is up with the last. */
  const watch = async (names: string[], count: number) => {
    const cluster = new FakeCluster();
    const { resourceVersion } = await cluster.list(pods);
    for (const name of names) cluster.put(pods, pod(name));
    for (const name of names)
      for (let write = 0; write < 2; write++) cluster.put(pods, pod(name, `on-${name}`));
    let atMs = 0;
    const deadline = new AbortController();
    const now = () => {
      atMs += 10;
      if (atMs === names.length * 10) deadline.abort();
      return atMs;
    };
    const firsts: number[] = [];
    const onFirst = () => firsts.push(atMs);
    const signals = { deadline: deadline.signal, signal: new AbortController().signal };
    const bindings = await watchBindings(cluster, resourceVersion, { count, ...signals, now, onFirst });
    expect(firsts).toEqual([10]);
    return bindings;
  };

  it('are counted once each, in their order', async () => {
    expect(await watch(['b', 'a'], 2)).toEqual([
      { id: 'shop/b', node: 'on-b', atMs: 10 },
      { id: 'shop/a', node: 'on-a', atMs: 20 },
    ]);
  });

  it('that do not come are told of', async () => {
    await expect(watch(['a'], 2)).rejects.toThrow('kube-scheduler has bound 1 of 2 pods');
  });

  it('have a rate from the first to the last', async () => {
    expect(bindingsPerSecond(await watch(['a', 'b', 'c'], 3))).toBe(100);
    expect(() => bindingsPerSecond([])).toThrow(RangeError);
  });
});

describe("kube-scheduler's metrics", () => {
  const name = 'scheduler_scheduling_algorithm_duration_seconds';
  const text = `# HELP ${name} [BETA]\n${name}_bucket{le="0.001"} 0\n${name}_sum 1.25e-01\n${name}_count 100\n`;

  it('tell how long it decided, and what it used', () => {
    expect(parseMetrics(`${text}process_cpu_seconds_total 2.5\n`)).toEqual({
      ...{ decisions: 100, decisionSeconds: 0.125, cpuSeconds: 2.5 },
    });
  });

  it('that are not there are no measurement', () => {
    expect(() => parseMetrics(text)).toThrow('does not tell its process_cpu_seconds_total');
  });
});

import { systemClock } from '../../../../operator/kube/clock.ts';
import { FakeCluster } from '../../../../operator/kube/fake-cluster.ts';
import { eventType } from '../../../../operator/kube/recorder.ts';
import { VirtualClock } from '../../../../operator/kube/testing/virtual-clock.ts';
import { apiClient } from '../api-client.ts';
import { OperatorLives } from './operator-lives.ts';
import { RuntimeLives } from './runtime-lives.ts';

/** What VMs come and go through: the runtime alone, or the whole operator. */
export type Liver = 'runtime, in memory' | 'runtime, API server' | 'operator, in memory';

export interface Lives {
  live(count: number): Promise<void>;
  /** Lets go of what only the fake cluster keeps. */
  tidy(): void;
}

export async function openLives(liver: Liver, kubeconfigPath: string): Promise<Lives> {
  if (liver === 'runtime, API server') {
    const { cluster } = await apiClient(kubeconfigPath);
    return untidied(await RuntimeLives.open(cluster, systemClock));
  }
  if (liver === 'runtime, in memory') {
    const cluster = new FakeCluster();
    return tidied(await RuntimeLives.open(cluster, systemClock), cluster);
  }
  const clock = new VirtualClock();
  const cluster = new FakeCluster({ clock });
  return tidied(await OperatorLives.open(cluster, clock), cluster);
}

type Living = { live(count: number): Promise<void> };

function untidied(lives: Living): Lives {
  return { live: (count) => lives.live(count), tidy: () => {} };
}

/** A real API server forgets calls, history, and Events after an hour. */
function tidied(lives: Living, cluster: FakeCluster): Lives {
  const tidy = () => {
    for (const { metadata } of cluster.objects(eventType)) cluster.remove(eventType, metadata);
    cluster.watches.compact();
    cluster.calls.length = 0;
  };
  return { live: (count) => lives.live(count), tidy };
}

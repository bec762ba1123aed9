import { pino } from 'pino';
import { expect, it } from 'vitest';
import { widget, widgetType } from './contract-objects.ts';
import { FakeCluster } from './fake-cluster.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';

it('is back at once when a quiet watch breaks now and then, as behind a load balancer that ends idle connections', async () => {
  const clock = new VirtualClock();
  const cluster = new FakeCluster({ clock });
  const store = new Store();
  const shared = { cluster, clock, store, type: widgetType, log: pino({ level: 'silent' }) };
  const reflector = new Reflector({ ...shared, random: () => 1 });
  reflector.start();
  await reflector.synced;
  // Shorter than bookmarks are apart: nothing ever comes on a watch.
  for (let idle = 0; idle < 10; idle++) {
    await clock.advance(31_000);
    cluster.watches.cut(widgetType, new Error('terminated'));
    await settle();
  }
  cluster.put(widgetType, widget('ns', 'a'));
  await clock.advance(800);
  expect(store.size).toBe(1);
  await reflector.stop();
});

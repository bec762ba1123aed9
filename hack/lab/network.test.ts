import { describe, expect, it } from 'vitest';
import { cardAddress, hostAddress, legName, maxHosts } from './network.ts';
import { hostUuid } from './state.ts';

describe('names and addresses in a lab', () => {
  it('the longest lab name still makes an interface name', () => {
    expect(legName('a2345678').length).toBeLessThanOrEqual(15);
  });

  it('every host that fits has an address of its own, off the machine\u2019s', () => {
    const addresses = Array.from({ length: maxHosts }, (_, index) => hostAddress('192.168.200', index + 1));
    expect(new Set(addresses).size).toBe(maxHosts);
    expect(addresses[0]).toBe('192.168.200.11');
    expect(Number(addresses.at(-1)?.split('.')[3])).toBeLessThan(255);
  });

  it('a card is the same after each start, local, unicast, and no other', () => {
    const cards = ['h1', 'h2'].flatMap((name) => {
      const uuid = hostUuid('/srv/lab', name);
      return [cardAddress(uuid, 'eth0'), cardAddress(uuid, 'eth1')];
    });
    expect(new Set(cards).size).toBe(4);
    for (const card of cards) expect(card).toMatch(/^02(:[0-9a-f]{2}){5}$/);
    expect(cardAddress(hostUuid('/srv/lab', 'h1'), 'eth0')).toBe(cards[0]);
  });
});

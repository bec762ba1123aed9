import type { HostHandlers } from './handlers.ts';
import { writeNetwork } from './networks.ts';
import { checkFlags } from './refusal.ts';
import { described, isListed, listFlags, referenceTo } from './registry.ts';

const truth = (value: unknown) => (value ? 1 : 0);
const inactiveFlag = 1;
const allListFlags = Object.values(listFlags).reduce((sum, flag) => sum | flag, 0);

/** Questions about networks. */
export const networkHandlers: HostHandlers = {
  connectListAllNetworks({ networks }, { needResults, flags }) {
    checkFlags(flags, allListFlags);
    const nets = networks.all.filter((network) => isListed(flags, network)).map(referenceTo);
    return { nets: needResults ? nets : [], count: nets.length };
  },
  networkLookupByName: ({ networks }, { name }) => ({ net: referenceTo(networks.named(name)) }),
  networkLookupByUuid: ({ networks }, { uuid }) => ({ net: referenceTo(networks.get(uuid)) }),
  networkGetXmlDesc({ networks }, { net, flags }) {
    checkFlags(flags, inactiveFlag);
    const network = networks.get(net.uuid);
    return { xml: writeNetwork((flags && network.definition) || described(network)) };
  },
  networkGetBridgeName: ({ networks }, { net }) => ({ name: described(networks.get(net.uuid)).bridge }),
  networkGetAutostart: ({ networks }, { net }) => ({ autostart: truth(networks.get(net.uuid).autostart) }),
  networkIsActive: ({ networks }, { net }) => ({ active: truth(networks.get(net.uuid).live) }),
  networkIsPersistent: ({ networks }, { net }) => ({ persistent: truth(networks.get(net.uuid).definition) }),
};

/** What changes a network. */
export const networkChangeHandlers: HostHandlers = {
  networkDefineXmlFlags: ({ networks }, { xml }) => ({ net: referenceTo(networks.define(xml)) }),
  networkCreateXmlFlags: ({ networks }, { xml }) => ({ net: referenceTo(networks.createTransient(xml)) }),
  networkCreate({ networks }, { net }) {
    networks.start(networks.get(net.uuid));
    return {};
  },
  networkDestroy({ networks }, { net }) {
    networks.destroy(networks.get(net.uuid));
    return {};
  },
  networkUndefine({ networks }, { net }) {
    networks.undefine(networks.get(net.uuid));
    return {};
  },
  networkSetAutostart({ networks }, { net, autostart }) {
    networks.setAutostart(networks.get(net.uuid), autostart !== 0);
    return {};
  },
};

import { sourceHelp } from '../command.ts';

export const help = `Usage: kubectl vmfabric what-if QUESTION… [OPTIONS]

Answers questions in the order given, each in the world as it would be after those before it. Nothing is changed.

Questions:
  --fit cpu=4,memory=8Gi      how many more such VMs fit, and what keeps the next one away;
                              resources of the HostPool by their names: gpu=1;
                              class=large for a VirtualMachineClass
  --fit shop/db-1             … of VMs that ask what this one asks, by the rules that hold for it
  --fit vm.yaml               … of the VM of a manifest
  --lose h1,h2                these hosts fail: which of their VMs find a place, which do not and why
  --lose rack=r3              … all hosts with this label, of any key
  --add 10=h1[,rack=r9]       ten hosts more that are like h1, with other labels where given
  --drain h1,h2 | rack=r3     these hosts are emptied: moves in waves, and VMs that have to stay
  --overcommit cpu=300,memory=110
                              the HostPool has another over-commit: which hosts carry too much then
  --place-waiting             VMs that wait for a host look for one
  --rebalance                 load is moved off the fullest hosts: each move with its cost and gain

Options:
  --pool NAME                 the HostPool (default: default, or the only one)
  --labels KEY=VALUE,…        labels of the VMs of --fit cpu=…,memory=…
  --max-moves N               of a --rebalance (default: 100)
  -n, --namespace NAME        their namespace, and that of VMs named without one
  --exit-code                 end with 3 when some VM has no place, or has to stay
  -o, --output json           for programs
${sourceHelp}

Examples:
  kubectl vmfabric what-if --fit cpu=4,memory=16Gi
  kubectl vmfabric what-if --add 10=h1 --lose topology.kubernetes.io/rack=r3 --fit shop/db-1
  kubectl vmfabric what-if --from dump.json --drain h1,h2`;

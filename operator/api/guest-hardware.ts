import { matching } from './common.ts';

const model = matching(
  /^[A-Za-z0-9][-A-Za-z0-9_.+]*$/,
  'must be HostModel, HostPassthrough, or a CPU model as libvirt names it, such as EPYC-Rome',
)
  .min(1)
  .max(64);

const machine = matching(
  /^[a-z0-9][-a-z0-9.]*$/,
  'must be a machine type as QEMU names it, such as q35 or pc-i440fx-7.2',
)
  .min(1)
  .max(64);

export const cpuModel = model
  .optional()
  .describe(
    "The processor that the guest sees: HostModel is the host's as far as guests can be moved with it, HostPassthrough the host's own, any other word a model of libvirt's; the VM is placed on hosts that have it. Default: HostModel on hosts with KVM, and else QEMU's qemu64.",
  );

export const machineType = machine
  .optional()
  .describe(
    'The machine that is emulated, such as q35; the VM is placed on hosts that have it. Default: pc.',
  );

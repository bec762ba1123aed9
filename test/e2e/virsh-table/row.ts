import type { ErrorCode, HypervisorConnection } from 'node-libvirt';

/** Which hypervisor of the two daemons; `reader` is the test driver over a read-only connection. */
export type Driver = 'test' | 'qemu' | 'reader';

export type Ours = (hypervisor: HypervisorConnection) => Promise<unknown>;

/** Makes of what virsh printed what this client gives. */
export type Reading = (stdout: string) => unknown;

/** Something to look at by either client. */
export interface Look {
  /** A command of virsh. */
  virsh: string;
  ours: Ours;
  reads: Reading;
}

/** One operation, done by this client to one daemon and by virsh to its twin. */
export interface Row extends Omit<Look, 'reads'> {
  /** For operations that answer something; what the others give is not looked at. */
  reads?: Reading;
  /** Unique; says what is done to what. */
  name: string;
  /** The file that virsh writes what is asked for into; both answers are the hash of the content. */
  writes?: string;
  /** Commands of virsh that bring both daemons to where the operation starts. */
  given?: readonly string[];
  /** The error of an operation that is to fail. */
  fails?: keyof typeof ErrorCode;
  /** Nothing of it is seen afterwards, so that success is all that both can be held to. */
  traceless?: true;
}

/** Rows about one thing. */
export interface Area {
  name: string;
  driver: Driver;
  /** Before all rows, commands of virsh for both daemons. */
  once?: readonly string[];
  /** Before each row, ahead of its own. */
  each?: readonly string[];
  /** After each row, failures do not matter. */
  tidy?: readonly string[];
  /** What both daemons are compared by before and after each row. */
  looks?: readonly Look[];
  rows: readonly Row[];
  /** After all rows; failures do not matter. */
  last?: readonly string[];
}

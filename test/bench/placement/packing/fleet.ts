import type { TraceVm } from './traces.ts';

/** Columns of as many equal hosts as were ever needed at once; a row without VMs is a host that is off. */
export class Fleet {
  readonly freeCpu: number[] = [];
  readonly freeMemory: number[] = [];
  readonly vmsOn: TraceVm[][] = [];
  readonly #off: number[] = [];
  #cpu = 0;
  #memory = 0;
  open = 0;

  get rows(): number {
    return this.vmsOn.length;
  }

  /** What the VMs need at least, in hosts: the sum of the scarcer resource, as if VMs could be cut up. */
  get bound(): number {
    return Math.max(this.#cpu, this.#memory);
  }

  /** Whether a host that is on has room for the VM; shares of a host are not exact. */
  fits(row: number, vm: TraceVm): boolean {
    return (
      (this.freeCpu[row] as number) + 1e-9 >= vm.cpu &&
      (this.freeMemory[row] as number) + 1e-9 >= vm.memory &&
      (this.vmsOn[row] as TraceVm[]).length > 0
    );
  }

  /** The first host that is off; a new row where all are on. */
  openHost(): number {
    const row = this.#off.length === 0 ? this.rows : Math.min(...this.#off);
    if (row === this.rows) this.vmsOn.push([]);
    else this.#off.splice(this.#off.indexOf(row), 1);
    this.freeCpu[row] = 1;
    this.freeMemory[row] = 1;
    this.open++;
    return row;
  }

  /** @throws RangeError when the host has no room: the policy is wrong */
  place(row: number, vm: TraceVm): void {
    this.#count(row, vm, 1);
    this.vmsOn[row]?.push(vm);
    if ((this.freeCpu[row] as number) < -1e-6 || (this.freeMemory[row] as number) < -1e-6) {
      throw new RangeError(`host ${row} is over-full`);
    }
  }

  remove(row: number, vm: TraceVm): void {
    this.#count(row, vm, -1);
    const vms = this.vmsOn[row] ?? [];
    vms.splice(vms.indexOf(vm), 1);
    if (vms.length > 0) return;
    this.#off.push(row);
    this.open--;
  }

  #count(row: number, { cpu, memory }: TraceVm, sign: number): void {
    this.freeCpu[row] = (this.freeCpu[row] as number) - sign * cpu;
    this.freeMemory[row] = (this.freeMemory[row] as number) - sign * memory;
    this.#cpu += sign * cpu;
    this.#memory += sign * memory;
  }
}

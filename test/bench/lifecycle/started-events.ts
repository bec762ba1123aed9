import { type ChildProcess, spawn } from 'node:child_process';
import type { Lab } from '../../../hack/lab/lab.ts';
import { waitFor } from '../../../hack/wait.ts';

/** When each domain was started, in milliseconds since the epoch, by its name. */
export type StartTimes = ReadonlyMap<string, number>;

/**
 * libvirt's own lifecycle events, as one `virsh event` for each host prints them: the same clock for whoever starts
 * the domains, and a process of its own, so that neither contestant pays for it more than the other.
 */
export class StartedEvents {
  readonly #watchers: { child: ChildProcess; text: string }[] = [];

  /** Returns once every host tells of its events. */
  static async watch(lab: Lab): Promise<StartedEvents> {
    const events = new StartedEvents();
    for (const host of lab.hosts) events.#start(lab, lab.clientAddressOf(host).address);
    // virsh says nothing when it has subscribed; another client of the host's is its socket's.
    for (const watcher of events.#watchers) {
      await waitFor('virsh event to run', () => watcher.text.includes('subscribed'), { timeoutMs: 10_000 });
    }
    return events;
  }

  /** The first start of each domain since the watch began. */
  get times(): StartTimes {
    return parseStartTimes(this.#watchers.map(({ text }) => text).join('\n'));
  }

  async untilStarted(names: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<StartTimes> {
    const all = () => names.every((name) => this.times.has(name)) && this.times;
    return waitFor(`the start of ${names.length} domains`, all, { timeoutMs, everyMs: 100, signal });
  }

  async stop(): Promise<void> {
    for (const { child } of this.#watchers) child.kill('SIGTERM');
    const gone = () =>
      this.#watchers.every(({ child }) => child.exitCode !== null || child.signalCode !== null);
    await waitFor('virsh event to end', gone, { timeoutMs: 10_000 });
  }

  #start(lab: Lab, address: string): void {
    const uri = `qemu+tls://${address}/system?pkipath=${lab.pki.pkiPath}`;
    // One virsh, so that the line before the loop tells that the connection stands.
    const commands = ['echo subscribed', 'event --event lifecycle --loop --timestamp'];
    const child = spawn('stdbuf', ['-oL', 'virsh', '-c', uri, commands.join('; ')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    });
    const watcher = { child, text: '' };
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      watcher.text += chunk;
    });
    this.#watchers.push(watcher);
  }
}

/** Reads `2026-01-01 12:00:00.123+0000: event 'lifecycle' for domain 'NAME': Started Booted`. */
export function parseStartTimes(text: string): StartTimes {
  const times = new Map<string, number>();
  const line =
    /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d+)\+0000: event 'lifecycle' for domain '?([^':]+)'?: Started/gm;
  for (const [, date, time, name] of text.matchAll(line)) {
    if (name && !times.has(name)) times.set(name, Date.parse(`${date}T${time}Z`));
  }
  return times;
}

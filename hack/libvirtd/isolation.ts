/** What a libvirtd shares with its machine, and what not. */
export interface Isolation {
  /** Folders that are empty for it, in memory, besides those where libvirt keeps state. */
  folders?: readonly string[];
  /** Run by sh where its mounts are, before it; `$1` is its folder. */
  before?: string;
  /** It has a network and processes of its own: only its sockets reach it, and its guests end with it. */
  isolated?: boolean;
}

const stateFolders = [
  ...['/run/libvirt', '/var/lib/libvirt', '/var/cache/libvirt', '/var/log/libvirt', '/etc/libvirt'],
];

const libvirtd = 'libvirtd --listen --config "$1/libvirtd.conf" --pid-file "$1/pid"';
/** The shell stays as PID 1 and buries guests, whom libvirtd would else wait for in vain. */
const libvirtdBelowPid1 = `ip link set lo up\n${libvirtd} &\nwait $!`;

const script = ({ folders = [], before = '', isolated }: Isolation) => `
set -e
for d in ${[...stateFolders, ...folders].join(' ')}; do mkdir -p $d; mount -t tmpfs -o mode=0755 none $d; done
cp "$1/qemu.conf" /etc/libvirt/
${before}
${isolated ? libvirtdBelowPid1 : `exec ${libvirtd}`}
`;

/** The arguments of `unshare` that start libvirtd on the configuration in `dir`. */
export function unshareArguments(dir: string, isolation: Isolation): string[] {
  const own = isolation.isolated ? ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'] : [];
  return ['--mount', ...own, '--propagation', 'private', 'sh', '-c', script(isolation), 'sh', dir];
}

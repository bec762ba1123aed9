import { InvalidTarget } from '../errors.ts';
import type { SshTarget } from './target.ts';

/** What the host writes once its shell has come so far that the daemon's bytes are next. */
export const sshGreeting = 'node-libvirt: the daemon is next\n';

const defaultSocket = '/var/run/libvirt/libvirt-sock';

/**
 * Runs on the host, with `$1` the URI and `$2` the socket, empty for "find it". It stands between single quotes, and
 * the account's own shell may be any: no single quote, backslash or line break in it. Debian's nc outlives the end of
 * its input unless it is told not to; others do not know that option.
 */
const script = [
  `greet() { echo "${sshGreeting.trim()}"; }`,
  'fail() { echo "$1" >&2; exit 1; }',
  'if [ -z "$2" ] && command -v virt-ssh-helper >/dev/null 2>&1; then greet; exec virt-ssh-helper "$1"; fi',
  `socket="\${2:-${defaultSocket}}"`,
  'command -v nc >/dev/null 2>&1 || fail "nc is not installed, and no virt-ssh-helper that could be used instead"',
  '[ -S "$socket" ] || fail "$socket is no socket, or this user cannot get to it"',
  '[ -w "$socket" ] || fail "this user may not use $socket"',
  'if nc -h 2>&1 | grep -q "^[[:space:]]*-q"; then greet; exec nc -q 0 -U "$socket"; fi',
  'greet; exec nc -U "$socket"',
].join('; ');

/**
 * The arguments of ssh. Nothing of the target is left for a shell to read: not on this side, as none is involved, and
 * not on the host, where it stands between quotes.
 * @throws InvalidTarget when a part could be taken for something else
 */
export function sshArguments(target: SshTarget): string[] {
  const { host, user, port, identityFile, socketPath = '', uri = 'qemu:///system', options = [] } = target;
  requireName('host', host);
  if (user !== undefined) requireName('user', user);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new InvalidTarget(`ssh: ${port} is no port`);
  for (const text of [socketPath, uri, identityFile ?? '', ...options]) requireOneLine(text);
  if (uri.startsWith('-')) throw new InvalidTarget(`ssh: ${JSON.stringify(uri)} is no URI`);
  if (!/^($|\/)/.test(socketPath))
    throw new InvalidTarget(`ssh: the path of a socket begins with /, not ${JSON.stringify(socketPath)}`);
  return [
    // The first of several settings counts, so that none of the target's changes what is relied upon.
    ...['-T', '-e', 'none', '-o', 'BatchMode=yes'],
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(identityFile === undefined ? [] : ['-i', identityFile]),
    ...options.flatMap((option) => ['-o', option]),
    ...['--', host, `sh -c ${quoted(script)} sh ${quoted(uri)} ${quoted(socketPath)}`],
  ];
}

/** Between single quotes all shells leave everything alone, but for the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** ssh puts both into commands of its configuration (ProxyCommand, Match exec), which a shell reads. */
function requireName(what: string, name: string): void {
  if (name !== '' && !/^-|[\s\p{Cc}'"`$;&<>|(){}*?!#~,\\]/u.test(name)) return;
  throw new InvalidTarget(`ssh: ${JSON.stringify(name)} cannot be the name of a ${what}`);
}

function requireOneLine(text: string): void {
  if (/\p{Cc}/u.test(text)) throw new InvalidTarget(`ssh: ${JSON.stringify(text)} holds a control character`);
}

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { AuthenticationFailed, ConnectFailed, InvalidTarget, type NodeLibvirtError } from '../errors.ts';
import { attempt, type ConnectOptions } from './attempt.ts';
import { ChildStream } from './child-stream.ts';
import { sshArguments, sshGreeting } from './ssh-command.ts';
import { describeTarget, type SshTarget } from './target.ts';

/** Shells greet, and print what was forgotten in their start files; more than this is something else. */
const maxBannerBytes = 64 * 1024;

/**
 * A daemon's unix socket on another host, through a process of ssh that lives as long as the stream. Resolves once the
 * host is about to connect the two; what its shell writes before that is skipped.
 * @throws AuthenticationFailed when the user or the host's key is not accepted, ConnectFailed for all else that ssh
 *   says, InvalidTarget, or the signal's reason
 */
export async function connectSsh(target: SshTarget, options: ConnectOptions): Promise<ChildStream> {
  const where = describeTarget(target);
  const args = sshArguments(target);
  const open = () => new ChildStream(start(where, target.command ?? 'ssh', args), options);
  return attempt(where, options, open, (stream, { succeed, fail }) => {
    let said: Buffer = Buffer.alloc(0);
    const listeners = {
      error: (error: Error) => fail(sshFailure(where, error, said)),
      end: () => fail(sshFailure(where, new Error('ssh ended early'), said)),
      readable: () => {
        for (let chunk = stream.read(); chunk !== null; chunk = stream.read())
          said = Buffer.concat([said, chunk]);
        const start = said.indexOf(sshGreeting);
        if (start === -1) {
          if (said.length > maxBannerBytes)
            fail(sshFailure(where, new Error('the host does not stop to write'), said));
          return;
        }
        for (const [name, listener] of Object.entries(listeners)) stream.off(name, listener);
        const rest = said.subarray(start + sshGreeting.length);
        if (rest.length > 0) stream.unshift(rest);
        succeed();
      },
    };
    for (const [name, listener] of Object.entries(listeners)) stream.on(name, listener);
  });
}

function start(where: string, command: string, args: string[]): ChildProcessWithoutNullStreams {
  const child = spawned(where, command, args);
  if (child.stdin) return child;
  // Without free file descriptors Node gives a process that has no pipes, and tells of it later.
  child.on('error', () => {});
  throw new ConnectFailed(`${where}: ${command} cannot be run, as this process has too many files open`);
}

function spawned(where: string, command: string, args: string[]): ChildProcessWithoutNullStreams {
  try {
    return spawn(command, args);
  } catch (error) {
    throw new InvalidTarget(`${where}: command: ${(error as Error).message}`, { cause: error });
  }
}

/** What ssh says when no other try will help. */
const notAccepted = /Permission denied|Host key verification failed|Too many authentication failures/;

function sshFailure(where: string, error: Error, said: Buffer): NodeLibvirtError {
  const output = said.toString('utf8', 0, 500).trim();
  const message = `${where}: ${error.message}${output ? `; the host wrote ${JSON.stringify(output)}` : ''}`;
  const Kind = notAccepted.test(error.message) ? AuthenticationFailed : ConnectFailed;
  return new Kind(message, { cause: error });
}

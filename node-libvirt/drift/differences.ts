import { connectionClosedMessage, eventMessages } from '../src/protocol/events.ts';
import { procedures } from '../src/protocol/procedures.ts';
import { Program } from '../src/protocol/programs.ts';
import { errorReply } from '../src/protocol/structs.ts';
import type { Definition } from './definition.ts';

/** How this package's tables differ from libvirt's own definition of the two programs; empty when they agree. */
export function differences(remote: Definition, qemu: Definition): string[] {
  return [
    ...procedureDifferences(remote, qemu),
    ...eventDifferences(remote, qemu),
    ...messageDifferences('connectionClosed', connectionClosedMessage, remote),
    ...differs('errorReply', 'layout', errorReply.layout, remote.layoutOf('remote_error')),
  ];
}

function* procedureDifferences(remote: Definition, qemu: Definition): Generator<string> {
  for (const [name, { program, number, priority, args, ret }] of Object.entries(procedures)) {
    const isQemu = program === Program.Qemu;
    const [definition, prefix] = isQemu ? [qemu, 'qemu'] : [remote, 'remote'];
    const upper = upperSnake(isQemu ? name.replace(/^qemu/, '') : name);
    const theirs = definition.procedures.get(upper);
    if (!theirs) {
      yield `${name}: unknown there`;
      continue;
    }
    const struct = `${prefix}_${upper.toLowerCase()}`;
    yield* differs(name, 'number', number, theirs.number);
    yield* differs(name, 'priority', priority, theirs.priority);
    yield* differs(name, 'args', args.layout, definition.layoutOf(`${struct}_args`));
    yield* differs(name, 'ret', ret.layout, definition.layoutOf(`${struct}_ret`));
  }
}

function* eventDifferences(remote: Definition, qemu: Definition): Generator<string> {
  for (const [event, message] of Object.entries(eventMessages)) {
    const isQemu = message.program === Program.Qemu;
    yield* messageDifferences(event, message, isQemu ? qemu : remote, isQemu ? 'qemu' : 'remote');
  }
}

function messageDifferences(
  event: string,
  { number, payload }: { number: number; payload: { layout: string } },
  definition: Definition,
  prefix = 'remote',
): Generator<string> {
  const found = [...definition.procedures].find(([, procedure]) => procedure.number === number);
  const struct = found && `${prefix}_${found[0].toLowerCase()}_msg`;
  return differs(event, 'message', payload.layout, struct ? definition.layoutOf(struct) : 'nothing');
}

function* differs<T>(name: string, what: string, ours: T, theirs: T): Generator<string> {
  if (ours !== theirs) yield `${name}: ${what} is ${ours} here, ${theirs} there`;
}

function upperSnake(camel: string): string {
  return camel
    .replace(/([A-Z])/g, '_$1')
    .replace(/^_/, '')
    .toUpperCase();
}

import { connectionClosedMessage, eventMessages } from '../src/protocol/events.ts';
import { procedures } from '../src/protocol/procedures.ts';
import { Program } from '../src/protocol/programs.ts';
import { errorReply } from '../src/protocol/structs.ts';
import type { Definition } from './definition.ts';

/** How this package's tables differ from libvirt's own definition of the two programs; empty when they agree. */
export function differences(remote: Definition, qemu: Definition): string[] {
  return [
    ...procedureDifferences(remote, qemu),
    ...eventDifferences(remote),
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

function* eventDifferences(remote: Definition): Generator<string> {
  for (const [event, message] of Object.entries(eventMessages))
    yield* messageDifferences(event, message, remote);
}

function messageDifferences(
  event: string,
  { number, payload }: { number: number; payload: { layout: string } },
  remote: Definition,
): Generator<string> {
  const name = [...remote.procedures].find(([, procedure]) => procedure.number === number)?.[0].toLowerCase();
  return differs(event, 'message', payload.layout, name ? remote.layoutOf(`remote_${name}_msg`) : 'nothing');
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

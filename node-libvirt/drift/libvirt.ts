import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Enums, parseEnums } from './c-enum.ts';
import { type Definition, parseDefinition } from './definition.ts';

/** What one release of libvirt says of its protocol, in its own sources. */
export interface Libvirt {
  /** How it is called where it differs: `libvirt 9.0.0`. */
  name: string;
  /** The main program; also the messages and the keepalive that all programs share. */
  remote: Definition;
  /** The program for QEMU's own features, which uses types of the main one. */
  qemu: Definition;
  enums: Enums;
}

/** Reads an unpacked source package; nothing of it is kept. */
export async function readLibvirt(name: string, folder: string): Promise<Libvirt> {
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const headers = (await readdir(join(folder, 'include/libvirt'))).sort();
  const [remote, qemu, messages, keepalive, ...rest] = await Promise.all([
    read('src/remote/remote_protocol.x'),
    read('src/remote/qemu_protocol.x'),
    read('src/rpc/virnetprotocol.x'),
    read('src/rpc/virkeepaliveprotocol.x'),
    read('src/libvirt_internal.h'),
    ...headers.map((header) => read(join('include/libvirt', header))),
  ]);
  return parseLibvirt(name, { remote, qemu, shared: [messages, keepalive, ...rest].join('\n') });
}

/** @param texts protocol definitions, and what both share: messages, keepalive, headers */
export function parseLibvirt(name: string, texts: { remote: string; qemu: string; shared: string }): Libvirt {
  const remote = texts.shared + texts.remote;
  return {
    name,
    remote: parseDefinition(remote),
    // Each program counts its own procedures.
    qemu: { ...parseDefinition(remote + texts.qemu), procedures: parseDefinition(texts.qemu).procedures },
    enums: parseEnums(remote + texts.qemu),
  };
}

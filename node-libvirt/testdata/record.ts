import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { duplexPair } from 'node:stream';
import { parseArgs } from 'node:util';
import { RecordingProxy } from '../src/testing/recording/recording-proxy.ts';
import { formatTranscript, type Transcript } from '../src/testing/recording/transcript.ts';
import { runSession, type Session, sessions } from './sessions.ts';

/** `node node-libvirt/testdata/record.ts SOCKET`: records every session anew, with the libvirtd that listens there. */
const { positionals } = parseArgs({ allowPositionals: true });
const [socket] = positionals;
if (socket === undefined) throw new Error('usage: record.ts SOCKET, such as /var/run/libvirt/libvirt-sock');

/** What must not stand in a file that others read. */
const ofThisMachine = [hostname(), dirname(socket), process.cwd()].map(
  (word) => new RegExp(`(?<!\\w)${RegExp.escape(word)}(?!\\w)`),
);

async function record(session: Session, path: string): Promise<Transcript> {
  const [client, end] = duplexPair();
  const transcript = new RecordingProxy(() => createConnection(path)).accept(end);
  await runSession(session, client);
  return transcript;
}

for (const [name, session] of Object.entries(sessions)) {
  const transcript = await record(session, socket);
  for (const { payload } of transcript) {
    const told = ofThisMachine.find((word) => word.test(payload.toString('latin1')));
    if (told) throw new Error(`${name}: a packet holds ${told}, which is of this machine`);
  }
  await writeFile(join(import.meta.dirname, `${name}.jsonl`), formatTranscript(transcript));
  console.log(`${name}: ${transcript.length} packets`);
}

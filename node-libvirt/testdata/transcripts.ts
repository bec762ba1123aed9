import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTranscript, type RecordedPacket } from '../src/testing/recording/transcript.ts';

/** What a real libvirtd said in the session of this name. */
export function readTranscript(name: string): RecordedPacket[] {
  return parseTranscript(readFileSync(join(import.meta.dirname, `${name}.jsonl`), 'utf8'));
}

import type { WatchEvent } from './cluster.ts';
import { type ApiCall, ApiError } from './errors.ts';
import type { KubeObject } from './object.ts';
import { clean } from './response-object.ts';
import { failureOfStatus, type StatusBody } from './status-answer.ts';

interface WireEvent {
  type: string;
  object: KubeObject;
}

const initialEventsEnd = 'k8s.io/initial-events-end';

/**
 * The events of a watch answer, one JSON document a line.
 * @throws ApiError for an ERROR event; Error for a line that is none of it, which must not be skipped: an event lost
 *   is an object wrong until the next list.
 */
export async function* readWatch<T extends KubeObject>(
  chunks: AsyncIterable<Buffer>,
  call: ApiCall,
): AsyncGenerator<WatchEvent<T>> {
  for await (const line of linesOf(chunks)) yield eventOf<T>(line, call);
}

/** Lines without their ends; the rest after the last one is a line cut short by a broken connection, and dropped. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      parts.push(chunk.subarray(start, end));
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
}

function eventOf<T extends KubeObject>(line: string, call: ApiCall): WatchEvent<T> {
  const { type, object } = parse(line, call);
  if (type === 'ERROR') throw new ApiError(call, failureOfStatus(object as unknown as StatusBody));
  if (type === 'BOOKMARK') {
    const { resourceVersion, annotations } = object.metadata;
    return { type, resourceVersion, initialEventsEnd: annotations?.[initialEventsEnd] === 'true' };
  }
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED')
    return { type, object: clean(object as T) };
  throw new Error(`${call.verb} ${call.kind}: unknown event type "${type}"`);
}

function parse(line: string, call: ApiCall): WireEvent {
  try {
    return JSON.parse(line) as WireEvent;
  } catch (cause) {
    throw new Error(`${call.verb} ${call.kind}: unreadable event: ${line.slice(0, 100)}`, { cause });
  }
}

import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';

/** One write that the API server answered. */
export interface AuditedWrite {
  verb: string;
  resource: string;
  subresource: string | undefined;
  namespace: string | undefined;
  name: string | undefined;
  user: string;
  userAgent: string | undefined;
  /** HTTP status code of the answer. */
  code: number;
  /** When the request came, as an RFC 3339 time with microseconds. */
  time: string;
}

interface AuditEvent {
  verb: string;
  user: { username: string };
  userAgent?: string;
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
}

/** The audit policy: each write once, when it is answered, without its content. */
export const auditPolicy = stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  // ResponseStarted would count long-running writes such as exec twice.
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] }],
});

/**
 * The writes in an audit log, oldest first. The server writes an entry after its answer, so a caller that looks for
 * its own write waits for it.
 */
export async function readAudit(path: string): Promise<AuditedWrite[]> {
  return parseAudit(await readFile(path, 'utf8'));
}

/** Parses audit events, one JSON object per line; a last line that is still being written is left out. */
export function parseAudit(text: string): AuditedWrite[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => toWrite(JSON.parse(line) as AuditEvent));
}

function toWrite(event: AuditEvent): AuditedWrite {
  return {
    verb: event.verb,
    resource: event.objectRef?.resource ?? '',
    subresource: event.objectRef?.subresource,
    namespace: event.objectRef?.namespace,
    name: event.objectRef?.name,
    user: event.user.username,
    userAgent: event.userAgent,
    code: event.responseStatus?.code ?? 0,
    time: event.requestReceivedTimestamp,
  };
}

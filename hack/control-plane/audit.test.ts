import { describe, expect, it } from 'vitest';
import { auditPolicy, parseAudit } from './audit.ts';

const statusPatch = {
  kind: 'Event',
  stage: 'ResponseComplete',
  verb: 'patch',
  user: { username: 'system:serviceaccount:fabric:operator', groups: ['system:authenticated'] },
  userAgent: 'vmfabric',
  objectRef: { resource: 'virtualmachines', subresource: 'status', namespace: 'shop', name: 'web-1' },
  responseStatus: { metadata: {}, code: 409 },
  requestReceivedTimestamp: '2026-01-02T03:04:05.123456Z',
  stageTimestamp: '2026-01-02T03:04:05.234567Z',
};

describe('parseAudit', () => {
  it('says who wrote what, when, and how it was answered', () => {
    expect(parseAudit(`${JSON.stringify(statusPatch)}\n`)).toEqual([
      {
        verb: 'patch',
        resource: 'virtualmachines',
        subresource: 'status',
        namespace: 'shop',
        name: 'web-1',
        user: 'system:serviceaccount:fabric:operator',
        userAgent: 'vmfabric',
        code: 409,
        time: '2026-01-02T03:04:05.123456Z',
      },
    ]);
  });

  it('leaves the parts out that a write to a cluster-wide collection lacks', () => {
    const event = { ...statusPatch, verb: 'deletecollection', objectRef: { resource: 'nodes' } };
    const [write] = parseAudit(`${JSON.stringify(event)}\n`);
    expect(write).toMatchObject({
      resource: 'nodes',
      namespace: undefined,
      name: undefined,
      subresource: undefined,
    });
  });

  it('keeps the order, and leaves out a line that is still being written', () => {
    const lines = ['create', 'update', 'delete'].map((verb) => JSON.stringify({ ...statusPatch, verb }));
    const text = lines.join('\n');
    expect(parseAudit(text.slice(0, -20)).map(({ verb }) => verb)).toEqual(['create', 'update']);
    expect(parseAudit(`${text}\n`)).toHaveLength(3);
  });

  it('is empty for an empty log', () => {
    expect(parseAudit('')).toEqual([]);
  });
});

it('logs each write once and no content', () => {
  expect(auditPolicy).toContain('level: Metadata');
  for (const stage of ['RequestReceived', 'ResponseStarted']) expect(auditPolicy).toContain(`- ${stage}`);
  expect(auditPolicy).not.toMatch(/\b(get|list|watch)\b/);
});

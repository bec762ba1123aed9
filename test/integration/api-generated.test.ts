import fc from 'fast-check';
import { beforeAll, expect, inject, it } from 'vitest';
import type { ControlPlane } from '../../hack/control-plane/control-plane.ts';
import { apiVersion } from '../../operator/api/common.ts';
import { kinds } from '../../operator/api/kinds.ts';
import { arbitraryOf } from '../chaos/acto/arbitrary-of.ts';
import { withCrds } from './api-objects.ts';

const count = 60;
let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await withCrds(inject('controlPlaneDir'));
});

it.each(kinds.map(({ type, spec }) => ({ type, spec })))(
  'the API server takes every spec of a $type.kind that the tests make by its schema',
  async ({ type, spec }) => {
    const items = fc.sample(arbitraryOf(spec), { numRuns: count, seed: 1 }).map((one, index) => ({
      apiVersion,
      kind: type.kind,
      metadata: { name: `generated-${index}`, ...(type.namespaced ? { namespace: 'default' } : {}) },
      spec: one,
    }));
    const args = ['create', '--dry-run=server', '--validate=strict', '--output=name', '--filename=-'];
    const output = await controlPlane.kubectl(args, {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    });
    expect(output.trim().split('\n')).toHaveLength(count);
  },
);

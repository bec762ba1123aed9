import { describe, expect, it } from 'vitest';
import { callOf, isWrite } from './call.ts';

describe('a call', () => {
  const vms = '/apis/vmfabric.io/v1alpha1/namespaces/shop/virtualmachines';

  it.each([
    ['GET', `${vms}/web-1`, { verb: 'get', name: 'web-1' }],
    ['GET', `${vms}?limit=500`, { verb: 'list', isInitial: true }],
    ['GET', `${vms}?watch=true&sendInitialEvents=true`, { verb: 'watch', isInitial: true }],
    ['GET', `${vms}?watch=true&resourceVersion=7`, { verb: 'watch' }],
    ['POST', vms, { verb: 'create' }],
    ['PUT', `${vms}/web-1`, { verb: 'update', name: 'web-1' }],
    ['PATCH', `${vms}/web-1/status?fieldManager=a`, { verb: 'patch', name: 'web-1', subresource: 'status' }],
    ['DELETE', `${vms}/web-1`, { verb: 'delete', name: 'web-1' }],
    ['DELETE', vms, { verb: 'deletecollection' }],
  ])('%s %s is read', (method, path, expected) => {
    const rest = { group: 'vmfabric.io', resource: 'virtualmachines', namespace: 'shop' };
    expect(callOf(method, path)).toEqual({ ...rest, ...expected });
  });

  it('is of the core group, or of no namespace', () => {
    expect(callOf('GET', '/api/v1/nodes/n1')).toEqual({
      ...{ verb: 'get', group: '', resource: 'nodes', name: 'n1' },
    });
    expect(callOf('GET', '/api/v1/namespaces/shop/secrets/s')).toMatchObject({
      ...{ resource: 'secrets', namespace: 'shop', name: 's' },
    });
  });

  it('may be about a namespace itself', () => {
    expect(callOf('GET', '/api/v1/namespaces/shop')).toMatchObject({ resource: 'namespaces', name: 'shop' });
    expect(callOf('PUT', '/api/v1/namespaces/shop/finalize')).toMatchObject({
      ...{ resource: 'namespaces', name: 'shop', subresource: 'finalize' },
    });
  });

  it('of every resource in all namespaces has none', () => {
    expect(callOf('GET', '/apis/vmfabric.io/v1alpha1/virtualmachines?watch=1')).toEqual({
      ...{ verb: 'watch', group: 'vmfabric.io', resource: 'virtualmachines' },
    });
  });

  it.each(['/healthz', '/apis', '/apis/vmfabric.io/v1alpha1', '/api/v1'])('%s is of no resource', (path) => {
    expect(callOf('GET', path)).toEqual({ verb: 'other', group: '', resource: '' });
  });

  it('is a write or is none', () => {
    const verbs = [
      'get',
      'list',
      'watch',
      'create',
      'update',
      'patch',
      'delete',
      'deletecollection',
    ] as const;
    expect(verbs.filter((verb) => isWrite({ verb }))).toEqual([
      ...['create', 'update', 'patch', 'delete', 'deletecollection'],
    ]);
  });
});

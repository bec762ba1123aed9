import { describe, expect, it } from 'vitest';
import { EncodeError } from '../errors.ts';
import { typedParameters } from './parameters.ts';

const types = { group_name: 'string', total_bytes_sec: 'ullong', numa_mode: 'int' } as const;

describe('typed parameters', () => {
  it('have the type that the server insists on, and those left out are not sent', () => {
    expect(typedParameters(types, { total_bytes_sec: 5n, group_name: 'g', numa_mode: undefined })).toEqual([
      { field: 'total_bytes_sec', type: 'ullong', value: 5n },
      { field: 'group_name', type: 'string', value: 'g' },
    ]);
  });

  it('are refused by a name that the server would refuse', () => {
    const misspelt: object = { total_bytes: 5n };
    expect(() => typedParameters(types, misspelt)).toThrow(EncodeError);
    expect(() => typedParameters(types, misspelt)).toThrow(
      '"total_bytes" is none of the parameters group_name, total_bytes_sec, numa_mode',
    );
  });
});

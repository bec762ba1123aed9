import { z } from 'zod';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Stores } from '../stores.ts';
import { type Part, partNames, parts } from './parts.ts';

const kind = 'PlacementDump';

/** Goes up when an older program would read a dump wrongly. */
const version = 1;

/** The objects of each kind by the name of their cache. */
export type DumpedObjects = { [K in keyof Stores]: readonly ReturnType<Stores[K]['list']>[number][] };

/**
 * All that placement is decided from, at one time: the objects themselves, so that whoever reads it translates them as the
 * operator does. There is no seed in it: equal hosts are chosen among by the names of VM and host.
 */
export interface Dump {
  kind: typeof kind;
  version: typeof version;
  /** Of the program that wrote it. */
  programVersion: string;
  takenAt: string;
  objects: DumpedObjects;
}

const dumpSchema = z.object({
  kind: z.literal(kind),
  version: z.literal(version),
  programVersion: z.string(),
  takenAt: z.iso.datetime(),
  objects: z.object(Object.fromEntries(partNames.map((name) => [name, z.array(parts[name].schema)]))),
});

/** Not a dump, or one that this program cannot read; the message says what is wrong with it. */
export class DumpError extends Error {
  override readonly name = 'DumpError';
}

/**
 * Reads all kinds from the cluster. @throws ApiError when one of them may not be listed in all namespaces, or is not served.
 */
export async function takeDump(
  cluster: Pick<Cluster, 'list'>,
  about: Pick<Dump, 'programVersion'> & { takenAt: Date; signal?: AbortSignal },
): Promise<Dump> {
  const options = about.signal ? { signal: about.signal } : {};
  const lists = await Promise.all(
    partNames.map(async (name) => {
      const { type, pick } = parts[name] as Part;
      const { items } = await cluster.list<KubeObject>(type, options);
      return [name, items.map(pick)] as const;
    }),
  );
  const { programVersion, takenAt } = about;
  return {
    ...{ kind, version, programVersion, takenAt: takenAt.toISOString() },
    objects: Object.fromEntries(lists) as unknown as DumpedObjects,
  };
}

/** @throws DumpError with the first thing that is wrong */
export function parseDump(text: string): Dump {
  const parsed = dumpSchema.safeParse(json(text));
  if (parsed.success) return parsed.data as unknown as Dump;
  const [issue] = parsed.error.issues;
  if (issue?.path[0] === 'version') {
    throw new DumpError(
      `its version is not ${version}: take it anew with this program, or read it with the one that wrote it`,
    );
  }
  throw new DumpError(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'it is no dump'}`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DumpError(`it is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

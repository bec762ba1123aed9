import { parse } from 'yaml';
import { z } from 'zod';
import { type VirtualMachine, virtualMachineSpec } from '../operator/api/virtualmachine.ts';
import { UsageError } from './command.ts';
import type { Terminal } from './terminal.ts';
import { pairsOf } from './what-if/steps.ts';

/** As the API server's rules have it, which zod does not know. */
const sizedSpec = virtualMachineSpec.refine(({ classRef, memory }) => classRef || memory?.size, {
  path: ['memory.size'],
  message: 'the VM has no size: give memory.size, or name a VirtualMachineClass in classRef',
});

const manifest = z.object({
  kind: z.literal('VirtualMachine', 'it must be a VirtualMachine'),
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: sizedSpec,
});

/** The VirtualMachine of a file, with the defaults that the API server would set. @throws UsageError with what is wrong */
export async function readManifest(
  path: string,
  namespace: string,
  terminal: Terminal,
): Promise<VirtualMachine> {
  const text = await terminal.read(path);
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new UsageError(`${path} is neither YAML nor JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = manifest.safeParse(content);
  if (parsed.success) {
    const { metadata, spec } = parsed.data;
    return unborn({ ...metadata, namespace: metadata.namespace ?? namespace }, spec);
  }
  const [issue] = parsed.error.issues;
  throw new UsageError(`${path}: ${issue?.path.join('.') || 'it'}: ${issue?.message}`);
}

/**
 * `cpu=4,memory=8Gi,gpu=1`, or `class=large`: a VM that asks for this and nothing else. Whether there is such a class is
 * not looked at. @throws UsageError with what is right
 */
export function shapeOf(
  shape: string,
  { namespace, labels }: { namespace: string; labels: Record<string, string> },
) {
  const right =
    'CORES and SIZE, or a class, and numbers of named resources, as in cpu=4,memory=8Gi,gpu=1; for more give a manifest';
  const { cpu, memory, class: vmClass, ...named } = Object.fromEntries(pairsOf('fit', shape, right));
  if (vmClass !== undefined && (cpu !== undefined || memory !== undefined))
    throw new UsageError(`--fit ${shape}: a class gives CPUs and memory: leave out either; must be ${right}`);
  const parsed = sizedSpec.safeParse({
    ...(vmClass === undefined ? {} : { classRef: { name: vmClass } }),
    ...(cpu === undefined ? {} : { cpu: { cores: Number(cpu) } }),
    ...(memory === undefined ? {} : { memory: { size: memory } }),
    resources: Object.entries(named).map(([name, count]) => ({ name, count: Number(count) })),
  });
  if (parsed.success) return unborn({ name: 'what-if', namespace, labels }, parsed.data);
  const [issue] = parsed.error.issues;
  throw new UsageError(
    `--fit ${shape}: ${issue?.path.join('.') || 'it'}: ${issue?.message}; must be ${right}`,
  );
}

/** A VM that nobody has created. */
function unborn(
  {
    name,
    namespace,
    labels,
  }: { name: string; namespace: string; labels?: Record<string, string> | undefined },
  spec: VirtualMachine['spec'],
): VirtualMachine {
  return {
    ...{ apiVersion: 'vmfabric.io/v1alpha1', kind: 'VirtualMachine', spec },
    metadata: { name, namespace, ...{ uid: '', resourceVersion: '0' }, ...(labels ? { labels } : {}) },
  };
}

import { parse } from 'yaml';
import { z } from 'zod';
import { type VirtualMachine, virtualMachineSpec } from '../operator/api/virtualmachine.ts';
import { UsageError } from './command.ts';
import type { Terminal } from './terminal.ts';
import { pairsOf } from './what-if/steps.ts';

const manifest = z.object({
  kind: z.literal('VirtualMachine', 'it must be a VirtualMachine'),
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: virtualMachineSpec,
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

/** `cpu=4,memory=8Gi`: a VM that asks for this and nothing else. */
export function shapeOf(
  shape: string,
  { namespace, labels }: { namespace: string; labels: Record<string, string> },
) {
  const right = 'cpu=CORES,memory=SIZE, as in cpu=4,memory=8Gi; for more write a manifest and give its file';
  const given = Object.fromEntries(pairsOf('fit', shape, right));
  const { cpu = '1', memory, ...others } = given;
  const [other] = Object.keys(others);
  if (other !== undefined || memory === undefined) throw new UsageError(`--fit ${shape}: must be ${right}`);
  const parsed = virtualMachineSpec.safeParse({ cpu: { cores: Number(cpu) }, memory: { size: memory } });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`--fit ${shape}: ${issue?.path.join('.') || 'it'}: ${issue?.message}`);
  }
  return unborn({ name: 'what-if', namespace, labels }, parsed.data);
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

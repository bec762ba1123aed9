import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** For `addToTally`. */
    tallyPath: string;
  }
}

/** Test files run in processes of their own; what they ran is summed up here, and told at the end. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'vmfabric-chaos-'));
  const path = join(folder, 'runs');
  project.provide('tallyPath', path);
  appendFileSync(path, '');
  return () => {
    const lines = readFileSync(path, 'utf8').trim().split('\n').filter(Boolean);
    const [writes, runs] = [0, 1].map((at) =>
      lines.reduce((sum, line) => sum + Number(line.split(' ')[at]), 0),
    );
    rmSync(folder, { recursive: true });
    if (lines.length > 0)
      console.log(`crash matrix: ${lines.length} scenarios, ${writes} writes, ${runs} disturbed runs`);
  };
}

/** Adds one scenario to what is told at the end. */
export function addToTally(path: string, { writes, runs }: { writes: number; runs: number }): void {
  appendFileSync(path, `${writes} ${runs}\n`);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './pack.ts';

const text = readFileSync(join(packageRoot, 'README.md'), 'utf8');

/** The socket that the first example of README.md connects to. */
const usualSocket = "'/var/run/libvirt/libvirt-sock'";

/** The TypeScript of each example in README.md, in order. */
export function readmeExamples(): string[] {
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
}

/**
 * README's first example, at another socket. It has no types, so that it runs as JavaScript, too.
 * @throws Error when it connects to no socket that could be replaced
 */
export function firstExample(socketPath: string): string {
  const [code = ''] = readmeExamples();
  if (!code.includes(usualSocket)) throw new Error(`the first example does not use ${usualSocket}`);
  return code.replace(usualSocket, JSON.stringify(socketPath));
}

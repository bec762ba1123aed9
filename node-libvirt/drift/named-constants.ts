import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A constant of this package that stands for an enum of libvirt, or ought to. */
export interface NamedConstant {
  name: string;
  /** What its docstring names: `libvirt: virDomainXMLFlags`. */
  enumName: string | undefined;
  /** An object of numbers, a list of names in the order of their numbers, or an object of such lists. */
  value: unknown;
}

interface Declaration {
  name: string;
  enumName: string | undefined;
}

/** Files of which every constant has to name its enum; elsewhere those are read that do. */
const constantsOnly = /^(facade\/constants(\.ts$|\/)|error-codes\.ts$)/;

/** The constants in a folder of TypeScript files, which are imported for their values. */
export async function namedConstants(folder: string): Promise<NamedConstant[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /(?<!\.test)\.ts$/.test(file));
  const found = await Promise.all(
    files.sort().map(async (file) => {
      const declarations = declarationsIn(await readFile(join(folder, file), 'utf8')).filter(
        ({ enumName }) => enumName !== undefined || constantsOnly.test(file),
      );
      if (declarations.length === 0) return [];
      const module = (await import(join(folder, file))) as Record<string, unknown>;
      return declarations.map(({ name, enumName }) => ({ name, enumName, value: module[name] }));
    }),
  );
  return found.flat();
}

/** The objects and lists that a file exports, with the enum that the docstring above names, if it does. */
export function declarationsIn(text: string): Declaration[] {
  const pattern = /(?:\/\*\*((?:(?!\*\/).)*)\*\/\s*)?^export const (\w+)(?:: [^=\n]+)? = [{[]/gms;
  return [...text.matchAll(pattern)].map(([, docstring = '', name = '']) => ({
    name,
    enumName: /libvirt: (\w+)/.exec(docstring)?.[1] ?? /\((vir\w+)\)/.exec(docstring)?.[1],
  }));
}

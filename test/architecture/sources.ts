import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { projectRoot } from '../../hack/paths.ts';

/** A TypeScript file of the project. */
export interface Source {
  /** Relative to the project, with forward slashes. */
  path: string;
  text: string;
  imports: Import[];
}

export interface Import {
  /** Path of a file of the project, or the name of a package. */
  target: string;
  isPackage: boolean;
  /** Erased when it runs. */
  isType: boolean;
}

const ignored = new Set(['node_modules', '.git', '.vmfabric', 'coverage']);

/** Paths of all files under a folder of the project, relative to the project. */
export function filesUnder(folder: string): string[] {
  const entries = readdirSync(join(projectRoot, folder), { withFileTypes: true, recursive: false });
  return entries.flatMap((entry) => {
    if (ignored.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.isFile() ? [path] : [];
  });
}

/** All TypeScript files of the project. */
export function readSources(): Source[] {
  const paths = filesUnder('.').filter((path) => /\.m?ts$/.test(path));
  return paths.map((path) => {
    const text = readFileSync(join(projectRoot, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });
}

/** Static imports, re-exports and dynamic imports of literals. */
export function importsOf(path: string, text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const patterns = [
    /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm,
    /\b(type\s)?import\(\s*'([^']+)'\s*\)/g,
  ];
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, type, specifier = '']) => toImport(path, specifier, Boolean(type))),
  );
}

function toImport(path: string, specifier: string, isType: boolean): Import {
  if (!specifier.startsWith('.')) return { target: packageOf(specifier), isPackage: true, isType };
  const target = relative(projectRoot, resolve(projectRoot, dirname(path), specifier));
  return { target, isPackage: false, isType };
}

/** `@scope/name/deep/file.js` is of `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

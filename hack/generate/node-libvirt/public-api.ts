import { join, relative } from 'node:path';
import { type ExportedDeclarations, Node, Project, Scope, type SourceFile, ts } from 'ts-morph';
import { projectRoot } from '../../paths.ts';

const sourceRoot = join(projectRoot, 'node-libvirt/src');

/** What an importer writes, and the file that answers. */
const entries = { 'node-libvirt': 'index.ts', 'node-libvirt/testing': 'testing/index.ts' } as const;
export type Entry = keyof typeof entries;

/** A name that node-libvirt exports; a constant and a type may share it. */
export interface PublicExport {
  name: string;
  entry: Entry;
  /** Path of its file, relative to `node-libvirt/src`. */
  path: string;
  declarations: readonly ExportedDeclarations[];
}

let opened: Project | undefined;

/** All sources, parsed; no library is loaded and no type is computed, so it takes less than a second. */
function project(): Project {
  if (opened) return opened;
  const { NodeNext } = ts.ModuleKind;
  const compilerOptions = { noLib: true, types: [], module: NodeNext, allowImportingTsExtensions: true };
  opened = new Project({ skipAddingFilesFromTsConfig: true, compilerOptions });
  opened.addSourceFilesAtPaths([join(sourceRoot, '**/*.ts'), `!${join(sourceRoot, '**/*.test.ts')}`]);
  return opened;
}

/** Path of a source file, relative to `node-libvirt/src`. */
export function pathOf(file: SourceFile): string {
  return relative(sourceRoot, file.getFilePath());
}

/** The files of a folder, such as `facade`, in the order of their names. */
export function sourceFilesUnder(folder: string): SourceFile[] {
  const files = project().getSourceFiles();
  return files
    .filter((file) => pathOf(file).startsWith(`${folder}/`))
    .sort((a, b) => compare(pathOf(a), pathOf(b)));
}

/** Everything that can be imported, in the order of its files and of its places in them. */
export function publicApi(): PublicExport[] {
  const found = (Object.keys(entries) as Entry[]).flatMap((entry) =>
    exportsOf(project().getSourceFileOrThrow(join(sourceRoot, entries[entry])), entry),
  );
  return found.sort((a, b) => compare(a.path, b.path) || positionOf(a) - positionOf(b));
}

function exportsOf(file: SourceFile, entry: Entry): PublicExport[] {
  return [...file.getExportedDeclarations()].map(([name, declarations]) => {
    const [first] = declarations;
    if (!first) throw new Error(`${pathOf(file)} exports ${name}, which is nowhere`);
    return { name, entry, path: pathOf(first.getSourceFile()), declarations };
  });
}

function positionOf({ declarations: [first] }: PublicExport): number {
  return first?.getPos() ?? 0;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The members that a class promises; names with an underscore are hooks of Node's streams, which only Node calls. */
export function publicMembers(declaration: Node): Node[] {
  if (!Node.isClassDeclaration(declaration)) return [];
  return declaration.getMembers().filter((member) => {
    const hidden = Node.isScoped(member) && member.getScope() !== Scope.Public;
    return !hidden && !Node.isClassStaticBlockDeclaration(member) && !/^[#_]/.test(memberName(member));
  });
}

/** `close`, `[Symbol.asyncDispose]`, `constructor`. */
export function memberName(member: Node): string {
  return Node.isConstructorDeclaration(member) ? 'constructor' : Node.hasName(member) ? member.getName() : '';
}

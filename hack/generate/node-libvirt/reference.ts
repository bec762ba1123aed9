import { cell, table } from '../markdown.ts';
import { docstringOf } from './docstring.ts';
import { generatedNote, type Linker, page } from './page.ts';
import { proceduresPage } from './procedures-page.ts';
import { type PublicExport, publicApi } from './public-api.ts';

let pages: ReadonlyMap<string, string> | undefined;

/** The API reference of node-libvirt: text by file name. Read once, as the sources do not change meanwhile. */
export function nodeLibvirtReference(): ReadonlyMap<string, string> {
  pages ??= allPages(publicApi());
  return pages;
}

function allPages(exports: readonly PublicExport[]): ReadonlyMap<string, string> {
  const areas = Map.groupBy(exports, ({ path }) => areaOf(path));
  const sorted = [...areas].sort(([a], [b]) => (a < b ? -1 : 1));
  const link = linker(exports);
  return new Map([
    ['README.md', indexPage(sorted)],
    ['procedures.md', proceduresPage()],
    ...sorted.map(([area, members]): [string, string] => [`${area}.md`, page(area, members, link)]),
  ]);
}

/** The folder that a name is from, or its file; of the facade, where most is, the folder or file inside. */
export function areaOf(path: string): string {
  const [area = ''] = path.replace(/^facade\//, '').split('/');
  return area.replace(/\.ts$/, '');
}

function linker(exports: readonly PublicExport[]): Linker {
  const targets = new Map(
    exports.map(({ name, path }) => [name, `${areaOf(path)}.md#${name.toLowerCase()}`]),
  );
  return (text) =>
    text.replaceAll(/`(\w+)`/g, (code, name) => {
      const target = targets.get(name);
      return target ? `[${code}](${target})` : code;
    });
}

function indexPage(areas: readonly (readonly [string, readonly PublicExport[]])[]): string {
  const sections = areas.map(([area, exports]) => {
    const rows = exports.map(({ name, declarations }) => [
      `[${name}](${area}.md#${name.toLowerCase()})`,
      cell(firstSentence(declarations.map((declaration) => docstringOf(declaration)?.text ?? '').join(' '))),
    ]);
    return `## [${area}](${area}.md)\n\n${table(['Name', 'What it is'], rows)}`;
  });
  return `${generatedNote}
# API reference of node-libvirt

Everything that the package exports, by the part that it belongs to; and all [procedures](procedures.md) of the
protocol. Names of libvirt's own functions and types, whose documentation says more of what they do, stand beside ours.

${sections.join('\n')}`;
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/s.exec(text.trim())?.[0] ?? text.trim();
}

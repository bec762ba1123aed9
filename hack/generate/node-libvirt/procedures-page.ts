import { Node, type VariableDeclaration } from 'ts-morph';
import { cell, table } from '../markdown.ts';
import { docstringOf } from './docstring.ts';
import { generatedNote } from './page.ts';
import { sourceFilesUnder } from './public-api.ts';

/** The page of every call that `Connection.call` can make. */
export function proceduresPage(): string {
  const tables = sourceFilesUnder('protocol/procedures').flatMap((file) =>
    file.getVariableDeclarations().filter((declaration) => declaration.isExported()),
  );
  return `${generatedNote}
# Procedures

What \`Connection.call\` takes as name and arguments, and what it gives. Procedures of the kind \`high\` never wait for a
guest, and have workers of their own in the server; those of the kind \`qemu\` belong to the program of QEMU's own
features. A number is of its program. \`int\` and \`uint\` have 32 bits, \`hyper\` and \`uhyper\` 64, which are a bigint;
\`text\` is a string, \`optional…\` may be null, \`array\` and \`opaque\` have the most elements or bytes that there may be.
All other names are structs, which the types \`Args\` and \`Ret\` give in full.

${tables.map(section).join('\n')}`;
}

function section(declaration: VariableDeclaration): string {
  const rows = rowsOf(declaration);
  const title = declaration.getName().replace(/Procedures$/, '');
  return `## ${title}

${docstringOf(declaration)?.text ?? ''}

${table(['Name', 'Kind', 'Number', 'Arguments', 'Result'], rows)}`;
}

function rowsOf(declaration: VariableDeclaration): string[][] {
  const literal = declaration.getInitializer();
  if (!Node.isObjectLiteralExpression(literal)) return [];
  return literal.getProperties().map((property) => {
    const made = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
    if (!Node.isPropertyAssignment(property) || !Node.isCallExpression(made))
      throw new Error(`${declaration.getName()}: ${property.getText()} is no procedure`);
    const [number, args, ret] = made.getArguments().map((argument) => oneLine(argument.getText()));
    return [`\`${property.getName()}\``, made.getExpression().getText(), number ?? '', code(args), code(ret)];
  });
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(', }', ' }');
}

function code(text = ''): string {
  return text === '{}' ? '' : `\`${cell(text)}\``;
}

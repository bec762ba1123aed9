import { Node } from 'ts-morph';

/** Longer values are not told in full: they are data, and no promise. */
const maxLines = 80;

/** A declaration as code, without its docstring and without what it does inside. */
export function signatureOf(node: Node): string {
  const text = node.getText().slice(0, endOfPromise(node) - node.getStart());
  const declared = Node.isVariableDeclaration(node) ? 'const ' : '';
  const plain = text.trim().replace(/^(export |abstract |override |async )+/, '');
  return shortened(dedented(`${declared}${plain}`, node.getStart() - node.getStartLinePos()));
}

/** Where the body begins, or the value of what has a type besides. */
function endOfPromise(node: Node): number {
  if (Node.isClassDeclaration(node)) return node.getStart() + node.getText().indexOf('{');
  const body = Node.isBodied(node) || Node.isBodyable(node) ? node.getBody() : undefined;
  if (body) return body.getStart();
  const typed = Node.isTyped(node) && Node.isInitializerExpressionGetable(node) && node.getTypeNode();
  return typed ? typed.getEnd() : node.getEnd();
}

/** A member is indented by its class, but its first line is not, as the text begins with it. */
function dedented(text: string, depth: number): string {
  return text.replaceAll(new RegExp(`^ {${depth}}`, 'gm'), '');
}

function shortened(text: string): string {
  const lines = text.split('\n');
  return lines.length <= maxLines ? text : [...lines.slice(0, maxLines), '  …'].join('\n');
}

import { type JSDoc, Node } from 'ts-morph';

/** A docstring as Markdown. */
export interface Docstring {
  text: string;
  /** `@throws` and such, in order; a parameter's name stands before its text. */
  tags: readonly { name: string; text: string }[];
}

/** What stands above a declaration; undefined when there is nothing. */
export function docstringOf(node: Node): Docstring | undefined {
  const documented = Node.isVariableDeclaration(node) ? node.getVariableStatement() : node;
  const docs = documented && Node.isJSDocable(documented) ? documented.getJsDocs() : [];
  const last = docs.at(-1);
  return last && read(last);
}

function read(doc: JSDoc): Docstring {
  const tags = doc.getTags().map((tag) => {
    const parameter = Node.isJSDocParameterTag(tag) ? `\`${tag.getName()}\`: ` : '';
    return { name: tag.getTagName(), text: parameter + markdown(tag.getCommentText() ?? '') };
  });
  return { text: markdown(doc.getDescription()), tags };
}

/** Lines of one paragraph become one; what would begin a tag of HTML is escaped outside of code. */
function markdown(text: string): string {
  const paragraphs = text.trim().split(/\n\s*\n/);
  const joined = paragraphs.map((paragraph) => paragraph.replaceAll(/\s*\n\s*(?!-\s)/g, ' ')).join('\n\n');
  return joined.replaceAll(/`[^`]*`|</g, (found) => (found === '<' ? '&lt;' : found));
}

import {
  type ClassDeclaration,
  type FunctionDeclaration,
  type MethodDeclaration,
  Node,
  SyntaxKind,
} from 'ts-morph';
import { docstringOf } from '../../hack/generate/node-libvirt/docstring.ts';
import { memberName, type PublicExport, publicMembers } from '../../hack/generate/node-libvirt/public-api.ts';

type Callable = FunctionDeclaration | MethodDeclaration;

/** A function, class or method that is exported, with the name by which it is reported. */
interface Promised {
  node: Node;
  place: string;
}

/** Places of exported functions and classes, and of public methods, that have no docstring. */
export function undescribed(api: readonly PublicExport[]): string[] {
  return promises(api).flatMap(({ node, place }) => (docstringOf(node)?.text ? [] : [place]));
}

/**
 * Places of exported functions and public methods that make a call, by themselves or by a private method or a function
 * of `api`'s files, and whose docstring does not name libvirt's function for it.
 */
export function unnamed(api: readonly PublicExport[], procedures: ReadonlySet<string>): string[] {
  const callers = callersIn(api, procedures);
  return promises(api).flatMap(({ node, place }) =>
    callers.has(node) && !/\blibvirt: vir[A-Z]\w+/.test(wholeText(node)) ? [place] : [],
  );
}

function wholeText(node: Node): string {
  const doc = docstringOf(node);
  return [doc?.text, ...(doc?.tags ?? []).map(({ text }) => text)].join(' ');
}

function promises(api: readonly PublicExport[]): Promised[] {
  return api.flatMap(({ name, path, declarations }) =>
    declarations.flatMap((declaration) => [
      ...(Node.isClassDeclaration(declaration) || Node.isFunctionDeclaration(declaration)
        ? [{ node: declaration, place: `${name} (${path})` }]
        : []),
      ...publicMembers(declaration)
        .filter(Node.isMethodDeclaration)
        .map((node) => ({ node, place: `${name}.${memberName(node)} (${path})` })),
    ]),
  );
}

/** A fixed point: whoever names a procedure in a call makes one, and so does whoever calls that. */
function callersIn(api: readonly PublicExport[], procedures: ReadonlySet<string>): Set<Node> {
  const all = callables(api);
  const callers = new Set<Node>(all.filter((node) => namesProcedure(node, procedures)));
  for (let size = -1; size !== callers.size; ) {
    size = callers.size;
    const known = new Set(all.filter((node) => callers.has(node)).map(keyOf));
    for (const node of all) if (calledBy(node).some((key) => known.has(key))) callers.add(node);
  }
  return callers;
}

function callables(api: readonly PublicExport[]): Callable[] {
  const files = new Set(api.flatMap(({ declarations }) => declarations.map((node) => node.getSourceFile())));
  return [...files].flatMap((file) => [
    ...file.getFunctions(),
    ...file.getClasses().flatMap((declared) => declared.getMethods()),
  ]);
}

function namesProcedure(node: Callable, procedures: ReadonlySet<string>): boolean {
  return node.getDescendantsOfKind(SyntaxKind.CallExpression).some((call) => {
    const [first] = call.getArguments();
    return Node.isStringLiteral(first) && procedures.has(first.getLiteralValue());
  });
}

/** Functions by their name; private methods also by their class. */
function keyOf(node: Callable): string {
  const owner = node.getParentIfKind(SyntaxKind.ClassDeclaration);
  return keyIn(owner, node.getName() ?? '');
}

function keyIn(owner: ClassDeclaration | undefined, name: string): string {
  return owner ? `${owner.getName()}.${name}` : name;
}

/** Public methods that are called describe themselves, so that who calls them need not. */
function calledBy(node: Callable): string[] {
  const owner = node.getParentIfKind(SyntaxKind.ClassDeclaration);
  return node.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
    const callee = call.getExpression();
    if (Node.isIdentifier(callee)) return [callee.getText()];
    const own = Node.isPropertyAccessExpression(callee) && callee.getName().startsWith('#');
    return own ? [keyIn(owner, callee.getName())] : [];
  });
}

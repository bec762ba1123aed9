/** What this package's own package.json says, as far as it matters here. */
export interface SourceManifest {
  /** Paths of TypeScript files by what is imported: `./testing` is `./src/testing/index.ts`. */
  exports: Readonly<Record<string, string>>;
  [field: string]: unknown;
}

/** All that is published; what is for this checkout alone, such as scripts, is not among it. */
const published = [
  ...['name', 'version', 'description', 'keywords', 'license', 'type', 'sideEffects', 'engines'],
  ...['peerDependencies', 'peerDependenciesMeta'],
];

/**
 * The package.json that is published: the same package, with its entry points in JavaScript.
 * @throws Error naming the field that is missing
 */
export function publishedManifest(source: SourceManifest): Record<string, unknown> {
  const missing = published.find((field) => source[field] === undefined);
  if (missing) throw new Error(`package.json has no ${missing}`);
  const kept = published.map((field) => [field, source[field]]);
  const entries = Object.entries(source.exports).map(([name, path]) => [name, compiled(path)]);
  return { ...Object.fromEntries(kept), exports: Object.fromEntries(entries) };
}

/** `types` comes first, as a resolver takes the first condition that it knows. */
function compiled(path: string): { types: string; default: string } {
  const stem = path.replace(/^\.\/src\//, './lib/').replace(/\.ts$/, '');
  return { types: `${stem}.d.ts`, default: `${stem}.js` };
}

/** What a protocol definition file (`.x`) of libvirt says, reduced to what this package's tables hold. */
export interface Definition {
  /** By upper-case name without the program's prefix: `DOMAIN_CREATE`. */
  procedures: ReadonlyMap<string, { number: number; priority: 'high' | 'normal' }>;
  /** The layout of a struct in the notation of `Codec.layout`; `{}` when there is no such struct. */
  layoutOf(struct: string): string;
  /** C has fewer than 32 bits for one of the struct's own members, and keeps the lowest of what was sent. */
  isNarrow(struct: string): boolean;
  /** Named numbers, of the definition and of C headers among the text. */
  constants: ReadonlyMap<string, number>;
}

const scalars: Readonly<Record<string, string>> = {
  int: 'int',
  'unsigned int': 'uint',
  unsigned: 'uint',
  'unsigned char': 'uint',
  'unsigned short': 'uint',
  hyper: 'hyper',
  'unsigned hyper': 'uhyper',
  double: 'double',
  // XDR gives each char four bytes; only in an array of fixed length is it text here.
  char: 'int',
};

/** Its union cannot be told by members. */
const special: Readonly<Record<string, string>> = { remote_typed_param: 'typed' };

/** Reads one or more definition files as one text. */
export function parseDefinition(text: string): Definition {
  const bare = text.replace(/\/\*.*?\*\//gs, '');
  const constants = constantsIn(bare);
  const structs = new Map(matches(bare, /struct (\w+) \{([^}]*)\}/g).map(([name, body]) => [name, body]));
  const aliases = new Map(
    matches(bare, /typedef ([^;]*?)(\w+)([<[][^;]*)?;/g).map(([type, name, size]) => [name, { type, size }]),
  );
  const enums = new Set(matches(bare, /enum (\w+) \{/g).map(([name]) => name));

  const sizeOf = (size: string) => {
    const name = size.slice(1, -1);
    return `${size[0]}${constants.get(name) ?? Number(name)}${size.at(-1)}`;
  };
  const typeOf = (type: string): string => {
    const alias = aliases.get(type);
    const known = scalars[type] ?? special[type] ?? (enums.has(type) ? 'int' : undefined);
    if (known) return known;
    if (structs.has(type)) return layoutOf(type);
    if (!alias) return type;
    const optional = alias.type.includes('*') ? '?' : '';
    return `${typeOf(alias.type.replace('*', '').trim())}${alias.size ? sizeOf(alias.size) : ''}${optional}`;
  };
  const layoutOf = (struct: string): string => {
    const members = matches(structs.get(struct) ?? '', /([\w ]+?)\s*\*?\s*(\w+)([<[]\w+[>\]])?;/g);
    const memberOf = ([type, , size]: [string, string, string]) => {
      const isText = type.trim() === 'char' && size.startsWith('[');
      return (isText ? 'char' : typeOf(type.trim())) + (size ? sizeOf(size) : '');
    };
    return `{${members.map(memberOf).join(' ')}}`;
  };
  const isNarrow = (struct: string) => /\b(char|short)\b/.test(structs.get(struct) ?? '');
  return { procedures: proceduresOf(text), layoutOf, isNarrow, constants };
}

/** Numbers, sums of them, and other names for constants of headers. */
function constantsIn(bare: string): ReadonlyMap<string, number> {
  const constants = new Map<string, number>();
  const pattern = /^# *define (\w+) (\(?\d[\w +]*\)?)$|\bconst (\w+) = (\w+);/gm;
  const numberOf = (text: string) => constants.get(text.trim()) ?? Number(text);
  for (const [, header, sum = '', own, value = ''] of bare.matchAll(pattern)) {
    const terms = (header ? sum : value).replace(/[()]/g, '').split('+');
    constants.set(
      header ?? own ?? '',
      terms.map(numberOf).reduce((left, right) => left + right),
    );
  }
  return constants;
}

/** The annotations stand in the comment before each number. */
function proceduresOf(text: string): Definition['procedures'] {
  const entries = matches(text, /\/\*\*((?:(?!\*\/).)*)\*\/\s*[A-Z]+_PROC_(\w+) = (\d+)/gs);
  return new Map(
    entries.map(([annotations, name, number]) => [
      name,
      { number: Number(number), priority: /@priority:\s*high/.test(annotations) ? 'high' : 'normal' },
    ]),
  );
}

function matches(text: string, pattern: RegExp): [string, string, string][] {
  return [...text.matchAll(pattern)].map(([, a = '', b = '', c = '']) => [a, b, c]);
}

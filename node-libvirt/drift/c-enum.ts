/** A member of a C enum. */
export interface EnumMember {
  name: string;
  value: number;
  /** The version of libvirt that brought it, where the header says so. */
  since?: string;
}

/** The enums of one release of libvirt, by the name of their type. */
export type Enums = ReadonlyMap<string, readonly EnumMember[]>;

/**
 * Reads the enums of C headers and of protocol definitions: `typedef enum {…} name;` and `enum name {…};`. What counts
 * the members (`…_LAST`) is left out. A value may name a member of any other enum.
 */
export function parseEnums(text: string): Enums {
  const values = new Map<string, number>();
  parseWith(values, text); // once for the values of members that others name before they stand in the text
  return parseWith(values, text);
}

function parseWith(values: Map<string, number>, text: string): Enums {
  const enums = new Map<string, readonly EnumMember[]>();
  const bare = text.replace(/^# *ifdef VIR_ENUM_SENTINELS$.*?^# *endif.*?$/gms, '');
  const pattern = /\benum\s*(\w*)\s*\{((?:\/\*.*?\*\/|[^}])*)\}\s*(\w*)\s*;/gs;
  for (const [, tag, body = '', type] of bare.matchAll(pattern))
    enums.set(type || tag || '', membersOf(body, values));
  return enums;
}

function membersOf(body: string, values: Map<string, number>): EnumMember[] {
  const members: EnumMember[] = [];
  let since: string | undefined;
  let next = 0;
  for (const { comment, name, value, startsLine } of tokensOf(body)) {
    if (comment !== undefined) {
      const version = /\(Since: ([\d.]+)\)/.exec(comment)?.[1];
      const last = members.at(-1);
      // A comment on the same line is of the member before it, any other of the one after it.
      if (startsLine || !last) since = version;
      else if (version) last.since = version;
    } else if (name !== undefined) {
      next = value === undefined ? next : evaluate(value, values);
      values.set(name, next);
      members.push({ name, value: next, ...(since ? { since } : {}) });
      since = undefined;
      next++;
    }
  }
  return members;
}

function* tokensOf(body: string) {
  const pattern = /(\n[ \t]*)?(?:(\/\*.*?\*\/)|(\w+)(?:\s*=\s*((?:[^,/\n]|\/(?!\*))+))?[ \t]*,?)/gs;
  for (const [, lineBreak, comment, name, value] of body.matchAll(pattern))
    yield { startsLine: lineBreak !== undefined, comment, name, value };
}

/** Numbers, other members, shifts, and what is or-ed of them; as the 32 bits that go over the wire. */
function evaluate(expression: string, values: ReadonlyMap<string, number>): number {
  const atom = (text: string) => values.get(text.trim()) ?? Number(text.trim().replace(/[uUlL]+$/, ''));
  const shifted = (text: string) =>
    text
      .split('<<')
      .map(atom)
      .reduce((bits, by) => bits << by);
  const value = expression
    .replace(/[()]/g, '')
    .split('|')
    .map(shifted)
    .reduce((left, right) => left | right);
  if (expression.match(/[^\w\s()|<-]/)) throw new Error(`an enum has the value ${expression}`);
  return value;
}

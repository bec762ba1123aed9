import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Area, Look, Row } from './row.ts';
import type { Twin } from './twins.ts';
import { contentHash } from './untyped.ts';
import type { Virsh } from './virsh.ts';

/** Two daemons in equal states: this client has one of them, virsh the other. */
export interface Bench {
  virsh: Virsh;
  forOurs: Twin;
  forVirsh: Twin;
}

/** What came of an operation, and what its daemon showed afterwards, by the command of each look. */
export interface Seen {
  outcome: Outcome;
  after: Shown;
}
export type Shown = Record<string, unknown>;

/** What was seen on the daemon that this client worked on and on virsh's, where virsh also looked before. */
export interface Comparison {
  ours: Seen;
  virsh: Seen & { before: Shown };
}

/** Does a row's operation by both clients, each on its own daemon, and looks at both. */
export async function compare(bench: Bench, area: Area, row: Row): Promise<Comparison> {
  try {
    await both(bench, area, [...(area.each ?? []), ...(row.given ?? [])]);
    const [ours, virsh] = [byUs(bench, area, row), byVirsh(bench, area, row)];
    await Promise.allSettled([ours, virsh]); // when one fails, the other is still at work
    return { ours: await ours, virsh: await virsh };
  } finally {
    await attemptBoth(bench, area, area.tidy ?? []);
  }
}

/** Commands of virsh on both daemons, which are to succeed. */
export async function both({ virsh, forOurs, forVirsh }: Bench, area: Area, commands: readonly string[]) {
  await Promise.all([forOurs, forVirsh].map((twin) => virsh.run(commands, twin.virsh(preparer(area)))));
}

/** Commands of virsh on both daemons, which may fail. */
export async function attemptBoth(bench: Bench, area: Area, commands: readonly string[]) {
  const { virsh, forOurs, forVirsh } = bench;
  await Promise.all([forOurs, forVirsh].map((twin) => virsh.attempt(commands, twin.virsh(preparer(area)))));
}

/** Who may only read cannot prepare. */
const preparer = ({ driver }: Area) => (driver === 'reader' ? 'test' : driver);

async function byUs({ forOurs }: Bench, { driver, looks = [] }: Area, row: Row): Promise<Seen> {
  const hypervisor = forOurs.hypervisor(driver);
  const outcome = await outcomeOf(async () => {
    const answer = await row.ours(hypervisor);
    return row.reads || row.writes ? settled(answer) : undefined;
  });
  const shown = looks.map(async (look) => {
    const seen = await outcomeOf(() => look.ours(hypervisor));
    return [look.virsh, seen.error ? nothing : orNothing(settled(seen.answer))];
  });
  return { outcome, after: Object.fromEntries(await Promise.all(shown)) };
}

async function byVirsh({ virsh, forVirsh }: Bench, area: Area, row: Row): Promise<Comparison['virsh']> {
  const options = forVirsh.virsh(area.driver);
  const lookAround = async (looks: readonly Look[] = []) => {
    const printed = await virsh.printedOf(
      looks.map((look) => look.virsh),
      options,
    );
    return Object.fromEntries(
      looks.map((look, index) => {
        const stdout = printed[index] ?? '';
        return [look.virsh, stdout === '' ? nothing : settled(look.reads(stdout))];
      }),
    );
  };
  const before = await lookAround(mustShow(row) ? area.looks : []);
  const outcome = await virsh.outcomeOf(row.virsh, options);
  return { outcome: await readBy(row, outcome, options.cwd), before, after: await lookAround(area.looks) };
}

async function readBy({ reads, writes }: Row, outcome: Outcome, folder: string): Promise<Outcome> {
  if (outcome.error) return outcome;
  if (writes) return { answer: contentHash(await readFile(join(folder, writes))) };
  return { answer: settled(reads?.(`${outcome.answer}`)) };
}

/** Whether a row that shows nowhere would be the same as none. */
export const mustShow = (row: Row) => !row.fails && !row.reads && !row.writes && !row.traceless;

/** What a look shows of something that is not there. */
const nothing = 'nothing';
const orNothing = (answer: unknown) => (Array.isArray(answer) && answer.length === 0 ? nothing : answer);

/** Moments, counts of starts and descriptors differ between two daemons: such a value must be there on both, and no more. */
function settled(answer: unknown): unknown {
  if (typeof answer !== 'string') return answer;
  return answer
    .replace(/<(creationTime|[abcm]time)>[\d.]+</g, '<$1>SECONDS<')
    .replace(/<domain type='(\w+)' id='\d+'/g, "<domain type='$1' id='ID'")
    .replace(/\/domain-\d+-/g, '/domain-ID-')
    .replace(/"fd":"\d+"/g, '"fd":"FD"')
    .trim();
}

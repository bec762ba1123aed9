import { phraseOf } from '../../operator/placement/explain/amounts.ts';
import type { Scored } from '../../operator/placement/model/decision.ts';
import { some, table } from '../table.ts';
import type { Explained, Placed, Unplaced } from './command.ts';

/** For people. */
export function report(explained: Explained): string {
  return explained.kind === 'unplaced' ? refusal(explained) : choice(explained);
}

function refusal({ vm, message, member, rejections, nearest, wouldFit }: Unplaced): string {
  const sections = [`${vm} has no host. ${message}`];
  const rows = rejections.map(({ code, hosts, text }) => [
    hosts.length,
    code,
    text.replace(/^\d+ /, ''),
    some(hosts),
  ]);
  const whose = member === undefined ? '' : `For ${member}, beside the others of its gang:\n`;
  if (rows.length > 0) sections.push(`${whose}${table(['HOSTS', 'REASON', 'WHY', 'WHICH'], rows)}`);
  if (nearest.length > 0) sections.push(`Nearest:\n${table(['HOST', 'LACKS'], nearest.map(missRow))}`);
  if (wouldFit.length > 0) {
    // A size says itself by which host it was found, which may be one of several.
    const ways = wouldFit.map(({ change, text, host }) =>
      change.kind === 'size' ? `  ${text}` : `  ${text}: on ${host}`,
    );
    sections.push(`${member ?? 'It'} would fit, each of these alone having been tried:\n${ways.join('\n')}`);
  }
  return sections.join('\n\n');
}

function missRow({ host, lacks }: Unplaced['nearest'][number]): string[] {
  const phrases = Object.entries(lacks).map(([name, amount]) => phraseOf(name, amount));
  return [host, phrases.join(' and ')];
}

function choice({ vm, kind, merits, why: { chosen, runnerUp, unfit } }: Placed): string {
  const title =
    kind === 'placed'
      ? `${vm} is on ${chosen.host}.`
      : `${vm} has no host yet, and would go to ${chosen.host}.`;
  const remark = unfit === undefined ? merits : `As things are now, that host ${unfit}.`;
  const sections = [remark === undefined ? title : `${title} ${remark}`];
  sections.push(points(chosen, runnerUp));
  if (!runnerUp) sections.push('No other host would take it.');
  else if (kind === 'placed' && runnerUp.total > chosen.total)
    sections.push(`By now ${runnerUp.host} would be the better one; a VM that runs is not moved for that.`);
  return sections.join('\n\n');
}

function points(chosen: Scored, runnerUp: Scored | undefined): string {
  const scored = [chosen, ...(runnerUp ? [runnerUp] : [])];
  const names = [...new Set(scored.flatMap((one) => Object.keys(one.points)))];
  const number = (value: number) => `${Math.round(value * 10) / 10}`;
  const rows = scored.map((one, at) => [
    ...[one.host, at === 0 ? 'its host' : 'best of the others'],
    ...names.map((name) => number(one.points[name] ?? 0)),
    number(one.total),
  ]);
  return table(['HOST', '', ...names.map((name) => name.toUpperCase()), 'TOTAL'], rows);
}

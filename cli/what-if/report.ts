import { amountOf, phraseOf } from '../../operator/placement/explain/amounts.ts';
import { memory } from '../../operator/placement/model/resources.ts';
import type {
  Answer,
  ChangeAnswer,
  DrainAnswer,
  FitAnswer,
  Homeless,
  LoseAnswer,
  MoveStep,
  PlaceAnswer,
  RebalanceAnswer,
} from '../../operator/placement/what-if/answer.ts';
import { counted, some, table } from '../table.ts';

/** For people: each answer under its question. */
export function report(answers: readonly (Answer & { question: string })[]): string {
  return answers.map((answer) => `${answer.question}\n${indented(textOf(answer))}`).join('\n\n');
}

const indented = (text: string) => text.replace(/^(?=.)/gm, '  ');

function textOf(answer: Answer): string {
  switch (answer.kind) {
    case 'fit':
      return fitText(answer);
    case 'lose':
      return loseText(answer);
    case 'add':
      return `${counted(answer.hosts.length, 'host')} more: ${some(answer.hosts)}.`;
    case 'drain':
      return drainText(answer);
    case 'change':
      return changeText(answer);
    case 'place':
      return placeText(answer);
    case 'rebalance':
      return rebalanceText(answer);
  }
}

function fitText({ fits, isAtLeast, limits, message }: FitAnswer): string {
  const count = `${isAtLeast ? 'At least ' : ''}${fits} more ${fits === 1 ? 'fits' : 'fit'}.`;
  if (isAtLeast) return count;
  if (limits.length === 0) return `${count} ${message}`;
  const rows = limits.map(({ code, hosts, text }) => [
    hosts.length,
    code,
    text.replace(/^\d+ /, ''),
    some(hosts),
  ]);
  return `${count} What keeps the next one away:\n${table(['HOSTS', 'REASON', 'WHY', 'WHICH'], rows)}`;
}

function loseText({ hosts, placed, homeless }: LoseAnswer): string {
  const vms = placed.length + homeless.length;
  return `${counted(hosts.length, 'host')} lost (${some(hosts)}) with ${counted(vms, 'VM')}; ${placesText({ placed, homeless })}`;
}

function placeText({ placed, homeless }: PlaceAnswer): string {
  const vms = placed.length + homeless.length;
  if (vms === 0) return 'No VM waits for a host.';
  return `${counted(vms, 'VM')} ${vms === 1 ? 'waits' : 'wait'}; ${placesText({ placed, homeless })}`;
}

/** More places than these are only for programs. */
const toldPlaces = 20;

function placesText({ placed, homeless }: Pick<PlaceAnswer, 'placed' | 'homeless'>): string {
  const lines = [`${placed.length} ${placed.length === 1 ? 'finds' : 'find'} a place.`];
  if (placed.length > 0 && placed.length <= toldPlaces) {
    const rows = placed.map(({ vm, host }) => [vm, host]);
    lines.push(table(['VM', 'GOES TO'], rows));
  }
  if (homeless.length > 0) lines.push(homelessTable(homeless));
  return lines.join('\n');
}

/** VMs that say the same, together. */
function homelessTable(homeless: readonly Homeless[]): string {
  const byMessage = Map.groupBy(homeless, ({ message }) => message);
  const rows = [...byMessage].map(([message, vms]) => [vms.length, some(vms.map(({ vm }) => vm)), message]);
  return table(['WITHOUT PLACE', 'WHICH', 'WHY'], rows);
}

function drainText({ waves, stay, hosts }: DrainAnswer): string {
  const empty = hosts.filter(({ emptyAfter }) => emptyAfter !== undefined);
  const lines = [`${empty.length} of ${counted(hosts.length, 'host')} empty after ${wavesText(waves)}.`];
  if (waves.length > 0) lines.push(movesTable(waves));
  if (stay.length > 0) {
    const rows = stay.map(({ vm, host, because, message }) => [vm, host, because, message]);
    lines.push(table(['STAYS', 'ON', 'REASON', 'WHY'], rows));
  }
  return lines.join('\n');
}

function changeText({ overfull }: ChangeAnswer): string {
  if (overfull.length === 0) return 'No host carries more than it may.';
  const rows = overfull.map(({ host, excess }) => [
    host,
    Object.entries(excess)
      .map(([name, amount]) => phraseOf(name, amount))
      .join(', '),
  ]);
  const verb = overfull.length === 1 ? 'carries more than it may' : 'carry more than they may';
  return `${counted(overfull.length, 'host')} ${verb}:\n${table(['HOST', 'TOO MUCH'], rows)}`;
}

function rebalanceText({ waves, balance }: RebalanceAnswer): string {
  if (waves.length === 0) return 'No move is worth it.';
  const rows = balance.map(({ resource, fullest, deviation }) => [
    ...[resource, percent(fullest.before), percent(fullest.after)],
    ...[percent(deviation.before), percent(deviation.after)],
  ]);
  const head = ['RESOURCE', 'FULLEST', 'THEN', 'DEVIATION', 'THEN'];
  return `${wavesText(waves)}.\n${table(head, rows)}\n${movesTable(waves)}`;
}

/** `12 moves in 3 waves (4 min)`: a wave takes as long as its longest move. */
function wavesText(waves: readonly (readonly MoveStep[])[]): string {
  const seconds = waves.reduce((sum, wave) => sum + Math.max(0, ...wave.map((move) => move.seconds)), 0);
  const time = seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
  return `${counted(waves.flat().length, 'move')} in ${counted(waves.length, 'wave')} (about ${time})`;
}

function movesTable(waves: readonly (readonly MoveStep[])[]): string {
  const rows = waves.flatMap((wave, at) =>
    wave.map(({ vm, from, to, memoryBytes, seconds, downtimeSeconds, gain, makesRoomFor }) => {
      const remark =
        makesRoomFor === undefined
          ? gain && `gains ${percent(gain)} of a host`
          : `makes room for ${makesRoomFor}`;
      const [takes, still] = [`${Math.ceil(seconds)} s`, `${Math.ceil(downtimeSeconds * 1000)} ms`];
      return [at + 1, vm, from, to, amountOf(memory, memoryBytes), takes, still, remark || ''];
    }),
  );
  return table(['WAVE', 'VM', 'FROM', 'TO', 'MEMORY', 'TAKES', 'DOWNTIME', ''], rows);
}

const percent = (part: number) => `${Math.round(part * 1000) / 10} %`;

import { listed } from './listed.ts';
import { type Refusal, refusal } from './refusal.ts';

/** Hosts that are named as having something. */
const named = 3;

/** What is offered by the part before the slash, for a person. */
const words: Readonly<Record<string, string>> = {
  network: 'network',
  kernel: 'kernel',
  'cpu-model': 'CPU model',
  machine: 'machine type',
};

/** `network blue`, of `network/blue`. */
export function offerPhrase(offer: string): string {
  const slash = offer.indexOf('/');
  const word = words[offer.slice(0, Math.max(0, slash))];
  return word === undefined ? offer : `${word} ${offer.slice(slash + 1)}`;
}

/** `does not have network blue (a, b and 5 more do)`; `offering` are the hosts that have it, by name. */
export function missingOffer(offer: string, offering: readonly string[]): Refusal {
  return refusal('Offer', 'does not', 'do not', `have ${offerPhrase(offer)} (${whoHasIt(offering)})`);
}

function whoHasIt(offering: readonly string[]): string {
  if (offering.length === 0) return 'no host does';
  return `${listed(offering, named)} ${offering.length === 1 ? 'does' : 'do'}`;
}

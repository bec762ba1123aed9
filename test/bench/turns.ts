export interface TurnsOptions {
  rounds: number;
  /** A first round that does not count. */
  warmUp?: boolean;
  onRound?: (round: number) => void;
}

/**
 * Lets all take their turns, round by round, so that whatever else the machine does hits all alike.
 * @returns the samples of each, a round each, by its key
 */
export async function takeTurns<S>(
  turns: ReadonlyMap<string, () => Promise<S>>,
  { rounds, warmUp = false, onRound = () => {} }: TurnsOptions,
): Promise<Map<string, S[]>> {
  const samples = new Map([...turns.keys()].map((key) => [key, [] as S[]]));
  for (let round = warmUp ? 0 : 1; round <= rounds; round++) {
    onRound(round);
    for (const [key, turn] of turns) {
      const sample = await turn();
      if (round > 0) samples.get(key)?.push(sample);
    }
  }
  return samples;
}

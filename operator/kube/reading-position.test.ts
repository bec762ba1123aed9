import { describe, expect, it } from 'vitest';
import { ApiError } from './errors.ts';
import { ReadingPosition, UnfinishedListError } from './reading-position.ts';
import { SilentWatchError } from './watch-until.ts';

const silence = new SilentWatchError(1);
const refusal = (code: number, causes: string[] = []) =>
  new ApiError({ verb: 'watch', kind: 'Thing' }, { code, causes });
const tooLarge = refusal(504, ['ResourceVersionTooLarge']);

/** Listed at version 5, and watching from there. */
function watching(streams = true): ReadingPosition {
  const position = new ReadingPosition(streams);
  position.listed('5');
  return position;
}

const stand = ({ from, floor, streams }: ReadingPosition) => ({ from, floor, streams });

describe('where a reflector goes on', () => {
  it('begins with a consistent list', () => {
    expect(stand(new ReadingPosition(true))).toEqual({ from: undefined, floor: undefined, streams: true });
  });

  it.each([
    ['a break of the connection', new Error('reset'), '5', '5'],
    ['a 503', refusal(503), '5', '5'],
    ['one silence', silence, '5', '5'],
    ['a 410: lists, at what was seen or later', refusal(410), undefined, '5'],
    ['a version too large: lists by a consistent read', tooLarge, undefined, undefined],
  ])('after %s', (_name, error, from, floor) => {
    const position = watching();
    expect(position.failed(error)).toBe(false);
    expect(stand(position)).toEqual({ from, floor, streams: true });
  });

  it('lists after two silences in a row, but not when something came in between', () => {
    const position = watching();
    position.failed(silence);
    position.moved('6');
    position.failed(silence);
    expect(position.from).toBe('6');
    position.failed(silence);
    expect(stand(position)).toMatchObject({ from: undefined, floor: '6' });
  });

  it('asks for a floor again after the consistent read that a server without it made necessary', () => {
    const position = watching();
    position.failed(tooLarge);
    position.listed('3');
    position.failed(refusal(410));
    expect(position.floor).toBe('3');
  });

  it('gives up the floor when a list by it is expired', () => {
    const position = watching(false);
    position.failed(refusal(410));
    position.failed(refusal(410));
    expect(position.floor).toBeUndefined();
  });

  it('refuses a list from the past unless it was a consistent read', () => {
    const position = watching();
    expect([position.refuses('4'), position.refuses('5'), position.refuses('10')]).toEqual([
      true,
      false,
      false,
    ]);
    position.listAgain(undefined);
    expect(position.refuses('4')).toBe(false);
  });

  it('lists at a floor that is asked for', () => {
    const position = watching();
    position.listAgain('9');
    expect(stand(position)).toMatchObject({ from: undefined, floor: '9' });
  });

  it('lists at the highest floor that is asked for, or by a consistent read when anybody asks for that', () => {
    const position = watching();
    position.listAgain('11');
    position.listAgain('9');
    expect(position.floor).toBe('11');
    position.listAgain(undefined);
    position.listAgain('12');
    expect(position.floor).toBeUndefined();
  });
});

describe('streaming', () => {
  it.each([refusal(400), refusal(422), silence, new UnfinishedListError()])(
    'ends for good after %s',
    (error) => {
      const position = new ReadingPosition(true);
      expect(position.failed(error)).toBe(true);
      position.listed('5');
      position.failed(refusal(410));
      expect(position.streams).toBe(false);
    },
  );

  it('goes on after what says nothing of it', () => {
    const position = new ReadingPosition(true);
    for (const error of [refusal(503), refusal(410), tooLarge, new Error('reset')]) position.failed(error);
    const later = watching();
    later.failed(refusal(400));
    expect([position.streams, later.streams]).toEqual([true, true]);
  });
});

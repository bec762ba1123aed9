import { type Figure, figure, type Goal } from '../../report.ts';
import { type CallSample, cpuMicrosOf, rateOf, ratioOf } from '../../samples.ts';
import { type Client, describeSetting, type Setting, settings } from './settings.ts';

/** Samples by client and setting; see `keyOf`. */
export type CallSamples = ReadonlyMap<string, readonly CallSample[]>;

type Caller = Client | 'virsh, one shell' | 'virsh, one process a call';

export const keyOf = (caller: Caller, setting: string) => `${caller}: ${setting}`;

/** What node-libvirt has to reach beside the program in C that has an event loop, as it has itself. */
const goalOf = ({ call, transport, inFlight }: Setting): Goal | undefined =>
  call === 'version' && transport === 'unix' ? { min: inFlight === 1 ? 1 : 2 } : undefined;

/** The rows of the report. @throws RangeError when somebody has no samples */
export function callFigures(samples: CallSamples): Figure[] {
  return [...settings.flatMap((setting) => settingFigures(samples, setting)), ...virshFigures(samples)];
}

function settingFigures(samples: CallSamples, setting: Setting): Figure[] {
  const name = describeSetting(setting);
  const of = (caller: Caller) => samples.get(keyOf(caller, name)) ?? [];
  const [ours, loop, noLoop] = [of('node-libvirt'), of('C, event loop'), of('C, no event loop')];
  const goal = goalOf(setting);
  const peer = (
    of: (samples: readonly CallSample[]) => number,
    value: readonly CallSample[],
    name: string,
  ) => ({
    peer: { name, value: of(value) },
  });
  return [
    figure(name, rateOf(ours), 'calls/s', peer(rateOf, loop, 'C, event loop')),
    figure('  as a ratio to C with event loop', ratioOf(ours, loop), '', goal ? { goal } : {}),
    figure('  beside C without', rateOf(ours), 'calls/s', peer(rateOf, noLoop, 'C, no event loop')),
    figure(
      '  CPU of the client for a call',
      cpuMicrosOf(ours),
      'µs',
      peer(cpuMicrosOf, loop, 'C, event loop'),
    ),
  ];
}

/** virsh makes another cheap call, one at a time. */
function virshFigures(samples: CallSamples): Figure[] {
  const serial = settings[0];
  const ours = rateOf((serial && samples.get(keyOf('node-libvirt', describeSetting(serial)))) ?? []);
  return (['virsh, one shell', 'virsh, one process a call'] as const).map((caller) => {
    const value = rateOf(samples.get(keyOf(caller, 'unix')) ?? []);
    return figure('a cheap call, unix, 1 in flight', ours, 'calls/s', { peer: { name: caller, value } });
  });
}

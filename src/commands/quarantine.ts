/** Bad lines put aside byte for byte (`--on-bad quarantine`), up to a limit. */
import { PipeError } from '../errors.js';
import { openOutput } from '../io/output.js';
import { fromPlain, type PlainError } from './plain-error.js';

export interface QuarantineOptions {
  /** the file that bad lines go to; without one they are only counted, by a pass that comes before the run itself */
  quarantine?: string | undefined;
  /** how many may be bad; a percentage is of the records read and is judged at the end */
  max?: number | { percent: number } | undefined;
}

export interface Quarantine {
  put(place: { file: string; line?: number }, bytes: Uint8Array, why: PlainError): void;
  count(): number;
  publish(recordsIn: number): Promise<void>;
  abandon(): void;
}

const LF = Uint8Array.of(10);

export function openQuarantine(options: 'stop' | QuarantineOptions): Quarantine {
  let bad = 0;
  const count = (): number => bad;
  if (options === 'stop') {
    const put: Quarantine['put'] = (place, _, why) => {
      throw fromPlain(why).at(place);
    };
    return { put, count, publish: () => Promise.resolve(), abandon: () => {} };
  }
  const { quarantine, max } = options;
  const output = quarantine === undefined ? undefined : openOutput(quarantine, { force: 'never', inputs: [] });
  const aside = new WeakSet<Uint8Array>();
  let written = Promise.resolve();
  return {
    count,
    put: (place, bytes, why) => {
      bad++;
      if (typeof max === 'number' && bad > max) throw tooMany(bad, `at most ${max}`, place, why);
      // a line with two bad sentences is one bad line
      if (!output || aside.has(bytes)) return;
      aside.add(bytes);
      written = written.then(() => output.write(bytes)).then(() => output.write(LF));
      // it is awaited by publish
      written.catch(() => {});
    },
    publish: async (recordsIn) => {
      await written;
      if (typeof max === 'object' && bad * 100 > max.percent * recordsIn)
        throw new PipeError('data', `${bad} of ${recordsIn} records are bad`, {
          expected: `at most ${max.percent} %`,
          hint: 'see what is wrong with them, or raise --max-bad',
        });
      await output?.publish();
    },
    abandon: () => output?.abandon(),
  };
}

function tooMany(bad: number, expected: string, place: { file: string; line?: number }, why: PlainError): PipeError {
  return new PipeError('data', `${bad} bad records, the last: ${why.message}`, {
    place: { ...why.place, ...place },
    expected,
    hint: 'see what is wrong with them, or raise --max-bad',
  });
}

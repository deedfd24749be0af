/** How far a batch is: bytes done of all, sentences a second, time left, bad records, in one line. */
import type { ShardEntry } from '../../corpus/ledger.js';
import type { Report } from '../report.js';
import type { Hand } from './hand.js';

export interface Progress {
  /** a shard is done: now, or in an earlier run */
  done: (entry: ShardEntry, bytes: number, now: boolean) => void;
  stop: () => void;
}

const EVERY = 200;

export function showProgress(report: Report, allBytes: number, hands: readonly Hand[]): Progress {
  const began = performance.now();
  let [bytesDone, bytesNow, recordsNow, bad] = [0, 0, 0, 0];
  const timer = setInterval(() => {
    const seconds = (performance.now() - began) / 1000;
    const under = hands.map((hand) => hand.underWay());
    const bytes = Math.min(
      allBytes,
      under.reduce((sum, one) => sum + one.bytes, bytesDone),
    );
    const records = under.reduce((sum, one) => sum + one.recordsOut, recordsNow);
    const fresh = bytesNow + (bytes - bytesDone);
    const left = fresh > 0 ? ((allBytes - bytes) * seconds) / fresh : undefined;
    const perSecond = Math.round(records / seconds);
    const megabytes = (count: number): string => (count / 1e6).toFixed(0);
    const share = allBytes > 0 ? ` (${Math.floor((100 * bytes) / allBytes)} %)` : '';
    const time = left === undefined ? '' : `, ${duration(left)} left`;
    report.progress(`${megabytes(bytes)} of ${megabytes(allBytes)} MB${share}, ${perSecond} sentences/s${time}, ${bad} bad`, {
      bytes,
      ofBytes: allBytes,
      sentencesPerSecond: perSecond,
      ...(left === undefined ? {} : { secondsLeft: Math.round(left) }),
      bad,
    });
  }, EVERY);
  return {
    done: (entry, bytes, now) => {
      bytesDone += bytes;
      bad += entry.recordsBad;
      if (!now) return;
      bytesNow += bytes;
      recordsNow += entry.recordsOut;
    },
    stop: () => clearInterval(timer),
  };
}

/** 3725 → 1:02:05 */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** How a command speaks: to people on stderr, and data on stdout. `cli.ts` makes it real; nothing else prints. */
import type { Count } from '../steps/step.js';

/** What a run did, for its last line on stderr. */
export interface Summary {
  recordsIn: number;
  recordsOut: number;
  bad: number;
  /** came in, and neither went out nor was put aside: always 0, or the run fails */
  lost: number;
  counts: ReadonlyMap<Count, number>;
  /** of the whole command, its start counted */
  seconds: number;
}

export interface Report {
  /** something that a person should know and that is no error, once */
  note: (text: string) => void;
  /** a line of what goes on, such as an epoch's end */
  say: (text: string) => void;
  /** the run's last line */
  summary: (summary: Summary) => void;
  /** the result of a command that makes no records (`inspect`, `doctor`, `vocab` without -o), to stdout */
  data: (text: string) => Promise<void>;
  /** what is told before that line, in full: for people a table, for machines an object */
  details: (text: string, data: Record<string, unknown>) => void;
  /** bytes or records done so far; drawn at most ten times a second, on a terminal only; with `--log json` told as data, once a second */
  progress: (done: string, data?: Record<string, unknown>) => void;
  /** whether stdout is a terminal that shows colour */
  colour: boolean;
}

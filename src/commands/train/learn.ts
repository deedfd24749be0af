/** A training under way: checkpoints, the line that tells how far it is, and the lines of training.jsonl. */
import { undisturbed } from '../../io/cleanup.js';
import type { EpochReport, Training } from '../../model/training/trainer.js';
import type { Invocation } from '../command.js';
import { saveCheckpoint, type Configuration } from './checkpoint.js';

interface Learning {
  folder: string;
  configuration: Configuration;
  log: string;
  sentences: number;
  metric: string;
}

/** Runs the training, with a checkpoint after each epoch and at a signal; gives the lines of training.jsonl. */
export async function learn(training: Training, { options, signal, report }: Invocation, about: Learning): Promise<string> {
  const { folder, configuration, sentences, metric } = about;
  const epochs = Number(options['epochs']);
  let { log } = about;
  const save = (): Promise<void> => undisturbed(() => saveCheckpoint(folder, { state: training.state(), log, metric }, configuration));
  let epochBegan = performance.now();
  let [done, since] = [0, 0];
  for await (const event of training.events()) {
    if (event.kind === 'step') {
      done += event.sentences;
      since += event.sentences;
      const perSecond = since / ((performance.now() - epochBegan) / 1000);
      const left = (sentences * (epochs - event.epoch + 1) - done) / perSecond;
      report.progress(
        `epoch ${event.epoch} of ${epochs}: ${event.batch}/${event.batches} steps, loss ${event.loss.toFixed(4)}, ${perSecond.toFixed(0)} texts/s, ${clock(left)} left`,
      );
    } else {
      const seconds = (performance.now() - epochBegan) / 1000;
      log += `${JSON.stringify(lineOf(event))}\n`;
      report.say(epochLine(event, epochs, since / seconds, seconds, metric));
      await save();
      [epochBegan, done, since] = [performance.now(), 0, 0];
    }
    if (signal.aborted) {
      await save();
      report.say(`stopped; all that was learnt is in ${folder}: go on with the same command and --resume`);
      throw new Error('stopped by a signal');
    }
  }
  return log;
}

/** No times: the same training gives the same bytes. */
const lineOf = ({ epoch, loss, learningRate, scores, best }: EpochReport): object => ({ epoch, loss, learningRate, valid: scores, best });

function epochLine({ epoch, loss, scores, best }: EpochReport, epochs: number, perSecond: number, seconds: number, metric: string): string {
  const told = Object.entries(scores)
    .sort(([a], [b]) => Number(b === metric) - Number(a === metric))
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(', ');
  const star = best && told ? ' (best)' : '';
  return `epoch ${epoch} of ${epochs}: loss ${loss.toFixed(4)}${told && `; ${told}`}${star}; ${perSecond.toFixed(0)} texts/s, ${seconds.toFixed(1)} s`;
}

/** 75 → 1:15 */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The stages of a run made ready: files opened, dictionaries and models loaded, each when it is first needed, and once. */
import type { LineStep } from '../steps/lines/step.js';
import type { Step } from '../steps/step.js';
import { stageOf, type Stage } from './stages.js';

export interface ReadyStages {
  /** all of them */
  steps: () => Promise<Step[]>;
  step(index: number): Promise<Step>;
  /** of the last stages that can all be done on lines as they lie: from the first of those on, no record is made */
  lineSteps(): Promise<LineStep[]>;
}

export function readyStages(stages: readonly Stage[]): ReadyStages {
  const steps: Promise<Step>[] = [];
  const step = (index: number): Promise<Step> => (steps[index] ??= prepare(stages[index]!));
  let lineSteps: Promise<LineStep[]> | undefined;
  return {
    steps: async () => {
      const all: Step[] = [];
      for (const index of stages.keys()) all.push(await step(index));
      return all;
    },
    step,
    lineSteps: () => (lineSteps ??= prepareLines(stages)),
  };
}

const prepare = async (stage: Stage): Promise<Step> => (await stageOf(stage)).prepare(stage.options);

async function prepareLines(stages: readonly Stage[]): Promise<LineStep[]> {
  const lineSteps: LineStep[] = [];
  for (const stage of [...stages].reverse()) {
    const lineStep = await (await stageOf(stage)).prepareLines?.(stage.options);
    if (!lineStep) break;
    lineSteps.unshift(lineStep);
  }
  return lineSteps;
}

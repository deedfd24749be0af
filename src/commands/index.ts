/** The list of commands, in the order of the help. One line a command. */
import { batchCommand } from './batch.js';
import { checkCommand } from './check.js';
import type { CommandDefinition } from './command.js';
import { compareCommand } from './compare.js';
import { convertCommand } from './convert.js';
import { curvesCommand } from './curves.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { exportCommand } from './export.js';
import { drawCommand } from './draw.js';
import { importCommand } from './import.js';
import { generateCommand } from './generate.js';
import { explainCommand } from './explain.js';
import { gradientsCommand } from './gradients.js';
import { inspectCommand } from './inspect.js';
import { predictCommand } from './predict-lines.js';
import { runCommand } from './run.js';
import { scoreCommand } from './score.js';
import { serveCommand } from './serve.js';
import { STEP_COMMANDS } from './stages.js';
import { commandOfStep } from './step-command.js';
import { trainCommand } from './train.js';
import { vocabCommand } from './vocab.js';

const [sentences, tokenize, ...others] = STEP_COMMANDS.map(commandOfStep);

export const COMMANDS: readonly CommandDefinition[] = [
  sentences!,
  tokenize!,
  vocabCommand,
  ...others,
  trainCommand,
  evaluateCommand,
  curvesCommand,
  generateCommand,
  exportCommand,
  importCommand,
  predictCommand,
  serveCommand,
  runCommand,
  batchCommand,
  inspectCommand,
  explainCommand,
  drawCommand,
  compareCommand,
  gradientsCommand,
  scoreCommand,
  checkCommand,
  convertCommand,
  doctorCommand,
];

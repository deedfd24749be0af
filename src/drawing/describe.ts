/** The picture in sentences: for its title, for those who do not see it, and for the line under the heading. */
import { decimals, grouped } from './numbers.js';
import { realSteps, rowOf, type Scene } from './scene.js';
import { visible } from './text.js';
import { signOf, type Language } from './words.js';

const CELLS = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;

/** What the picture is of: the sentence, at a length that a title may have. */
export function titleOf({ text, id }: Scene): string {
  const shown = visible(text.slice(0, 400));
  return shown === '' ? `record ${id}` : shown.length > 120 ? `${shown.slice(0, 119)}…` : shown;
}

/** "LSTM · 8 units · word vectors of 8 · padded to 8 time steps, 6 of them real" */
export function subtitleOf(scene: Scene, language: Language): string {
  const { cell, units, embeddings, layers, directions, mask, source } = scene;
  const real = realSteps(scene).length;
  const en = language === 'en';
  const parts = [
    cell && CELLS[cell],
    units > 0 && (en ? `${units} units` : `${units} 个单元`),
    layers > 1 && (en ? `${layers} layers` : `${layers} 层`),
    directions.length > 1 ? (en ? 'two directions' : '双向') : directions[0] === 'backward' && (en ? 'read backwards' : '反向读'),
    embeddings && (en ? `word vectors of ${embeddings.columns}` : `词向量 ${embeddings.columns} 维`),
    real === mask.length
      ? en
        ? `${real} time step${real === 1 ? '' : 's'}`
        : `${real} 个时间步`
      : en
        ? `padded to ${mask.length} time steps, ${real} of them real`
        : `填充到 ${mask.length} 个时间步，其中 ${real} 个真实`,
    source,
  ];
  return parts.filter(Boolean).join(' · ');
}

/** How many steps, which are padding, which feeds the output, the answer. */
export function descriptionOf(scene: Scene, language: Language): string {
  const real = realSteps(scene);
  const { mask, taken, prediction, probabilities } = scene;
  const en = language === 'en';
  const padded = mask.length - real.length;
  const sentences = [
    en
      ? `A sentence of ${grouped(real.length)} tokens, drawn along time from left to right.`
      : `一个 ${real.length} 词的句子，沿时间从左到右画出。`,
    padded > 0 &&
      (en
        ? `${padded} of the ${mask.length} time steps are padding and are not computed.`
        : `${mask.length} 个时间步中有 ${padded} 个是填充，不计算。`),
    taken &&
      taken.timeSteps.length > 0 &&
      (taken.timeSteps.length <= 2
        ? en
          ? `The output is taken from t = ${taken.timeSteps.map((t) => t + 1).join(' and ')}.`
          : `输出取自 t = ${taken.timeSteps.map((t) => t + 1).join('、')}。`
        : en
          ? `The output is the ${taken.how} over ${taken.timeSteps.length} time steps.`
          : `输出为 ${taken.timeSteps.length} 个时间步的 ${taken.how}。`),
    prediction !== undefined &&
      (en
        ? `The answer is ${visible(prediction)}${probabilities ? `, with ${(100 * Math.max(...probabilities)).toFixed(1)} %` : ''}.`
        : `答案：${visible(prediction)}${probabilities ? `，概率 ${(100 * Math.max(...probabilities)).toFixed(1)} %` : ''}。`),
  ];
  return sentences.filter(Boolean).join(en ? ' ' : '');
}

/** One sentence a time step, for those who listen: "t = 5, 好看: forget gate mean 0.68, cell changed most in unit 0, 0.62 to 0.96". */
export function stepInWords(scene: Scene, timeStep: number, layer: number, language: Language): string {
  const en = language === 'en';
  const token = scene.tokens[timeStep];
  if (token === null || token === undefined) return en ? `t = ${timeStep + 1}: padding, not computed` : `t = ${timeStep + 1}：填充，不计算`;
  const parts = [`t = ${timeStep + 1}, ${visible(token).slice(0, 80)}`];
  const lane = scene.lanes.find((one) => one.layer === layer) ?? scene.lanes[0];
  if (!lane) return parts[0]!;
  for (const { name, values } of lane.gates) {
    const row = rowOf(values, timeStep);
    if (row && (name === 'forgetGate' || name === 'updateGate'))
      parts.push(`${en ? `gate ${signOf(name, scene.cell)} mean` : `门 ${signOf(name, scene.cell)} 平均`} ${decimals(meanOf(row), 2)}`);
  }
  const change = mostChanged(scene, timeStep, layer, 1)[0];
  if (change) {
    const [was, is] = [decimals(change.from, 2), decimals(change.to, 2)];
    const what = lane.cellStates ? 'c' : 'h';
    parts.push(
      en ? `${what} changed most in unit ${change.unit}, ${was} to ${is}` : `${what} 变化最大：单元 ${change.unit}，${was} → ${is}`,
    );
  }
  return parts.join(en ? ': ' : '：').replace(/: (?=.*: )/, ': ');
}

export const meanOf = (row: Float32Array): number => row.reduce((sum, value) => sum + value, 0) / Math.max(row.length, 1);

export interface Change {
  unit: number;
  from: number;
  to: number;
}

/** The units whose state changed most since the step before (c of an LSTM, else h), the largest change first. */
export function mostChanged(scene: Scene, timeStep: number, layer: number, count: number): Change[] {
  const lane = scene.lanes.find((one) => one.layer === layer) ?? scene.lanes[0];
  const states = lane?.cellStates ?? lane?.hiddenStates;
  const now = states && rowOf(states, timeStep);
  if (!now) return [];
  let previous = timeStep + (lane!.direction === 'forward' ? -1 : 1);
  while (scene.mask[previous] === false) previous += lane!.direction === 'forward' ? -1 : 1;
  const then = scene.mask[previous] ? rowOf(states, previous) : undefined;
  const changes = Array.from(now, (to, unit): Change => ({ unit, from: then?.[unit] ?? 0, to }));
  return changes.sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from) || a.unit - b.unit).slice(0, count);
}

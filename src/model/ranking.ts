/** Labels by their probabilities, as predictions list them. */
import { shortest } from '../formats/shortest.js';

/** The most probable `count`, the best first; of equals the one that comes first. */
export function ranked(labels: readonly string[], probabilities: Float32Array, count: number): { label: string; probability: number }[] {
  const order = labels.map((_, i) => i).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  return order.slice(0, count).map((i) => ({ label: labels[i]!, probability: shortest(probabilities[i]!) }));
}

/** A label of a CSV file may have line breaks in it. */
export const onOneLine = (label: string): string => label.replace(/[\n\v\f\r\u0085\u2028\u2029]+/g, ' ');

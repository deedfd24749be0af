/** What a model says of a sentence: for each word what it looked at and the decoder's state; then the search as a tree of hypotheses. */
import { attentionMatrix, title, type DecoderPanel } from './attention-matrix.js';
import { beamTree } from './beam-tree.js';
import type { Box } from './marks.js';
import type { Context } from './view.js';

const BETWEEN = 24;

/**
 * @param nodes places that arrows start and end at are put into it
 * @param under columns of the source that the matrix stands beneath
 * @returns also where a page may end within it
 */
export function decoderPanel(
  context: Context,
  place: Omit<Box, 'height'>,
  nodes: Map<string, Box>,
  under?: { left: number; pitch: number },
): DecoderPanel & { breaks: readonly number[] } {
  const { decoder } = context.scene;
  if (!decoder) return { marks: [], height: 0, breaks: [] };
  const matrix = attentionMatrix(context, decoder, place, nodes, under);
  const y = place.y + matrix.height + BETWEEN;
  const tree = beamTree(context, decoder, { ...place, y }, nodes);
  const marks = [...matrix.marks, title(context, 'beam', place.x, y + 9), ...tree.marks];
  return { marks, height: matrix.height + BETWEEN + tree.height, breaks: [y - BETWEEN / 2] };
}

/** `train --init-from`: a trained model as the beginning of another training. */
import { PipeError } from '../../errors.js';
import { FEATURE_NAMES, FEATURES, mapFeatures } from '../../formats/features.js';
import type { ModelShape } from '../../formats/model.js';
import { takeWeights, type Named, type Taken } from '../../model/initial.js';
import type { Parameters } from '../../model/parameters.js';
import { SPECIALS } from '../../text/specials.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import type { Options } from '../command.js';
import { loadModel, type Model } from '../model-folder.js';

export async function initialModel(options: Options): Promise<Model | undefined> {
  const folder = options['initFrom'] as string | undefined;
  if (folder === undefined) return undefined;
  if (options['vectors'] !== undefined)
    throw new PipeError('usage', '--vectors does not apply', { hint: '--init-from gives the word vectors; take one of the two' });
  return loadModel(folder);
}

const names = ({ tokens, features }: Vocabulary): Pick<Named, 'tokens' | 'features'> => ({
  tokens: tokens.slice(SPECIALS.length),
  features: mapFeatures(features, (feature) => feature.names),
});

/** The options, with the sizes of the model where the user gave none: weights are taken where sizes agree. */
export function withSizesOf({ document: { network, embedding } }: Model, options: Options, given: ReadonlySet<string>): Options {
  const sizes = {
    cell: network.cell,
    units: network.units,
    layers: network.layers,
    dim: embedding.dim,
    ...Object.fromEntries(
      FEATURE_NAMES.map((name) => FEATURES[name].dim).flatMap((dim) => (embedding[dim] > 0 ? [[dim, embedding[dim]]] : [])),
    ),
    ...(network.cell === 'gru' ? { reset: network.resetAfter ? 'after' : 'before' } : {}),
  };
  return { ...options, ...Object.fromEntries(Object.entries(sizes).filter(([name]) => !given.has(name))) };
}

/**
 * Writes the model's weights over those that were drawn, and says which.
 *
 * @throws PipeError('mismatch') where nothing of it fits
 */
export function beginWith(
  { document, vocabulary, parameters }: Model,
  to: { shape: ModelShape; parameters: Parameters; vocabulary: Vocabulary },
  name: string,
  note: (text: string) => void,
): void {
  const taken = takeWeights({ ...to, ...names(to.vocabulary) }, { shape: document, parameters, ...names(vocabulary) }, SPECIALS.length);
  const rows = [taken.tokens, ...Object.values(taken.features)].reduce((sum, one) => sum + one.taken, 0);
  if (rows + taken.whole.length + taken.partly.length === 0) {
    const sizes = ({ network, embedding }: ModelShape): string => `--cell ${network.cell} --units ${network.units} --dim ${embedding.dim}`;
    throw new PipeError('mismatch', 'nothing of the model fits', {
      place: { file: name },
      expected: sizes(to.shape),
      found: sizes(document),
      hint: 'leave the sizes out: those of the model are taken then',
    });
  }
  if (vocabulary.segmenter !== to.vocabulary.segmenter)
    note(`${name} was made of tokens of another segmenter, ${vocabulary.segmenter}: only those that are the same begin with its vectors`);
  note(`begins with ${name}: ${told(taken)}`);
}

function told({ tokens, features, whole, partly, drawn, softmax }: Taken): string {
  const some = [
    `vectors of ${tokens.taken} of ${tokens.of} tokens`,
    ...Object.values(mapFeatures(features, ({ taken, of }, name) => `of ${taken} of ${of} ${FEATURES[name].called}`)),
    ...(whole.length > 0 ? [whole.join(' ')] : []),
    ...(partly.length > 0 ? [`the first rows of ${partly.join(' ')}`] : []),
    ...(softmax.taken > 0 ? [`the softmax of ${softmax.taken} of ${softmax.of} tokens`] : []),
  ];
  const left = [...drawn, ...(softmax.taken > 0 ? [] : ['the head'])];
  return `${some.join(', ')}${left.length > 0 ? `; drawn: ${left.join(' ')}` : ''}`;
}

/**
 * The weights of a model among the tensors of a file, whatever the user's program calls its layers. Names that `export` writes are taken as they
 * are; otherwise the recurrent network is found by its tensors' endings, and the embedding and the linear layer by their shapes.
 * What was taken for what is told, and so is what was left.
 */
import { PipeError } from '../../errors.js';
import type { ModelShape } from '../../formats/model.js';
import { Tensor } from '../../formats/tensor.js';
import { loadNetwork, type Layout } from '../layouts.js';
import { weightName } from '../parameters.js';
import { correspondences, type Correspondence } from './correspondence.js';

export interface Found {
  parameters: Map<string, Tensor>;
  /** our name of a layer, and whose tensors it was given */
  taken: [ours: string, theirs: string][];
  /** tensors that nothing was made of */
  left: string[];
}

/** @throws PipeError('mismatch') that names the tensor that is missing, ambiguous or of another shape */
export function foundWeights(tensors: ReadonlyMap<string, Tensor>, layout: Layout, shape: ModelShape): Found {
  const all = correspondences(shape, layout);
  const byName = all.every(({ name, shape: sizes }) => sameShape(tensors.get(name), sizes));
  return byName ? asNamed(tensors, all) : asShaped(tensors, layout, shape, all);
}

const sameShape = (tensor: Tensor | undefined, shape: readonly number[]): boolean => tensor?.shape.join() === shape.join();

function asNamed(tensors: ReadonlyMap<string, Tensor>, all: readonly Correspondence[]): Found {
  const found: Found = { parameters: new Map(), taken: [], left: [] };
  for (const one of all) take(found, one, tensors.get(one.name)!.data);
  const names = new Set(all.map(({ name }) => name));
  found.left = [...tensors.keys()].filter((name) => !names.has(name));
  return found;
}

function take({ parameters }: Found, { ours, from }: Correspondence, data: Float32Array): void {
  from(data).forEach((numbers, i) => parameters.set(ours[i]!.name, new Tensor(ours[i]!.shape, numbers)));
}

function asShaped(tensors: ReadonlyMap<string, Tensor>, layout: Layout, shape: ModelShape, all: readonly Correspondence[]): Found {
  const found: Found = { parameters: new Map(), taken: [], left: [] };
  const used = network(found, tensors, layout, shape);
  const rest = all.filter(({ ours }) => !ours[0]!.name.startsWith('rnn.'));
  // a bias is looked for beside its matrix
  const isBias = ({ name, shape: sizes }: Correspondence): boolean => sizes.length === 1 && /[./]bias$/.test(name);
  const layers = new Map<string, string>();
  for (const one of rest.filter((each) => !isBias(each))) {
    const name = onlyOne(tensors, one, used);
    used.add(name);
    layers.set(pathOf(one.name), pathOf(name));
    found.taken.push([one.name, name]);
    take(found, one, tensors.get(name)!.data);
  }
  for (const one of rest.filter(isBias)) {
    const path = layers.get(pathOf(one.name));
    const name = path === undefined ? one.name : `${path}bias`;
    const there = tensors.get(name);
    if (there && !sameShape(there, one.shape)) throw anotherShape(name, one.shape, there.shape);
    if (there) used.add(name);
    found.taken.push([one.name, there ? name : 'zeros: the layer has no bias']);
    take(found, one, there?.data ?? new Float32Array(one.shape[0]!));
  }
  found.left = [...tensors.keys()].filter((name) => !used.has(name));
  return found;
}

/** `fc.weight` → `fc.` */
const pathOf = (name: string): string => name.replace(/[^./]+$/, '');

const ENDINGS: Record<Layout, RegExp> = {
  pytorch: /(^|\.)(weight|bias)_(ih|hh)_l\d+(_reverse)?$/,
  keras: /(^|[/.])(recurrent_kernel|kernel|bias)$/,
};

/** Takes the recurrent network; gives the names of its tensors. */
function network(found: Found, tensors: ReadonlyMap<string, Tensor>, layout: Layout, shape: ModelShape): Set<string> {
  const { cell, resetAfter } = shape.network;
  const loaded = loadNetwork(tensors, layout, cell, resetAfter);
  const [expected, there] = [shape.network, loaded.shape].map(
    ({ inputSize, units, layers, directions }) => `${inputSize} → ${units}, layers ${layers}, ${directions.join(' and ')}`,
  );
  if (expected !== there)
    throw new PipeError('mismatch', 'the file holds another recurrent network', {
      expected: expected!,
      found: there!,
      hint: 'see the shapes of its tensors: rnn-pipe inspect',
    });
  loaded.weights.forEach((directions, layer) =>
    directions.forEach((weights, i) => {
      const direction = shape.network.directions[i]!;
      for (const weight of ['kernel', 'recurrentKernel', 'bias', 'recurrentBias'] as const) {
        const width = weights.bias.length;
        const data = weights[weight];
        const sizes = weight.endsWith('ernel') ? [data.length / width, width] : [width];
        found.parameters.set(weightName(layer, direction, weight), new Tensor(sizes, data));
      }
    }),
  );
  const paths = [...tensors.keys()].filter((name) => name.endsWith('recurrent_kernel')).map(pathOf);
  const names = [...tensors.keys()].filter((name) => ENDINGS[layout].test(name) && (layout === 'pytorch' || paths.includes(pathOf(name))));
  found.taken.push(['the recurrent network', [...new Set(names.map(pathOf))].join(', ')]);
  return new Set(names);
}

/** The one tensor that has the shape, and the ending of the name, that a layer's has; one of that very name before all others. */
function onlyOne(tensors: ReadonlyMap<string, Tensor>, { name, shape }: Correspondence, used: ReadonlySet<string>): string {
  const there = tensors.get(name);
  if (there && !sameShape(there, shape)) throw anotherShape(name, shape, there.shape);
  if (there) return name;
  const ending = /[^./]+$/.exec(name)![0];
  const free = [...tensors.keys()].filter((one) => !used.has(one));
  const candidates = free.filter((one) => /[^./]+$/.exec(one)?.[0] === ending && sameShape(tensors.get(one), shape));
  if (candidates.length === 1) return candidates[0]!;
  const shown = (names: readonly string[]): string =>
    names
      .map((one) => `${one} [${tensors.get(one)!.shape.join(', ')}]`)
      .slice(0, 8)
      .join('; ') || 'no others';
  throw new PipeError('mismatch', candidates.length === 0 ? `there is no tensor for ${name}` : `which tensor is ${name}?`, {
    expected: `[${shape.join(', ')}], named …${ending}`,
    found: shown(candidates.length === 0 ? free : candidates),
    hint: `name it: --map ${name}=${candidates[0] ?? free[0] ?? 'NAME'}`,
  });
}

function anotherShape(name: string, expected: readonly number[], found: readonly number[]): PipeError {
  return new PipeError('mismatch', `the tensor "${name}" has another shape`, {
    expected: `[${expected.join(', ')}]`,
    found: `[${found.join(', ')}]`,
    hint: 'see that the vocabulary, the labels and the layout are those of the file',
  });
}

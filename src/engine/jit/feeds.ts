/** What a run is fed: checked, and so that kernels can read it. */
import type { HostTensor, InputType, PiecedTensor, PiecedTensors } from '../ops.js';
import { piecesFit } from '../blocks.js';
import { SLACK } from './memory.js';
import { countOf, NUMBER } from './view.js';

const PAGE = 4096;

/**
 * Kernels believe what they are told: a tensor must have the type and as many numbers as it says.
 *
 * @param sizes those of the tensors before it, by name
 */
export function checkedFeed(
  name: string,
  inputs: Readonly<Record<string, InputType>>,
  feeds: PiecedTensors,
  sizes: Map<string, number>,
): HostTensor | PiecedTensor {
  const { type, shape } = inputs[name]!;
  const tensor = feeds[name];
  const sizeOf = (size: number | string, own: number): number => {
    if (typeof size === 'number') return size;
    if (!sizes.has(size)) sizes.set(size, own);
    return sizes.get(size)!;
  };
  const fits =
    tensor !== undefined &&
    ('pieces' in tensor ? type === 'float' && piecesFit(tensor) : hasType(tensor, type)) &&
    tensor.shape.length === shape.length &&
    tensor.shape.every((own, axis) => own === sizeOf(shape[axis]!, own));
  if (!fits) throw new Error(`the input ${name} is no ${type} tensor [${shape.join(', ')}]`);
  return tensor;
}

const hasType = ({ shape, data }: HostTensor, type: InputType['type']): boolean =>
  (type === 'int' ? data instanceof Int32Array : data instanceof Float32Array) && data.length === countOf(shape);

/** The numbers as they are; a copy where reading a vector behind their end could leave the memory of the process. */
export function withSlack(data: HostTensor['data'], addressOf: (array: ArrayBufferView) => number): HostTensor['data'] {
  const end = addressOf(data) + data.byteLength;
  if (Math.floor((end - 1) / PAGE) === Math.floor((end + SLACK - 1) / PAGE)) return data;
  const copy = data instanceof Float32Array ? new Float32Array(data.length + SLACK / NUMBER) : new Int32Array(data.length + SLACK / NUMBER);
  copy.set(data);
  return copy;
}

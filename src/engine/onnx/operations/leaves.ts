/** What a graph begins with, and the loop, whose nodes are written and differentiated elsewhere (`write.ts`, `gradients.ts`). */
import type { Operation } from './operation.js';

/** An operation whose values are made by `leaf`: its name and shape are given there. */
function given(name: string): Operation {
  const never = (): never => {
    throw new Error(`${name} is not applied`);
  };
  return { name, shapes: never, onnx: never };
}

export const input = given('input');
export const constant = given('constant');
/** no value of its own: the products with it are (`quantized.ts`) */
export const quantizedMatrix = given('quantizedMatrix');
export const state = given('state');
export const slice = given('slice');
export const scan = given('scan');

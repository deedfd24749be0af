/** What a graph begins with, and the loop, whose nodes are written and differentiated elsewhere (`gradients.ts`, and each engine's own way through time). */
import type { Operation } from './operation.js';

/** An operation whose values are made by `leaf`: its name and shape are given there. */
function given(name: string): Operation {
  return {
    name,
    shapes: () => {
      throw new Error(`${name} is not applied`);
    },
  };
}

export const input = given('input');
export const constant = given('constant');
/** no value of its own: the products with it are (`products.ts`) */
export const quantizedMatrix = given('quantizedMatrix');
export const state = given('state');
export const slice = given('slice');
export const scan = given('scan');

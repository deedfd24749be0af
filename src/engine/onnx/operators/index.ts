/** The list of operators: of every operation of the expression graph its nodes in ONNX. */
import { fusedLayer } from './fused-layer.js';
import type { Operators } from './operator.js';
import { picking } from './picking.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import { shaping } from './shaping.js';
import { elementwise } from './elementwise.js';

export const OPERATORS: Operators = { ...elementwise, ...reductions, ...picking, ...shaping, ...products, fusedLayer };

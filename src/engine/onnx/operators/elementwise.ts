/** Operations on each element. */
import { named, type Operators } from './operator.js';

export const elementwise = {
  sigmoid: named('Sigmoid'),
  tanh: named('Tanh'),
  exp: named('Exp'),
  log: named('Log'),
  abs: named('Abs'),
  sign: named('Sign'),
  add: named('Add'),
  subtract: named('Sub'),
  multiply: named('Mul'),
  divide: named('Div'),
  atLeast: (write, inputs) => write.node('Cast', write.node('GreaterOrEqual', inputs), { to: 1 }),
} satisfies Operators;

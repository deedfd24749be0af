#!/usr/bin/env node
'use strict';
/*
 * CommonJS, since Node reads the first ES module in a thread of libuv's, and then there are as many of them as there will be. Each run of the
 * engine `jit` keeps one busy: there are two more of these than cores, beside those that files have otherwise.
 */
const { availableParallelism } = require('node:os');
const { setFlagsFromString } = require('node:v8');

const [FOR_FILES, READY] = [4, 2];
process.env.UV_THREADPOOL_SIZE ??= String(FOR_FILES + READY + availableParallelism());

/*
 * V8 optimises a function when it has run for so long. Of a command of seconds it optimised so much that the compiler took a seventh of all
 * processor time from the engine, more than its code won. What runs for long is optimised all the same, a moment later. Versions after Node 20's
 * do not know the flag, and say so to people.
 */
if (Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--interrupt-budget=300000');

// Nothing is under way any more: what V8 holds need not be given back piece by piece, which takes a twentieth of a second.
process.once('beforeExit', (code) => process.exit(code));

void import('../dist/cli.js').then(async ({ main }) => {
  process.exitCode = await main(process.argv.slice(2));
});

#!/usr/bin/env node
'use strict';
/*
 * CommonJS, since Node reads the first ES module in a thread of libuv's, and then there are as many of them as there will be. Each run of the
 * engine `jit` keeps one busy: there are as many of these as cores, beside those that files have otherwise.
 */
const { availableParallelism } = require('node:os');

const FOR_FILES = 4;
process.env.UV_THREADPOOL_SIZE ??= String(FOR_FILES + availableParallelism());

void import('../dist/cli.js').then(async ({ main }) => {
  process.exitCode = await main(process.argv.slice(2));
});

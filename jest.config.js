/** @type {import('jest').Config} */
export default {
  testEnvironment: './test/support/environment.cjs',
  // a machine without native packages loads dictionaries by WebAssembly, and slowly
  testTimeout: 60_000,
  // most tests wait for a command that they have started: all cores are needed, not all but one
  maxWorkers: '100%',
  testMatch: ['**/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '\\.ts$': ['ts-jest', { useESM: true }] },
  collectCoverageFrom: ['src/**/*.ts'],
  // counted by the engine: counters in the code make the drawing's tests take half as long again
  coverageProvider: 'v8',
  reporters: ['default', './test/support/results.cjs'],
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
};

/** @type {import('jest').Config} */
export default {
  testEnvironment: './test/support/environment.cjs',
  testMatch: ['**/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '\\.ts$': ['ts-jest', { useESM: true }] },
  collectCoverageFrom: ['src/**/*.ts'],
  reporters: ['default', './test/support/results.cjs'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

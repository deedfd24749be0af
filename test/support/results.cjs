// Writes jest's own result counts to the file that RESULTS names, for .ci/run to add up.
const { writeFileSync } = require('node:fs');

module.exports = class {
  onRunComplete(_, { numTotalTests, numPassedTests, numFailedTests, numPendingTests }) {
    if (process.env.RESULTS)
      writeFileSync(process.env.RESULTS, JSON.stringify({ numTotalTests, numPassedTests, numFailedTests, numPendingTests }));
  }
};

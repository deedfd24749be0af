// Writes jest's own result counts, and what failed, to the file that RESULTS names, for .ci/run to add up and to tell at its end.
const { writeFileSync } = require('node:fs');
const { relative } = require('node:path');

module.exports = class {
  onRunComplete(_, { numTotalTests, numPassedTests, numFailedTests, numPendingTests, testResults }) {
    if (!process.env.RESULTS) return;
    const failures = testResults.flatMap((suite) => {
      const file = relative(process.cwd(), suite.testFilePath);
      const failed = suite.testResults.filter(({ status }) => status === 'failed');
      const told = failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}\n${failureMessages.join('\n')}`);
      return suite.testExecError ? [`${file}: ${suite.testExecError.message}`, ...told] : told;
    });
    writeFileSync(process.env.RESULTS, JSON.stringify({ numTotalTests, numPassedTests, numFailedTests, numPendingTests, failures }));
  }
};

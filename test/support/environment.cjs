// Native modules make typed arrays of the outer realm; jest's sandbox has its own. Sharing them keeps `instanceof` true.
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const shared = { ArrayBuffer, Uint8Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array };
    Object.assign(this.global, shared);
  }
};

// jest resolves modules by unrs-resolver, a native addon. Installed with `--omit=optional` its binary is not there;
// then enhanced-resolve, which is plain JavaScript and speaks the same options, takes its place.
const Module = require('node:module');

function withoutBinary() {
  try {
    require('unrs-resolver');
    return false;
  } catch {
    return true;
  }
}

if (withoutBinary()) {
  const { CachedInputFileSystem, ResolverFactory: Enhanced } = require('enhanced-resolve');
  const fileSystem = new CachedInputFileSystem(require('node:fs'), 4000);
  class ResolverFactory {
    constructor(options = {}) {
      this.options = options;
      this.resolver = Enhanced.createResolver({ ...options, fileSystem, useSyncFileSystemCalls: true });
    }
    cloneWithOptions(options) {
      return new ResolverFactory(options);
    }
    sync(directory, request) {
      try {
        return { path: this.resolver.resolveSync({}, directory, request) || undefined };
      } catch (error) {
        return { error: error.message };
      }
    }
    async async(directory, request) {
      return this.sync(directory, request);
    }
    clearCache() {
      fileSystem.purge();
    }
  }
  const name = require.resolve('unrs-resolver');
  const stand = new Module(name);
  stand.exports = { ResolverFactory, default: undefined };
  stand.loaded = true;
  require.cache[name] = stand;
}

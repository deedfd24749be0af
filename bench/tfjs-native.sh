#!/usr/bin/env bash
# Completes @tensorflow/tfjs-node with its native library, which its own install script cannot download where its store
# is out of reach (tensorflow/tfjs#8742): the TensorFlow wheel of PyPI holds the same library. Linux; needs a compiler.
# usage: npm run tfjs-native          (TENSORFLOW=folder of an unpacked wheel's tensorflow/ saves the download)
set -euo pipefail
cd "$(dirname "$0")/.."
addon=$PWD/node_modules/@tensorflow/tfjs-node
[ -d "$addon" ] || { echo 'tfjs-native: @tensorflow/tfjs-node is not installed (it is optional): npm ci' >&2; exit 66; }
if [ -z "${TENSORFLOW:-}" ]; then
  wheel=$(mktemp -d)
  trap 'rm -rf "$wheel"' EXIT
  python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$wheel" tensorflow-cpu==2.21.0
  python3 -m zipfile -e "$wheel"/*.whl "$wheel/unpacked"
  TENSORFLOW=$wheel/unpacked/tensorflow
fi
mkdir -p "$addon/deps/lib"
cp -r "$TENSORFLOW/include" "$addon/deps/"
cp "$TENSORFLOW"/libtensorflow_{cc,framework}.so.2 "$addon/deps/lib/"
ln -sf libtensorflow_cc.so.2 "$addon/deps/lib/libtensorflow.so.2"
for name in libtensorflow libtensorflow_framework; do ln -sf "$name.so.2" "$addon/deps/lib/$name.so"; done
cd "$addon"
npx --yes node-gyp rebuild --module_name=tfjs_binding --module_path="$PWD/lib/napi-v8" --napi_build_version=8
echo "tfjs-native: built; check with: npx rnn-pipe doctor"

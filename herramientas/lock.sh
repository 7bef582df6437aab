#!/bin/sh
# Write both lock files anew from pyproject.toml, with the tool in an environment that is thrown away.
set -eu
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv --without-pip "$tmp/venv"
.venv/bin/python -m pip --python "$tmp/venv/bin/python" install -q --disable-pip-version-check pip-tools
compilar() {
    "$tmp/venv/bin/python" -m piptools compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links \
        --no-emit-trusted-host --allow-unsafe --no-header "$@" pyproject.toml
}
compilar -o requirements.lock
compilar --extra dev --extra pkcs11 -c requirements.lock -o requirements-dev.lock
echo "• requirements.lock y requirements-dev.lock están al día con pyproject.toml."

#!/bin/sh
# Look for known vulnerabilities in requirements.lock, with pip-audit in an environment that is thrown away. Ends with 1
# when there is one; where its service cannot be reached it says so, aloud, and ends with 0.
set -eu
cd "$(dirname "$0")/.."
servicio=https://api.osv.dev/v1/query
no_se_pudo() {
    echo "⚠ NO SE AUDITARON LAS DEPENDENCIAS: $1. Repita «make auditar» donde haya salida a internet." >&2
    exit 0
}
python3 -c "import sys, urllib.request as u; u.urlopen(sys.argv[1], b'{\"package\": {\"name\": \"django\", \"ecosystem\": \"PyPI\"}, \"version\": \"5.2\"}', 15)" \
    "$servicio" 2>/dev/null || no_se_pudo "no se llega a $servicio"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv --without-pip "$tmp/venv"
.venv/bin/python -m pip --python "$tmp/venv/bin/python" install -q --disable-pip-version-check pip-audit ||
    no_se_pudo "no se pudo instalar pip-audit"
"$tmp/venv/bin/python" -m pip_audit --vulnerability-service osv --require-hashes --disable-pip -r requirements.lock \
    -f markdown -o "$tmp/hallado.md" || fallo=$?
cat "$tmp/hallado.md" 2>/dev/null || [ -z "${fallo:-}" ] || no_se_pudo "pip-audit no terminó"
exit "${fallo:-0}"

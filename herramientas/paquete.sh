#!/bin/sh
# Make the folder that is carried to the servers: the program as a wheel, the locked wheels that it needs (checked by
# hash) and what installs them. Needs the network only for wheels that the folder does not have yet.
# Uso: herramientas/paquete.sh [CARPETA]      (si no se dice, salida/paquete)
set -eu
carpeta=${1:-}
[ -z "$carpeta" ] || { mkdir -p "$carpeta"; carpeta=$(cd "$carpeta" && pwd -P); }
cd "$(dirname "$0")/.."
py=${PREP_PYTHON:-$PWD/.venv/bin/python}
carpeta=${carpeta:-$PWD/salida/paquete}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

decir() { printf '• %s\n' "$*"; }
morir() { printf '\n✗ %s\n' "$*" >&2; exit 1; }

# From the tracked files alone: nothing that happens to lie in a working folder goes to a server.
decir "Construyendo la rueda…"
mkdir -p "$carpeta/ruedas" "$tmp/fuente" "$tmp/rueda"
git ls-files -z | tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "$tmp/fuente"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
(cd "$tmp/fuente" && "$py" -c 'import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])' \
    "$tmp/rueda") >"$tmp/dicho" 2>&1 || { cat "$tmp/dicho" >&2; morir "La rueda no se pudo construir; arriba está el motivo."; }
rm -f "$carpeta"/prep_abierto-*.whl
cp "$tmp"/rueda/*.whl "$carpeta/"
cp requirements.lock TERCEROS.txt LICENSE "$carpeta/"
rm -rf "$carpeta/despliegue"
cp -R "$tmp/fuente/despliegue" "$carpeta/"

if [ "${SOLO_RUEDA:-}" != 1 ]; then
    decir "Reuniendo las dependencias fijadas ($(grep -c '^[a-z0-9].*==' requirements.lock))…"
    reunir() {
        "$py" -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
            -r requirements.lock -d "$carpeta/ruedas" "$@"
    }
    reunir --no-index --find-links "$carpeta/ruedas" >/dev/null 2>&1 || reunir ||
        morir "Faltan ruedas y no se pudieron bajar. Repita la orden donde haya red; las que ya están no se bajan otra vez."
fi
(cd "$carpeta" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs -d '\n' sha256sum >"$tmp/sumas")
mv "$tmp/sumas" "$carpeta/SHA256SUMS"
decir "Listo: $carpeta ($(du -sh "$carpeta" | cut -f1)). Llévelo a cada servidor y ahí: sh despliegue/instalar.sh"

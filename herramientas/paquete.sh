#!/bin/sh
# Make the folder that is carried to the servers and, in a USB stick, to the nodes: the program as a wheel, the locked
# wheels that it needs (checked by hash), Debian's own packages that a bare Debian 12 lacks, and what installs them. Needs
# the network only for what the folder does not have yet.
# Uso: [CENTRO=URL[,URL]] [AUTORIDAD=CRT] herramientas/paquete.sh [CARPETA]      (si no se dice, salida/paquete)
# CENTRO: where the nodes deliver. AUTORIDAD: certificate of the local authority by which they know it, if there is one.
set -eu
carpeta=${1:-}
[ -z "${AUTORIDAD:-}" ] || AUTORIDAD=$(realpath -e "$AUTORIDAD")
[ -z "$carpeta" ] || { mkdir -p "$carpeta"; carpeta=$(cd "$carpeta" && pwd -P); }
cd "$(dirname "$0")/.."
py=${PREP_PYTHON:-$PWD/.venv/bin/python}
carpeta=${carpeta:-$PWD/salida/paquete}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

decir() { printf '• %s\n' "$*"; }
morir() { printf '\n✗ %s\n' "$*" >&2; exit 1; }

# Debian's packages as a repository of files, with all that they ask for whatever the machine has: from Debian and nobody
# else, at their versions of today. Beside them, what a desktop has of the same sources and goes up only with them.
DE_DEBIAN="postgresql-15 nginx-light openssl python3-venv iproute2 libpython3.11 libc-l10n locales"
apt() {
    apt-get -qq -o Acquire::Retries=2 -o Acquire::ForceHash=SHA256 -o APT::Sandbox::User= -o APT::Install-Recommends=false \
        -o Dir::State="$tmp/apt" -o Dir::State::status=/dev/null -o Dir::Cache="$tmp/apt" -o Dir::Cache::archives="$carpeta/debian" \
        -o Dir::Etc::preferences="$tmp/apt/preferencias" -o Dir::Etc::preferencesparts=/dev/null "$@"
}
reunir_de_debian() {
    [ "$(. /etc/os-release && echo "$ID $VERSION_ID")" = "debian 12" ] || { echo "Este equipo no es un Debian 12." >&2; return 1; }
    mkdir -p "$carpeta/debian/partial" "$tmp/apt/lists/partial"
    printf 'Package: *\nPin: release o=Debian\nPin-Priority: 990\n' >"$tmp/apt/preferencias"
    # shellcheck disable=SC2086
    { apt update && apt -o Dir::Cache::archives="$tmp/apt" install -y --print-uris $DE_DEBIAN >"$tmp/uris" &&
        apt install -y --download-only $DE_DEBIAN >/dev/null; } || return 1
    rm -rf "$carpeta/debian/partial" "$carpeta/debian/lock"
    sed -n "s/^'[^']*' \([^ ]*\) [0-9]* SHA256:\([0-9a-f]*\)$/\2  \1/p" "$tmp/uris" >"$tmp/debs"
    cd "$carpeta/debian" && sha256sum --quiet -c "$tmp/debs" || return 1
    for deb in *.deb; do grep -qF "  $deb" "$tmp/debs" || rm "$deb"; done
    for deb in *.deb; do
        dpkg-deb -f "$deb"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum <"$deb" | cut -d' ' -f1)"
    done >Packages
}

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
    decir "Reuniendo los paquetes de Debian…"
    (reunir_de_debian) 2>"$tmp/dicho" || {
        tail -5 "$tmp/dicho" >&2
        [ -f "$carpeta/debian/Packages" ] ||
            morir "Los paquetes de Debian no se pudieron reunir; arriba está el motivo. Repita la orden en un Debian 12 con red."
        decir "Se quedan los paquetes de Debian que ya estaban en la carpeta."
    }
    (cd "$carpeta/debian" && awk '/^Filename: / { f = $2 } /^SHA256: / { print $2 "  " f }' Packages | sha256sum --quiet -c) ||
        morir "Un paquete de Debian se dañó: borre $carpeta/debian y repita la orden donde haya red."
fi
printf 'ARQUITECTURA=%s\nFECHA=%s\nCENTRO=%s\n' "$(dpkg --print-architecture)" "$SOURCE_DATE_EPOCH" "${CENTRO:-}" \
    >"$carpeta/paquete.conf"
rm -f "$carpeta/centro.crt"
[ -z "${AUTORIDAD:-}" ] || cp "$AUTORIDAD" "$carpeta/centro.crt"
cd "$carpeta"
find . -type f ! -name SHA256SUMS ! -path './nodos/*' | LC_ALL=C sort | xargs -d '\n' sha256sum >"$tmp/sumas"
mv "$tmp/sumas" SHA256SUMS
decir "Listo: $carpeta ($(du -sh . | cut -f1)). Llévelo a cada servidor o, en una USB, a cada nodo: sh despliegue/instalar.sh"
decir "Huella, que va por otro medio (impresa o por teléfono). Es lo que ahí debe decir «sha256sum SHA256SUMS»:"
sha256sum <SHA256SUMS | cut -c1-64 | sed 's/.\{8\}/ &/g'

#!/bin/sh
# Make .venv: locked packages, checked by hash, and the `prep` command. Quick when it is already up to date.
# Needs python3 (3.11 or newer); where python3-venv is missing, it takes pip from Debian's own package. No root needed.
set -eu
cd "$(dirname "$0")/.."
raiz=$(pwd -P)

decir() { printf '• %s\n' "$*"; }
morir() { printf '\n✗ %s\n' "$*" >&2; exit 1; }

command -v python3 >/dev/null || morir "Falta python3 (3.11 o más nuevo). En Debian: apt-get install python3"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    morir "Se necesita Python 3.11 o más nuevo y aquí hay $(python3 -V)."

# One at a time: two terminals may ask at once.
exec 9<"$0"
if command -v flock >/dev/null; then flock 9; fi

sello=$({ python3 -VV; printf '%s\n' "$raiz"; cat requirements-dev.lock herramientas/entorno.sh; } | sha256sum)
if [ "$(cat .venv/sello 2>/dev/null || true)" = "$sello" ]; then exit 0; fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# Debian's pip as a wheel, without installing anything in the system. The package lists may be absent, and we may not be root.
pip_de_debian() {
    command -v apt-get >/dev/null ||
        morir "A este Python le falta «ensurepip». Instale el paquete venv de Python de su sistema y vuelva a intentar."
    apt="apt-get -qq -o APT::Sandbox::User= -o Acquire::Retries=2"
    if ! (cd "$tmp" && $apt download python3-pip-whl) >"$tmp/apt.log" 2>&1; then
        mkdir -p "$tmp/estado/lists/partial" "$tmp/cache/archives/partial"
        apt="$apt -o Dir::State=$tmp/estado -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache=$tmp/cache"
        (cd "$tmp" && $apt update && $apt download python3-pip-whl) >>"$tmp/apt.log" 2>&1 || {
            cat "$tmp/apt.log" >&2
            morir "No se pudo bajar pip de los repositorios de Debian. Revise la conexión, o instale python3-venv (como root: apt-get install python3-venv), y repita la orden."
        }
    fi
    dpkg-deb -x "$tmp"/python3-pip-whl_*.deb "$tmp/deb"
}

decir "Preparando .venv con $(python3 -V)…"
rm -rf .venv
if python3 -c 'import ensurepip' 2>/dev/null; then
    python3 -m venv .venv
else
    decir "Este sistema no tiene python3-venv: se toma pip del paquete de Debian."
    pip_de_debian
    python3 -m venv --without-pip .venv
    rueda=$(echo "$tmp"/deb/usr/share/python-wheels/pip-*.whl)
    .venv/bin/python "$rueda/pip" install -q --no-index "$rueda"
fi

decir "Instalando $(grep -c '^[a-z0-9].*==' requirements-dev.lock) paquetes con sus huellas comprobadas (uno a tres minutos la primera vez)…"
.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
    -r requirements-dev.lock ||
    morir "No se pudieron instalar los paquetes. Si arriba se habla de conexión, revise la red y repita la orden; lo ya bajado no se vuelve a bajar."

# The project itself: its sources on the path, what it says of itself and one command. No build, no network, any folder.
.venv/bin/python - "$raiz" <<'FIN'
import pathlib, sys, sysconfig, tomllib

raiz, paquetes = pathlib.Path(sys.argv[1]), pathlib.Path(sysconfig.get_path("purelib"))
proyecto = tomllib.loads((raiz / "pyproject.toml").read_text())["project"]
(paquetes / "prep_abierto.pth").write_text(f"{raiz}/src\n")
dicho = paquetes / f"prep_abierto-{proyecto['version']}.dist-info"
dicho.mkdir()
datos = ["Metadata-Version: 2.1", f"Name: {proyecto['name']}", f"Version: {proyecto['version']}"]
(dicho / "METADATA").write_text("\n".join(datos + [f"Requires-Dist: {d}" for d in proyecto["dependencies"]]) + "\n")
FIN
cat >.venv/bin/prep <<'FIN'
#!/bin/sh
exec "$(dirname -- "$(readlink -f -- "$0")")/python" -m prep "$@"
FIN
chmod +x .venv/bin/prep
.venv/bin/prep --help >/dev/null || morir "El entorno se instaló pero «prep» no corre; arriba está el motivo."

printf '%s\n' "$sello" >.venv/sello
decir "Listo: .venv/bin/prep"

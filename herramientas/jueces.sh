#!/bin/sh
# The outside programs that some tests use as judges. Root installs what is missing; otherwise it says which tests will skip.
# Never fails: a test whose judge is absent skips, saying so.
set -u

faltan=
pedir() { # pedir PACKAGE FILE-OR-COMMAND
    command -v "$2" >/dev/null 2>&1 || [ -e "$2" ] || faltan="$faltan $1"
}
revisar() {
    faltan=
    pedir chromium chromium
    pedir chromium-headless-shell chromium-headless-shell
    pedir firefox-esr firefox-esr
    pedir golang-go go
    pedir golang-golang-x-mod-dev /usr/share/gocode/src/golang.org/x/mod
    pedir nginx-light /usr/sbin/nginx
    pedir wrk wrk
    pedir softhsm2 softhsm2-util
    pedir opensc pkcs11-tool
    pedir mmdebstrap mmdebstrap
    pedir systemd-container systemd-nspawn
    pedir openssl openssl
    pedir poppler-utils pdftotext
    pedir postgresql-15 pg_createcluster
    pedir systemd systemd-analyze
    pedir iproute2 ip
    pedir curl curl
}

revisar
if [ -n "$faltan" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "• Instalando los programas con que se comprueban las pruebas:$faltan"
    export DEBIAN_FRONTEND=noninteractive
    registro=$(mktemp)
    instalar() {
        apt-get -qq -o Acquire::Retries=2 -o Acquire::http::Timeout=30 install -y --no-install-recommends $faltan >>"$registro" 2>&1
    }
    instalar || { apt-get -qq -o Acquire::Retries=2 -o Acquire::http::Timeout=30 update >>"$registro" 2>&1 && instalar; } || tail -5 "$registro"
    rm -f "$registro"
    revisar
fi
if [ -n "$faltan" ]; then
    echo "• Se omitirán las pruebas que necesitan:$faltan"
    echo "  (para correrlas, como root: apt-get install$faltan)"
fi
exit 0

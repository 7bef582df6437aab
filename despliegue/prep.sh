#!/bin/sh
# `prep …` as whoever administers this machine types it: the program's user, with the environment of its units.
set -eu
[ "$(id -u)" = 0 ] || { printf '✗ Ejecute esta orden como root: sudo prep %s\n' "$*" >&2; exit 1; }
for archivo in /etc/prep/prep.env /etc/prep/sede.env /etc/prep/secretos.env; do
    [ -f "$archivo" ] || continue
    while IFS= read -r renglon; do
        case $renglon in [A-Z]*=*) export "$renglon" ;; esac
    done <"$archivo"
done
export HOME=/var/lib/prep
exec runuser -u prep -- /opt/prep/actual/bin/prep "$@"

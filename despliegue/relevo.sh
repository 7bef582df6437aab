#!/bin/sh
# Which of the two databases is written, and whether what it acknowledges is on both.
#
#   relevo.sh estado          what this one is, and how the other one goes
#   relevo.sh acompanado      at the principal: from now on nothing is acknowledged before it is on the disk of both
#   relevo.sh solo            at the principal: go on without the other one (what is acknowledged is on one disk)
#   relevo.sh promover [--solo-base]   at the standby, when the principal is lost: this one goes on. With --solo-base only
#                             the database, when the program of the other server is well
set -eu
aqui=$(cd "$(dirname "$0")" && pwd -P)
. "$aqui/comun.sh"

sincrona() { # sincrona NOMBRE: for whom a commit waits; '' for nobody
    sql "ALTER SYSTEM SET synchronous_standby_names = '$1'"
    sql 'SELECT pg_reload_conf()' >/dev/null
}

estado() {
    base_responde || morir "La base de este servidor no responde: «systemctl start postgresql@15-prep»."
    if es_reserva; then
        decir "Reserva. Sigue al principal: $(sql "SELECT coalesce((SELECT status || ', hasta ' || flushed_lsn FROM pg_stat_wal_receiver), 'NO, se perdió el enlace; llegó hasta ' || pg_last_wal_receive_lsn())")"
    else
        decir "Principal. Espera a: $(sql "SELECT coalesce(nullif(current_setting('synchronous_standby_names'), ''), 'nadie')")"
        sql "SELECT '  ' || application_name || ' ' || client_addr || ': ' || state || ', ' || sync_state || ', le faltan ' || pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn) || ' bytes' FROM pg_stat_replication"
    fi
}

acompanado() {
    ! es_reserva || morir "Esta base es la reserva: dé la orden en el principal."
    [ -n "$(sql "SELECT 1 FROM pg_stat_replication WHERE application_name = 'reserva' AND state = 'streaming'")" ] ||
        morir "La reserva no está al corriente: instálela (instalar.sh reserva) o espere. Con esta orden ahora, todos esperarían."
    sincrona reserva
    hasta=$(($(date +%s) + 20))
    until [ "$(sql "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")" = 1 ]; do
        [ "$(date +%s)" -lt "$hasta" ] || { sincrona ''; morir "La reserva no quedó síncrona: se sigue sin ella."; }
        sleep 0.1
    done
    decir "Desde ahora nada tiene acuse antes de estar en los dos discos."
}

solo() {
    ! es_reserva || morir "Esta base es la reserva: dé la orden en el principal."
    sincrona ''
    decir "Se sigue sin la reserva: si este disco se pierde, se pierde lo que llegue desde ahora. Repárela pronto y dé «relevo.sh acompanado»."
}

promover() {
    base_responde || morir "La base de este servidor no responde: arránquela primero (systemctl start postgresql@15-prep)."
    es_reserva || morir "Esta base ya es la principal."
    if pg_isready -q -h "$OTRO" -p 5432 -t 3; then
        morir "La base de $OTRO contesta: dos principales escribirían dos noches. Apáguela ahí (systemctl stop postgresql@15-prep) o apague esa máquina, y repita la orden."
    fi
    desde=$(date +%s%N)
    sincrona ''
    sql 'SELECT pg_promote(true, 60)' | grep -q t || morir "PostgreSQL no se promovió: vea /var/log/postgresql/postgresql-15-prep.log."
    decir "Esta base ya es la principal ($(( ($(date +%s%N) - desde) / 1000000 )) ms)."
    if [ "${1:-}" != --solo-base ]; then
        systemctl enable --now prep.target
        if [ -s "$ALMACEN/publicacion/ultimo.json" ]; then systemctl enable --now prep-noche.target; fi
        decir "El programa arranca aquí. Lleve a este servidor los nombres $PORTAL y $ESCRITORIOS (DNS o la CDN)."
    fi
    decir "Se sigue sin reserva. Cuando $OTRO vuelva: «instalar.sh entregar» aquí, «instalar.sh reserva ARCHIVO --rehacer» allá, y «relevo.sh acompanado» aquí."
}

exigir_root
leer_conf
[ -n "$OTRO" ] || [ "${1:-}" = estado ] || morir "En $CONF no está la dirección del otro servidor (OTRO)."
case ${1:-} in
    estado) estado ;;
    acompanado) acompanado ;;
    solo) solo ;;
    promover) promover "${2:-}" ;;
    *) morir "Uso: relevo.sh estado | acompanado | solo | promover [--solo-base]" ;;
esac

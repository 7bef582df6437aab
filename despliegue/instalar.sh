#!/bin/sh
# Puts PREP Abierto on this machine, a Debian 12, or brings it up to date. Given again, it changes nothing and says so.
#
#   sh despliegue/instalar.sh principal           the server whose database is written
#   sh despliegue/instalar.sh entregar ARCHIVO    at the principal: what the other one needs of it. Secrets: carry it by hand
#   sh despliegue/instalar.sh reserva ARCHIVO     the other server, which follows it
#   sh despliegue/instalar.sh nodo NOMBRE [HUELLA]    a laptop of a CATD, from a USB stick: makes its key and what it asks of the
#                                                 centre; then, with what the centre answered beside, makes it that node
#
# Servers read /etc/prep/instalar.conf. Everything comes from the folder that `make paquete` made, and nothing from a network.
set -eu
aqui=$(cd "$(dirname "$0")" && pwd -P)
paquete=$(dirname "$aqui")
. "$aqui/comun.sh"

paquetes_de_debian() {
    faltan=''
    for par in postgresql-15:/usr/lib/postgresql/15/bin/postgres nginx-light:/usr/sbin/nginx openssl:/usr/bin/openssl \
        python3-venv:/usr/lib/python3.11/ensurepip/__init__.py iproute2:/usr/bin/ip; do
        [ -e "${par#*:}" ] || faltan="$faltan ${par%%:*}"
    done
    [ -n "$faltan" ] || return 0
    caben /var 3
    decir "Instalando de Debian:$faltan"
    install -d /etc/postgresql-common
    grep -qs '^create_main_cluster = false' /etc/postgresql-common/createcluster.conf ||
        echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
    ln -s "$paquete/debian" "$tmp/debian"  # each file is in SHA256SUMS: that is what it is trusted for
    echo "deb [trusted=yes] file:$tmp/debian ./" >"$tmp/fuentes.list"
    install -d "$tmp/listas/partial"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { de_la_carpeta update && de_la_carpeta install -y --no-install-recommends --no-remove $faltan; } >"$tmp/dicho" 2>&1 || {
        tail -5 "$tmp/dicho" >&2
        morir "No se pudo instalar:$faltan. Si lo de este equipo es más nuevo que lo de la carpeta, haga «make paquete» otra vez."
    }
    cambio "Instalado de Debian:$faltan"
}
de_la_carpeta() {
    apt-get -qq -o Dir::Etc::SourceList="$tmp/fuentes.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$tmp/listas" \
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root -o DPkg::Lock::Timeout=120 "$@"
}

usuario_y_carpetas() {
    if ! getent passwd prep >/dev/null; then
        useradd --system --uid 842 --user-group --home-dir "$DATOS" --shell /usr/sbin/nologin prep
        cambio "Usuario prep"
    fi
    [ "$(id -u prep)" = 842 ] || morir "El usuario prep tiene el número $(id -u prep): debe ser 842, el mismo en los dos servidores."
    carpeta /etc/prep 755 root:root
    carpeta /etc/prep/tls 755 root:root
    carpeta "$DATOS" 750 prep:prep
    carpeta "$DATOS/llaves" 700 prep:prep
    printf 'd /run/prep 0700 prep prep -\n' >"$tmp/memoria"  # where what two people keep is left open: gone when it is off
    poner "$tmp/memoria" /etc/tmpfiles.d/prep.conf 644 root:root || :
    carpeta /run/prep 700 prep:prep
    carpeta "$ALMACEN" 755 prep:prep
    carpeta "$ALMACEN/publicacion" 755 prep:prep
    carpeta "$ALMACEN/evidencia" 700 prep:prep
    case $RESPALDOS in /*) carpeta "$RESPALDOS" 700 prep:prep ;; esac
    for que in publicacion evidencia; do  # one store for both servers; the program finds it where it always is
        [ "$(readlink "$DATOS/$que" || :)" = "$ALMACEN/$que" ] || {
            ln -sT "$ALMACEN/$que" "$DATOS/$que" || morir "$DATOS/$que ya existe: pase lo que tiene a $ALMACEN/$que y quítela."
            cambio "Enlace: $DATOS/$que"
        }
    done
}

# A folder for each version, whole before it is used. `programa`: the one of this package.
version_nueva() {
    rueda=$(echo "$paquete"/prep_abierto-*.whl)
    version=$(basename "$rueda" | cut -d- -f2)-$(sha256sum <"$paquete/SHA256SUMS" | cut -c1-12)
    programa=/opt/prep/versiones/$version
    [ ! -f "$programa/completa" ] || return 0
    caben /opt 2
    decir "Instalando la versión $version…"
    rm -rf "$programa"
    install -d -m 755 /opt/prep /opt/prep/versiones
    /usr/bin/python3 -m venv "$programa"
    pip() { "$programa/bin/python" -m pip install -q --disable-pip-version-check --no-index --no-deps "$@"; }
    pip --find-links "$paquete/ruedas" --require-hashes -r "$paquete/requirements.lock" && pip "$rueda" ||
        morir "No se pudo instalar el programa; arriba está el motivo. Lo que estaba sigue como estaba."
    cp -R "$aqui" "$programa/despliegue"
    cp "$paquete/TERCEROS.txt" "$paquete/LICENSE" "$programa/"
    touch "$programa/completa"
    cambio "Versión $version en $programa"
}
poner_version() {
    [ "$(readlink /opt/prep/actual || :)" != "versiones/$version" ] || return 1
    ln -sfnT "versiones/$version" /opt/prep/actual.nuevo
    mv -T /opt/prep/actual.nuevo /opt/prep/actual
    cambio "Versión en uso: $version"
}

# The authority of the local network: its key stays in the principal; keep it apart once both servers have theirs.
certificado() { # certificado ARCHIVO NOMBRES-O-DIRECCIONES (subjectAltName)
    [ ! -s "$1.crt" ] || return 0
    [ -s /etc/prep/tls/autoridad.key ] || morir "Falta $1.crt, y aquí no está la llave de la autoridad local para hacerlo."
    openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/llave"
    openssl req -new -key "$tmp/llave" -subj "/CN=PREP $(basename "$1")" -out "$tmp/peticion"
    printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=%s\n' \
        "$2" >"$tmp/extensiones"
    openssl x509 -req -in "$tmp/peticion" -CA /etc/prep/tls/autoridad.crt -CAkey /etc/prep/tls/autoridad.key \
        -set_serial "0x$(openssl rand -hex 16)" -days 397 -sha256 -extfile "$tmp/extensiones" -out "$tmp/crt" 2>/dev/null
    cat /etc/prep/tls/autoridad.crt >>"$tmp/crt"
    poner "$tmp/llave" "$1.key" 640 root:ssl-cert
    poner "$tmp/crt" "$1.crt" 644 root:root
}
autoridad_local() {
    if [ ! -s /etc/prep/tls/autoridad.crt ]; then
        openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/llave"
        openssl req -x509 -new -key "$tmp/llave" -subj "/CN=Autoridad local del PREP" -days 1000 -sha256 -out "$tmp/crt" \
            -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign
        poner "$tmp/llave" /etc/prep/tls/autoridad.key 600 root:root
        poner "$tmp/crt" /etc/prep/tls/autoridad.crt 644 root:root
    fi
    certificado /etc/prep/tls/servidor "IP:$ESTE"
    certificado /etc/prep/tls/sitio "DNS:$PORTAL,$(nombres_de_escritorios)"
}

nombres_de_escritorios() { # as a certificate says them
    for nombre in $(echo "$ESCRITORIOS" | tr , ' '); do if es_direccion "$nombre"; then echo "IP:$nombre"; else echo "DNS:$nombre"; fi; done | paste -sd,
}

cluster() {  # the same configuration in both; true if the server must be started again
    if [ ! -d "$CLUSTER_CONF" ]; then
        ocupado=$(pg_lsclusters -h | awk '$3 == 5432 {print $1 "/" $2}')
        [ -z "$ocupado" ] || morir "El puerto 5432 es de otra base de datos ($ocupado): quítela (pg_dropcluster) o cámbiele el puerto."
        echo "add_include_dir = 'conf.d'" >"$tmp/createcluster.conf"  # whatever the machine's own says
        pg_createcluster --createclusterconf "$tmp/createcluster.conf" -p 5432 --start-conf auto 15 prep -- --encoding UTF8 --locale=C --lc-ctype=C.UTF-8 \
            --data-checksums >"$tmp/dicho" 2>&1 || { cat "$tmp/dicho" >&2; morir "No se pudo crear la base de datos."; }
        cambio "Base de datos: $CLUSTER_DATOS"
    fi
    arrancar=1
    secreto /etc/prep/replica.clave postgres:postgres
    sed "s/@ESTE@/$ESTE/g" "$aqui/postgresql/prep.conf" >"$tmp/conf"
    poner "$tmp/conf" "$CLUSTER_CONF/conf.d/prep.conf" 644 postgres:postgres && arrancar=0
    if [ -n "$OTRO" ]; then  # of whom it is the standby, when it is one: the principal does not read it
        printf "%s:5432:*:prep_replica:%s\n" "$OTRO" "$(cat /etc/prep/replica.clave)" >"$tmp/pase"
        poner "$tmp/pase" /etc/prep/replica.pgpass 600 postgres:postgres && arrancar=0
        printf "primary_conninfo = '%s'\n" "$(conexion_de_replica)" >"$tmp/conf"
        poner "$tmp/conf" "$CLUSTER_CONF/conf.d/enlace.conf" 640 postgres:postgres && arrancar=0
        sed "s/@ESTE@/$ESTE/g; s/@OTRO@/$OTRO/g" "$aqui/postgresql/pg_hba.conf" >"$tmp/hba"
    else
        sed "/@OTRO@/d; s/@ESTE@/$ESTE/g" "$aqui/postgresql/pg_hba.conf" >"$tmp/hba"
    fi
    if poner "$tmp/hba" "$CLUSTER_CONF/pg_hba.conf" 640 postgres:postgres && base_responde; then systemctl reload postgresql@15-prep; fi
    return $arrancar
}
conexion_de_replica() {
    printf 'host=%s port=5432 user=prep_replica passfile=/etc/prep/replica.pgpass sslmode=verify-full sslrootcert=/etc/prep/tls/autoridad.crt application_name=reserva connect_timeout=3' "$OTRO"
}

# The address of the database for the program: whichever of the two is written.
direccion_de_la_base() { # direccion_de_la_base ROL CLAVE
    host=$ESTE port=5432
    if [ -n "$OTRO" ]; then host=$ESTE,$OTRO port=5432,5432; fi
    printf 'postgresql://%s:%s@/prep?host=%s&port=%s&target_session_attrs=read-write&sslmode=verify-full&sslrootcert=/etc/prep/tls/autoridad.crt&connect_timeout=3&keepalives_idle=5&keepalives_interval=2&keepalives_count=3&tcp_user_timeout=8000\n' \
        "$1" "$2" "$host" "$port"
}
base_principal() {
    if cluster && base_responde; then systemctl restart postgresql@15-prep; fi
    base_responde || systemctl start postgresql@15-prep
    base_responde || morir "PostgreSQL no arrancó: vea /var/log/postgresql/postgresql-15-prep.log."
    ! es_reserva || morir "La base de este servidor es la reserva: hágala principal con «relevo.sh promover»."
    secreto /etc/prep/duena.clave root:root
    direccion_de_la_base prep "$(cat /etc/prep/duena.clave)" >"$tmp/url"
    poner "$tmp/url" /etc/prep/duena.url 600 root:root || :
    for par in "prep CREATEROLE /etc/prep/duena.clave" "prep_replica REPLICATION /etc/prep/replica.clave"; do
        # shellcheck disable=SC2086
        set -- $par
        [ -z "$(sql "SELECT 1 FROM pg_roles WHERE rolname = '$1'")" ] || continue
        printf "CREATE ROLE %s LOGIN %s PASSWORD '%s';" "$1" "$2" "$(cat "$3")" |
            como_postgres psql -X -q -p 5432 -v ON_ERROR_STOP=1
        cambio "Rol de la base: $1"
    done
    if [ -z "$(sql "SELECT 1 FROM pg_database WHERE datname = 'prep'")" ]; then
        como_postgres createdb -p 5432 -O prep -T template0 prep
        cambio "Base prep"
    fi
    # Tables, and who may do what with them: with the new version, before it answers anybody.
    if [ "$(cat /etc/prep/roles.version 2>/dev/null || :)" != "$version $ESTE $OTRO" ]; then
        prep postgres roles >"$tmp/dicho" 2>&1 || { cat "$tmp/dicho" >&2; morir "No se pudieron poner al día las tablas; arriba está el motivo."; }
        cambio "Tablas y permisos de la versión $version"
    fi
    printf '%s\n' "$version $ESTE $OTRO" >/etc/prep/roles.version
}

entornos() {
    procesos=$(($(nproc) / 2))  # of each of the two; the database has 64 connections for them, eight a process
    [ "$procesos" -ge 1 ] || procesos=1
    [ "$procesos" -le 4 ] || procesos=4
    cat >"$tmp/entorno" <<F
PREP_DATOS_DIR=$DATOS
PREP_HOSTS=$ESCRITORIOS
PREP_PROXIES=127.0.0.1
PROCESOS=$procesos
RESPALDOS=$RESPALDOS
FIRMA=$FIRMA
SELLOS=$SELLOS
F
    poner "$tmp/entorno" /etc/prep/prep.env 640 root:prep && reinicio=1
    for rol in web sede; do
        archivo=$DATOS/llaves/base-prep_$rol.url
        [ -s "$archivo" ] || morir "Falta $archivo, con la dirección de la base: ¿existía el rol prep_$rol desde antes?"
        clave=$(sed -E 's|^[^:]+://[^:]+:([^@]+)@.*|\1|' "$archivo")
        printf 'DATABASE_URL=%s\n' "$(direccion_de_la_base "prep_$rol" "$clave")" >"$tmp/entorno"
        poner "$tmp/entorno" "/etc/prep/$rol.env" 640 root:prep && reinicio=1
    done
    return 0
}

unidades() {
    nuevas=''
    poner "$aqui/prep.sh" /usr/local/sbin/prep 755 root:root || :
    for archivo in "$aqui"/systemd/*.* "$aqui"/systemd/prep-.service.d/*; do
        [ -f "$archivo" ] || continue
        if poner "$archivo" "/etc/systemd/system/${archivo#"$aqui"/systemd/}" 644 root:root; then nuevas=1 reinicio=1; fi
    done
    printf '[Service]\nIPAddressAllow=%s\n' "$ESTE${OTRO:+ $OTRO}" >"$tmp/red"  # where the database is
    for unidad in prep-servir@ prep-lectura; do
        carpeta "/etc/systemd/system/$unidad.service.d" 755 root:root
        if poner "$tmp/red" "/etc/systemd/system/$unidad.service.d/red.conf" 644 root:root; then nuevas=1 reinicio=1; fi
    done
    [ -z "$nuevas" ] || systemctl daemon-reload
}

web() {
    nueva=''
    # shellcheck disable=SC2144
    for archivo in "$programa"/lib/python3*/site-packages/prep/portal/nginx/reglas.conf "$programa"/lib/python3*/site-packages/prep/portal/nginx/sitio.conf; do
        poner "$archivo" "/etc/nginx/prep/$(basename "$archivo")" 644 root:root && nueva=1
    done
    sed "s/@PORTAL@/$PORTAL/; s/@ESCRITORIOS@/$(echo "$ESCRITORIOS" | tr , ' ')/" "$aqui/nginx/nginx.conf" >"$tmp/nginx"
    [ -z "$NODO" ] || sed -i '/ssl_reject_handshake/d' "$tmp/nginx"  # whoever comes by its address says no name
    poner "$tmp/nginx" /etc/nginx/nginx.conf 644 root:root && nueva=1
    nginx -q -t || morir "nginx no acepta su configuración; arriba está el motivo."
    systemctl -q is-enabled nginx || systemctl -q enable nginx
    if ! systemctl -q is-active nginx; then systemctl start nginx; elif [ -n "$nueva" ]; then systemctl reload nginx; fi
}

responde() {  # responde PUERTO: whether the program answers there
    /usr/bin/python3 -c "import sys, http.client as h; c = h.HTTPConnection('127.0.0.1', $1, timeout=2); c.request('HEAD', '/', headers={'Host': '${ESCRITORIOS%%,*}'}); c.getresponse()" 2>/dev/null
}
# One after the other: whoever is in stays in, and nobody finds the door closed.
servidores() {
    systemctl -q is-enabled prep.target || systemctl -q enable prep.target
    for puerto in 8001 8002; do
        unidad=prep-servir@$puerto
        if ! systemctl -q is-active "$unidad"; then systemctl start "$unidad"; elif [ -n "$reinicio" ]; then systemctl restart "$unidad"; else continue; fi
        hasta=$(($(date +%s) + 90))
        until responde "$puerto"; do
            [ "$(date +%s)" -lt "$hasta" ] || morir "El programa no responde en el puerto $puerto: vea «journalctl -u $unidad». El otro sigue como estaba."
            sleep 0.2
        done
        cambio "En marcha: $unidad"
    done
    systemctl -q is-active prep.target || systemctl start prep.target
    for unidad in prep-corte prep-lectura; do  # those that are on
        if [ -n "$reinicio" ] && systemctl -q is-active "$unidad"; then systemctl restart "$unidad"; fi
    done
}

programa_y_base() {
    reinicio=''
    usuario_y_carpetas
    version_nueva
    autoridad_local
    base_principal
    if poner_version; then reinicio=1; fi
    entornos
    unidades
    web
}

principal() {
    programa_y_base
    servidores
}

SECRETOS="replica.clave duena.clave tls/autoridad.crt tls/sitio.crt tls/sitio.key"
entregar() {
    [ -n "$OTRO" ] || morir "En $CONF no está la dirección del otro servidor (OTRO)."
    install -d "$tmp/e/etc/tls" "$tmp/e/datos"
    if [ -s /etc/prep/tls/autoridad.key ]; then certificado "$tmp/e/etc/tls/servidor" "IP:$OTRO" >/dev/null; fi
    for que in $SECRETOS; do cp -p "/etc/prep/$que" "$tmp/e/etc/$que"; done
    cp -Rp "$DATOS/llaves" "$tmp/e/datos/"
    [ ! -f "$DATOS/llave_django" ] || cp -p "$DATOS/llave_django" "$tmp/e/datos/"
    (umask 077 && tar -C "$tmp/e" -cf "$1" etc datos)
    decir "Escrito: $1. Tiene todas las llaves: llévelo a mano a $OTRO y bórrelo de los dos lados."
}

recibir() { # recibir ARCHIVO
    [ -n "$OTRO" ] || morir "En $CONF no está la dirección del principal (OTRO)."
    mkdir "$tmp/r" && tar -C "$tmp/r" -xf "$1" 2>/dev/null || morir "$1 no es lo que escribió «instalar.sh entregar»."
    for que in $SECRETOS; do
        case $que in *.key) modo=640 de=root:ssl-cert ;; replica.clave) modo=600 de=postgres:postgres ;; duena.clave) modo=600 de=root:root ;; *) modo=644 de=root:root ;; esac
        poner "$tmp/r/etc/$que" "/etc/prep/$que" "$modo" "$de" || :
    done
    if [ ! -s /etc/prep/tls/servidor.crt ]; then
        openssl x509 -in "$tmp/r/etc/tls/servidor.crt" -noout -checkip "$ESTE" | grep -q 'does match' ||
            morir "Lo que trae $1 no es para $ESTE: revise ESTE y OTRO en los dos servidores."
        poner "$tmp/r/etc/tls/servidor.key" /etc/prep/tls/servidor.key 640 root:ssl-cert
        poner "$tmp/r/etc/tls/servidor.crt" /etc/prep/tls/servidor.crt 644 root:root
    fi
    for archivo in "$tmp/r/datos/llaves"/* "$tmp/r/datos/llave_django"; do
        [ ! -f "$archivo" ] || poner "$archivo" "$DATOS/${archivo#"$tmp/r/datos/"}" 600 prep:prep || :
    done
    direccion_de_la_base prep "$(cat /etc/prep/duena.clave)" >"$tmp/url"
    poner "$tmp/url" /etc/prep/duena.url 600 root:root || :
}

base_reserva() {
    nuevo=''
    [ -d "$CLUSTER_CONF" ] || nuevo=1
    if cluster && base_responde; then systemctl restart postgresql@15-prep; fi
    if [ -z "$nuevo" ] && [ ! -f "$CLUSTER_DATOS/standby.signal" ]; then
        [ "${rehacer:-}" = 1 ] || morir "Aquí hay una base que no es reserva de nadie. Si de verdad se ha de seguir al otro servidor, repita con «--rehacer»: la de aquí queda aparte."
        systemctl stop postgresql@15-prep
        mv "$CLUSTER_DATOS" "$CLUSTER_DATOS.antes-$(date -u +%Y%m%dT%H%M%SZ)"
        nuevo=1
    fi
    if [ -n "$nuevo" ]; then
        decir "Copiando la base de $OTRO…"
        rm -rf "$CLUSTER_DATOS"
        como_postgres pg_basebackup -D "$CLUSTER_DATOS" -X stream -c fast -d "$(conexion_de_replica)" ||
            morir "No se pudo copiar la base de $OTRO; arriba está el motivo. Repita la orden cuando esté resuelto."
        como_postgres touch "$CLUSTER_DATOS/standby.signal"
        cambio "Base copiada de $OTRO"
    fi
    base_responde || systemctl start postgresql@15-prep
    hasta=$(($(date +%s) + 60))
    until base_responde && [ "$(sql 'SELECT count(*) FROM pg_stat_wal_receiver')" = 1 ]; do
        [ "$(date +%s)" -lt "$hasta" ] || morir "La base de aquí no alcanza a la de $OTRO: vea /var/log/postgresql/postgresql-15-prep.log."
        sleep 0.2
    done
}

# One that was the principal does not go on making cortes beside the other one.
en_espera() {
    for unidad in prep-noche.target prep.target; do
        if systemctl -q is-enabled "$unidad" 2>/dev/null; then
            systemctl -q disable --now "$unidad"
            cambio "Ya no arranca aquí: $unidad"
        fi
    done
}

reserva() {
    reinicio=''
    en_espera
    usuario_y_carpetas
    recibir "$1"
    version_nueva
    base_reserva
    poner_version || :
    entornos
    unidades
    web
}

# What a server reads in its configuration, a node finds in itself: its desks are here and wherever its addresses are reached.
conf_de_nodo() { # conf_de_nodo NOMBRE
    [ ! -f "$CONF" ] || morir "Este equipo es un servidor de PREP ($CONF): un nodo va en otro. No se cambió nada."
    printf '%s' "$1" | grep -qxE '[a-z0-9][a-z0-9._-]{0,39}' || morir "«$1» no sirve de nombre: use hasta 40 minúsculas sin acento, cifras, puntos y guiones. No se cambió nada."
    ya=$(cat "$DATOS/llaves/nodo" 2>/dev/null || :)
    if [ -n "$ya" ] && [ "$ya" != "$1" ] && prep_de_aqui nodo estado >/dev/null 2>&1; then
        morir "Este equipo ya es el nodo «$ya», y puede seguir: no necesita otro nombre. No se cambió nada."
    fi
    NODO=$1 ESTE=127.0.0.1 OTRO='' RESPALDOS='' FIRMA='' SELLOS=''
}
direcciones() { ip -4 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4 }' | paste -sd,; }
prep_de_aqui() { sh "$aqui/prep.sh" "$@"; }

nodo() { # nodo [HUELLA]
    suyas=$(direcciones)
    ESCRITORIOS=localhost,127.0.0.1${suyas:+,$suyas} PORTAL=resultados.$NODO
    if [ -s /etc/prep/tls/sitio.crt ]; then  # one of other addresses is made again
        for nombre in $(echo "$suyas" | tr , ' '); do
            openssl x509 -in /etc/prep/tls/sitio.crt -noout -checkip "$nombre" | grep -q 'does match' || rm -f /etc/prep/tls/sitio.crt
        done
    fi
    poner "$aqui/sueno.conf" /etc/systemd/sleep.conf.d/prep.conf 644 root:root || :
    programa_y_base
    if [ "$(cat "$DATOS/llaves/nodo" 2>/dev/null || :)" != "$NODO" ]; then ser_nodo "${1:-}"; fi
    servidores
    entregas
}

# Becomes what the institute enrolled; until then, asks for it and ends.
ser_nodo() { # ser_nodo HUELLA
    if [ -z "$1" ]; then
        prep_de_aqui nodo preparar "$NODO" --salida "$DATOS/solicitud.json" >"$tmp/dicho" 2>&1 || { cat "$tmp/dicho" >&2; morir "No se pudo hacer la solicitud."; }
        a_la_memoria "$DATOS/solicitud.json" "$NODO.solicitud.json"
        sync
        decir "El programa está instalado. Falta que el instituto dé de alta a «$NODO»:"
        decir "1. Lleve esta memoria al centro. Ahí: prep nodo alta nodos/$NODO.solicitud.json --catd CLAVE"
        decir "2. Ponga en la carpeta «nodos» de la memoria el archivo $NODO.prep-nodo. Anote aparte la huella que dice el centro."
        decir "3. Otra vez aquí: sh despliegue/instalar.sh nodo $NODO HUELLA"
        exit 0
    fi
    [ -f "$paquete/nodos/$NODO.prep-nodo" ] || morir "En la carpeta «nodos» de la memoria no está $NODO.prep-nodo: pídalo al centro y repita la orden."
    install -m 600 -o prep -g prep "$paquete/nodos/$NODO.prep-nodo" "$DATOS/alta.prep-nodo"
    prep_de_aqui nodo recibir "$DATOS/alta.prep-nodo" --instituto "$1" >"$tmp/dicho" 2>&1 || {
        rm -f "$DATOS/alta.prep-nodo"
        cat "$tmp/dicho" >&2
        morir "El programa está instalado, y este equipo todavía no es «$NODO»: corrija lo de arriba y repita la orden."
    }
    rm -f "$DATOS/alta.prep-nodo"
    cambio "$(tail -n 1 "$tmp/dicho")"
    reinicio=1
}
a_la_memoria() { # a_la_memoria ARCHIVO NOMBRE
    mkdir -p "$paquete/nodos" && cp "$1" "$paquete/nodos/$2" || morir "No se pudo escribir en $paquete: haga lugar en la memoria, o quítele la protección contra escritura, y repita la orden."
}

# Delivers to the centre that the folder says, by itself and always.
entregas() {
    if [ -z "$CENTRO" ]; then
        decir "La carpeta no dice cuál es el centro (make paquete CENTRO=…): lo de este nodo se entrega en archivos, con «prep lote exportar»."
        return
    fi
    con=$(echo "$CENTRO" | sed 's/^/--centro /; s/,/ --centro /g')
    if [ -f "$paquete/centro.crt" ]; then
        poner "$paquete/centro.crt" /etc/prep/centro.crt 644 root:root && reinicio=1
        con="$con --autoridad /etc/prep/centro.crt"
    fi
    printf 'CENTROS=%s\n' "$con" >"$tmp/entorno"
    poner "$tmp/entorno" /etc/prep/nodo.env 644 root:root && reinicio=1
    systemctl -q is-enabled prep-enviar 2>/dev/null || systemctl -q enable prep-enviar
    if ! systemctl -q is-active prep-enviar; then systemctl start prep-enviar; elif [ -n "$reinicio" ]; then systemctl restart prep-enviar; else return 0; fi
    cambio "En marcha: prep-enviar, hacia $CENTRO"
}

lo_que_sigue() {
    a_la_memoria /etc/prep/tls/autoridad.crt "$NODO.crt"
    sync
    decir "«$NODO» trabaja. Abra en este equipo https://localhost/${suyas:+ y en los otros de su red https://$(echo "$suyas" | sed 's|,|/ o https://|g')/}"
    decir "A cada navegador: primero, instálele el certificado nodos/$NODO.crt de esta memoria; después, una terminal: sudo prep acceso terminal 'Mesa 1' --lugar CLAVE"
    decir "Sigue la habilitación del centro: /catd/centros/. Si cambia de red, repita esta orden."
}

exigir_root
orden=${1:-}
case $orden in
    principal) [ $# = 1 ] || morir "Uso: instalar.sh principal" ;;
    entregar) [ $# = 2 ] || morir "Uso: instalar.sh entregar ARCHIVO" ;;
    reserva)
        [ "${3:-}" != --rehacer ] || rehacer=1
        [ $# = 2 ] || [ "${rehacer:-}" = 1 ] || morir "Uso: instalar.sh reserva ARCHIVO [--rehacer]"
        [ -f "$2" ] || morir "No existe $2: es el archivo que escribió «instalar.sh entregar» en el principal." ;;
    nodo) [ $# = 2 ] || [ $# = 3 ] || morir "Uso: instalar.sh nodo NOMBRE [HUELLA]" ;;
    *) morir "Uso: instalar.sh principal | entregar ARCHIVO | reserva ARCHIVO | nodo NOMBRE [HUELLA]" ;;
esac
NODO=''
if [ "$orden" = nodo ]; then
    conf_de_nodo "$2"
else
    [ ! -s "$DATOS/llaves/nodo" ] || morir "Este equipo es el nodo «$(cat "$DATOS/llaves/nodo")»: un servidor va en otro. No se cambió nada."
    leer_conf equipo
fi
if [ "$orden" = entregar ]; then entregar "$2"; exit 0; fi
revisar
paquetes_de_debian
case $orden in
    principal) principal ;;
    reserva) reserva "$2" ;;
    nodo) nodo "${3:-}" ;;
esac
if [ "$(cuantos)" = 0 ]; then decir "Todo estaba como debe: no se cambió nada."; else decir "Listo. Cambios: $(cuantos)."; fi
if [ "$orden" = reserva ]; then decir "Falta, en el principal: relevo.sh acompanado"; fi
if [ "$orden" = nodo ]; then lo_que_sigue; fi

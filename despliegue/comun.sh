# What instalar.sh and relevo.sh share: how they speak, how they put a file, what their files of configuration say, and
# whether this machine is one for which the package was made.
# shellcheck shell=sh
CONF=/etc/prep/instalar.conf
SISTEMA=/etc/os-release
DATOS=/var/lib/prep
ALMACEN=/srv/prep
CLUSTER=15/prep
CLUSTER_CONF=/etc/postgresql/$CLUSTER
CLUSTER_DATOS=/var/lib/postgresql/$CLUSTER
export LC_ALL=C.UTF-8
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

decir() { printf '• %s\n' "$*"; }
morir() { printf '✗ %s\n' "$*" >&2; exit 1; }
cambio() { decir "$*"; echo "$*" >>"$tmp/cambios"; }
cuantos() { if [ -f "$tmp/cambios" ]; then wc -l <"$tmp/cambios"; else echo 0; fi; }

# poner ORIGEN DESTINO MODO DUEÑO:GRUPO. True if it was not so already.
poner() {
    if [ -f "$2" ] && cmp -s "$1" "$2" && [ "$(stat -c '%a %U:%G' "$2")" = "$3 $4" ]; then return 1; fi
    install -D -m "$3" -o "${4%:*}" -g "${4#*:}" "$1" "$2.nuevo" && mv -f "$2.nuevo" "$2" || morir "No se pudo escribir $2."
    cambio "Puesto: $2"
}
carpeta() { # carpeta RUTA MODO DUEÑO:GRUPO
    if [ -d "$1" ] && [ "$(stat -c '%a %U:%G' "$1")" = "$2 $3" ]; then return; fi
    install -d -m "$2" -o "${3%:*}" -g "${3#*:}" "$1"
    cambio "Carpeta: $1"
}
secreto() { # secreto RUTA DUEÑO:GRUPO: one made once, that only its owner reads
    [ -s "$1" ] && return
    openssl rand -hex 24 >"$tmp/secreto"
    poner "$tmp/secreto" "$1" 600 "$2"
}

como_postgres() { (cd / && runuser -u postgres -- "$@"); }
sql() { como_postgres psql -X -q -A -t -p 5432 -v ON_ERROR_STOP=1 -d "${2:-postgres}" -c "$1"; }
base_responde() { como_postgres pg_isready -q -p 5432 -t 3; }
es_reserva() { [ "$(sql 'SELECT pg_is_in_recovery()')" = t ]; }
prep() { # as the program's user, as the owner of the database
    (cd / && DATABASE_URL=$(cat /etc/prep/duena.url) PREP_DATOS_DIR=$DATOS \
        runuser -u prep -- "$programa/bin/prep" "$@")
}

exigir_root() { [ "$(id -u)" = 0 ] || morir "Ejecute esta orden como root."; }

falla() { printf '✗ %s: %s\n' "$archivo" "$*" >&2; fallas=$((fallas + 1)); }
es_direccion() { printf '%s' "$1" | grep -qxE '((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])'; }
es_nombre() { printf '%s' "$1" | grep -qxE '([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?'; }

# leer_claves ARCHIVO CLAVE…: each of them as a variable of the shell, and what is wrong in the file.
leer_claves() {
    archivo=$1 fallas=0 n=0
    shift
    for clave do eval "$clave=''"; done
    while IFS= read -r renglon || [ -n "$renglon" ]; do
        n=$((n + 1))
        case $renglon in '' | '#'*) continue ;; esac
        clave=${renglon%%=*} valor=${renglon#*=}
        [ "$clave" != "$renglon" ] || { falla "renglón $n: se espera CLAVE=valor."; continue; }
        case " $* " in *" $clave "*) ;; *) falla "renglón $n: no hay una clave «$clave»."; continue ;; esac
        case $valor in *[!A-Za-z0-9:/._,@%?=\&\;+-]*) falla "renglón $n: en $clave sobra un carácter (comillas, espacios…)."; continue ;; esac
        eval "$clave=\$valor"
    done <"$archivo"
}

# leer_conf [equipo]: read the configuration and say, all at once, everything that is wrong in it; with `equipo`, also
# what this machine lacks of it. Whoever takes over from a lost server does not ask whether its backups are at hand.
leer_conf() {
    equipo=${1:-}
    [ -f "$CONF" ] || morir "Falta $CONF. Cópielo de $aqui/instalar.conf.ejemplo y cámbielo."
    leer_claves "$CONF" ESTE OTRO PORTAL ESCRITORIOS RESPALDOS FIRMA SELLOS
    if ! es_direccion "$ESTE"; then falla "ESTE: «$ESTE» no es una dirección como 10.20.0.11."
    elif [ "$equipo" ] && ! ip -4 -o addr show | grep -qwF "inet $ESTE"; then falla "ESTE: ninguna red de este equipo tiene la dirección $ESTE."; fi
    if [ -n "$OTRO" ]; then
        es_direccion "$OTRO" || falla "OTRO: «$OTRO» no es una dirección como 10.20.0.12."
        [ "$OTRO" != "$ESTE" ] || falla "OTRO: es la misma dirección que ESTE."
    fi
    es_nombre "$PORTAL" || falla "PORTAL: «$PORTAL» no es un nombre como prep.instituto.example."
    es_nombre "$ESCRITORIOS" || falla "ESCRITORIOS: «$ESCRITORIOS» no es un nombre como escritorios.prep.instituto.example."
    [ "$PORTAL" != "$ESCRITORIOS" ] || falla "PORTAL y ESCRITORIOS: son el mismo nombre y sirven cosas distintas."
    case $RESPALDOS in '' | s3://?*) ;; /mnt/respaldos | /mnt/respaldos/*)
        [ -z "$equipo" ] || mountpoint -q /mnt/respaldos || falla "RESPALDOS: en /mnt/respaldos no está montado nada; un respaldo va en otra máquina." ;;
    *) falla "RESPALDOS: «$RESPALDOS» no es s3://cubo/prefijo ni está en /mnt/respaldos." ;; esac
    case $FIRMA in /?* | pkcs11:?*) ;; *) falla "FIRMA: «$FIRMA» no es la ruta de un archivo ni pkcs11:…" ;; esac
    case $SELLOS in '' | http://?* | https://?*) ;; *) falla "SELLOS: «$SELLOS» no es una dirección http(s)://…" ;; esac
    if [ "$equipo" ] && [ -n "$OTRO" ] && ! mountpoint -q "$ALMACEN"; then
        falla "en $ALMACEN no está montado nada: lo publicado y las imágenes van donde los dos servidores lo ven."
    fi
    [ "$fallas" = 0 ] || morir "No se cambió nada. Corrija lo de arriba y repita la orden."
}

# The folder is whole, and this is a machine for which it was made.
revisar() {
    [ -f "$paquete/SHA256SUMS" ] || morir "$paquete no es la carpeta que hizo «make paquete»."
    decir "Comprobando la carpeta $paquete…"
    (cd "$paquete" && sha256sum --quiet -c SHA256SUMS) || morir "La carpeta $paquete está incompleta o alterada: vuelva a copiarla."
    leer_claves "$paquete/paquete.conf" ARQUITECTURA FECHA CENTRO
    [ "$fallas" = 0 ] || morir "Haga otra vez la carpeta con «make paquete». No se cambió nada."
    sistema=$(. "$SISTEMA" && echo "$ID $VERSION_ID $PRETTY_NAME")
    case $sistema in 'debian 12 '*) ;; *) morir "Este equipo tiene ${sistema#* * }: se instala en Debian 12. No se cambió nada." ;; esac
    suya=$(dpkg --print-architecture)
    [ "$suya" = "$ARQUITECTURA" ] || morir "Este equipo es $suya y la carpeta se hizo para $ARQUITECTURA: use un equipo $ARQUITECTURA. No se cambió nada."
    [ "$(date +%s)" -ge "$FECHA" ] || morir "El reloj de este equipo dice $(fecha "$(date +%s)"), antes de que el programa se hiciera ($(fecha "$FECHA")). Póngalo en hora (date -s 'AAAA-MM-DD HH:MM:SS') y repita la orden. No se cambió nada."
}
fecha() { TZ=America/Mexico_City date -d "@$1" '+%d/%m/%Y %H:%M'; }
caben() { # caben CARPETA GIB
    [ "$(df -Pk "$1" | awk 'NR == 2 { print $4 }')" -ge $(($2 * 1024 * 1024)) ] ||
        morir "En $1 quedan menos de $2 GiB libres: haga lugar y repita la orden."
}

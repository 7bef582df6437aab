"""What each page and each round costs the processor with a night half done. Run at two sizes, it tells what grows with
the night."""

from __future__ import annotations

import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from prep.acceso.roles import CON_SEGUNDO_FACTOR, Rol
from prep.bench.escritorios import LUGAR, entrar
from prep.bench.instalacion import instalacion
from prep.bench.medidas import Medida, mostrar
from prep.catalogo.ejemplo import ejemplo
from prep.dominio.comun.hecho import Hecho
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.consola import salida
from prep.plataforma.procesos import perpetuar
from prep.simulacro.noche import Noche
from prep.transparencia.nota import LlavePrivada

if TYPE_CHECKING:
    from prep.acceso.models import Cuenta
    from prep.catalogo.informativo import Informativo
    from prep.dominio.tabulacion.proceso import Proceso

VECES: Final = 5
"""Times that each is asked for; the least of them is told."""
DURA: Final = timedelta(hours=8)
"""What the night lasts that far."""
PAGINAS: Final = (
    ("tablero", Rol.ADMINISTRADOR, "/coordinacion/"),
    ("puestos", Rol.ADMINISTRADOR, "/coordinacion/puestos/"),
    ("actas", Rol.ADMINISTRADOR, "/coordinacion/actas/"),
    ("avisos", Rol.SUPERVISOR, "/coordinacion/avisos/"),
    ("actas por recuperar", Rol.ADMINISTRADOR, "/coordinacion/recuperar/"),
    ("teléfonos", Rol.ADMINISTRADOR, "/coordinacion/telefonos/"),
    ("máquinas", Rol.ADMINISTRADOR, "/coordinacion/maquinas/"),
    ("marcha", Rol.ADMINISTRADOR, "/coordinacion/marcha/"),
    ("centros", Rol.ADMINISTRADOR, "/catd/centros/"),
    ("acopio", Rol.ACOPIADOR, "/catd/acopio/"),
    ("digitalización", Rol.DIGITALIZADOR, "/catd/digitalizacion/"),
    ("captura, que espera", Rol.CAPTURISTA, "/ccv/captura/?visto=x"),
    ("verificación, que espera", Rol.VERIFICADOR, "/ccv/verificacion/?visto=x"),
    ("cotejo, que espera", Rol.ACOPIADOR, "/ccv/cotejo/?visto=x"),
)
_SE_MIRAN: Final = "/coordinacion/"
"""Where pages show a look at the night: asked for with one at hand, and with none."""


def de_tamano(casillas: int) -> None:
    proceso, info = ejemplo(casillas)
    os.environ["PREP_SIN_TLS"] = "1"
    with instalacion():
        cuentas = _poblar(proceso, info)
        perpetuar()  # what it took to imagine the night is of no server
        salida.print(f"Una noche a medias de {sum(len(e.actas) for e in proceso.elecciones):,} actas.")
        with ThreadPoolExecutor(1) as hilo:
            mostrar(hilo.submit(_en_un_hilo, cuentas).result())


def _en_un_hilo(cuentas: dict[Rol, Cuenta]) -> list[Medida]:
    """With as few calls below as in the server: under those of a command the page of actas took three times as long
    (80 ms), it seems because its frames fall there on the edge of a piece of Python's stack."""
    from django.db import connection

    try:
        return list(_medir(cuentas))
    finally:
        connection.close()


def _medir(cuentas: dict[Rol, Cuenta]) -> Iterator[Medida]:
    from django.db import connection
    from django.test import Client

    from prep.bitacora import entregas
    from prep.bitacora.nodos import nodo_de_aqui
    from prep.catalogo.services import informativo
    from prep.catd import centro
    from prep.coordinacion import panorama

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (base,) = cursor.fetchone()

    def medir(que: str, hacer: Callable[[], Any]) -> Iterator[Medida]:
        cuestan = []
        for _ in range(VECES):
            antes, de_base = time.process_time_ns(), _de(base)
            hacer()
            cuestan.append((time.process_time_ns() - antes, _de(base) - de_base))
        yield Medida(que, min(c for c, _ in cuestan) / 1e6, "ms")
        yield Medida("   de la base", min(b for _, b in cuestan) / 1e6, "ms")

    fresco, navegadores = panorama.FRESCO, {}
    for rol, cuenta in cuentas.items():
        navegadores[rol] = cliente = Client(SERVER_NAME="localhost")
        for nombre, galleta in entrar(cuenta).items():
            cliente.cookies[nombre] = galleta
    for que, rol, ruta in PAGINAS:

        def pedir(rol: Rol = rol, ruta: str = ruta) -> None:
            respuesta = navegadores[rol].get(ruta, headers={"HX-Request": "true"})
            assert respuesta.status_code in (200, 204), f"{ruta}: {respuesta.status_code}"

        if ruta.startswith(_SE_MIRAN):
            panorama.FRESCO = timedelta(0)  # type: ignore[misc]
            yield from medir(f"{que}, con otra mirada a la noche", pedir)
            panorama.FRESCO = fresco  # type: ignore[misc]
        pedir()
        yield from medir(que, pedir)
    suyo = cuentas[Rol.ACOPIADOR].lugar
    centros = sorted((c.clave for c in informativo().catds), key=lambda c: c != suyo)
    llegan = [a for c in centros for a in centro.ver(c).por_llegar()][:VECES]
    siguiente = iter(llegan)

    def recibir() -> None:
        navegadores[Rol.ACOPIADOR].post("/catd/acopio/", {"q": next(siguiente), "confirma": "si"})

    yield from medir("recibir un paquete", recibir)
    assert all(centro.recibio(suyo, [a]) for a in llegan)
    aqui = nodo_de_aqui().nodo
    ultima = entregas.hasta(aqui)[0]
    for que, faltan in (("nada", 0), ("30 hechos", 30)):
        desde = {aqui: ultima - faltan}
        yield from medir(f"ronda de un nodo que debe {que}", lambda de=desde: entregas.siguientes(de, 0, 200, 2**20))  # type: ignore[misc]
        yield from medir("   y lo que sabe quien recibe", lambda de=desde: entregas.antes_de(de))  # type: ignore[misc]


def _de(proceso: int) -> int:
    """Nanoseconds of processor of one."""
    return int(Path(f"/proc/{proceso}/schedstat").read_text().split()[0])


def _poblar(proceso: Proceso, info: Informativo) -> dict[Rol, Cuenta]:
    """Half of the actas are done, a quarter somewhere in between, and of the rest nothing came. It is opened, as in
    life, and a corte was made. Who asks, one of each role."""
    from allauth.mfa.models import Authenticator

    from prep.acceso.cifrado import cifrar
    from prep.acceso.models import Cuenta
    from prep.bitacora.marcha import decir_marcha, del_centro, del_escritorio, la_noche
    from prep.bitacora.nodos import NodoInstituto, nodo_de_aqui
    from prep.bitacora.services import anotar, fundar_instalacion
    from prep.catalogo.services import congelar, guardar
    from prep.ccv.pasos import ESCRITORIOS
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.plataforma.lugares import dir_publicacion
    from prep.publicacion.corte import hacer_corte
    from prep.sede.sala import publicador

    ahora, nodo = datetime.now().astimezone(), nodo_de_aqui()
    desde = ahora - DURA
    guardar(proceso, info, desde)
    congelar(proceso.clave, Modo.SIMULACRO, desde)
    noche = Noche(proceso, info, desde, 1, movil=0.3)
    suyos = {rol: info.catds[0].clave if "/catd" in r or "cotejo" in r else LUGAR for _, rol, r in PAGINAS}
    cuentas = {rol: Cuenta(usuario=rol.value, nombre=rol.value, lugar=d, alta=desde) for rol, d in suyos.items()}
    otras = {p: Cuenta(persona=p, usuario=p, nombre=p, lugar=lugar, alta=desde) for p, _, lugar in noche.cargos}
    todas = [*cuentas.values(), *otras.values()]
    for cuenta in todas:
        cuenta.password, cuenta.clave_provisional = "!", False
    Cuenta.objects.bulk_create(todas)
    for rol in CON_SEGUNDO_FACTOR & cuentas.keys():
        Authenticator.objects.create(user=cuentas[rol], type="totp", data={"secret": cifrar(secrets.token_hex(16))})
    llave = LlavePrivada.nueva("bench.example")
    raiz = NodoInstituto(llave, llave.llave.publica)
    cargos = [*noche.cargos, *((c.persona, rol.value, c.lugar) for rol, c in cuentas.items())]
    fundar_instalacion(proceso.clave, Modo.SIMULACRO.value, raiz, nodo, cargos, desde, telefonos=noche.telefonos)
    manda = cuentas[Rol.ADMINISTRADOR].persona
    for que in (la_noche(), *map(del_escritorio, ESCRITORIOS), *(del_centro(c.clave) for c in info.catds)):
        decir_marcha(que, "abierto", manda, "", desde, nodo, secrets.token_hex(8))
    hechos = sorted(_a_medias(noche), key=lambda h: h.hora)
    for i in range(0, len(hechos), 1000):
        lote = hechos[i : i + 1000]
        anotar(lote, nodo, desde + DURA * (i + len(lote)) / len(hechos), noche.telefonos)
    donde = AlmacenCarpeta(dir_publicacion())
    hacer_corte(publicador(proceso, info, donde, Modo.SIMULACRO, llave, con_libro=False), ahora)
    return cuentas


def _a_medias(noche: Noche) -> Iterator[Hecho]:
    azar = random.Random(1)
    for acta in noche.actas():
        suerte = azar.random()
        if suerte < 0.75:
            yield from acta.hechos[: None if suerte < 0.5 else azar.randrange(1, len(acta.hechos) + 1)]

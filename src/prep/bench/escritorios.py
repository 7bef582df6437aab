"""The desks: signed-in people who type, rule and verify over HTTP, against the server as it is run, with cortes beside
them. What they were told was done is then looked for in the bitácora."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prep.bench.instalacion import NOCHE, instalacion
from prep.bench.medidas import Medida, mostrar, percentil, procesador, procesador_de
from prep.bench.reconexion import TODOS, Nodos
from prep.bench.sentados import Cuenta, Encargo, dicho
from prep.bench.telefonos import que_llegan
from prep.bench.vecinos import Extranos, Nadie, Vecinos
from prep.catalogo.ejemplo import ejemplo
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.hecho import Hecho, nuevo_hecho
from prep.dominio.tabulacion.proceso import Modo
from prep.papel.formas import Formas
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.consola import fallar, salida
from prep.plataforma.puertos import libre
from prep.simulacro.noche import Noche
from prep.simulacro.papel import retratar_todas
from prep.transparencia.nota import LlavePrivada

if TYPE_CHECKING:
    from prep.acceso.models import Cuenta as CuentaDePersona
    from prep.catalogo.informativo import Informativo
    from prep.dominio.tabulacion.proceso import Proceso

CASILLAS: Final = 10_900
LUGAR: Final = "CCV"
CAMPO: Final = "campo"
CENTRAL: Final = "central"
"""Whoever did what was done before."""
ROLES: Final = {
    "captura": Rol.CAPTURISTA,
    "verificacion": Rol.VERIFICADOR,
    "diferencias": Rol.VERIFICADOR,
}
CADA_S: Final = 60
_ACTOS: Final = {
    "captura": Tipo.CAPTURADA,
    "verificacion": Tipo.VERIFICADA,
    "diferencias": Tipo.DICTAMINADA,
}


@dataclass(frozen=True, slots=True)
class Sala:
    """What is measured: how many sit at each desk, with how many actas that wait to be typed, `empezadas` of them for
    the second time; `ritmo`, `segundos`, `hasta`: as `sentados.Encargo` says."""

    gente: dict[str, int]
    actas: int
    empezadas: int
    ritmo: float
    segundos: float
    hasta: int = 0
    casillas: int = CASILLAS


def medir() -> None:
    """500 people, 30 captures a second and what follows from them, a corte every minute. ``PREP_BENCH_MINUTOS`` says
    for how long; 1 if it says nothing."""
    _quinientos()


def con_telefonos() -> None:
    """While those of a state deliver, at their pace."""
    _quinientos(lambda: que_llegan(_minutos()))


def con_nodos() -> None:
    """While a tenth of them, or ``PREP_BENCH_NODOS``, come back all at once and deliver what they have."""
    _quinientos(lambda: Nodos(int(os.environ.get("PREP_BENCH_NODOS", TODOS // 10))))


def con_extranos() -> None:
    """While two hundred that nobody knows insist."""
    _quinientos(lambda: Extranos(60 * _minutos()))


def _minutos() -> float:
    return float(os.environ.get("PREP_BENCH_MINUTOS") or 1)


def _quinientos(vecinos: Callable[[], Vecinos] = Nadie) -> None:
    a_ritmo({"captura": 340, "verificacion": 145, "diferencias": 15}, 30, 60 * _minutos(), vecinos=vecinos)


def a_ritmo(
    gente: dict[str, int],
    ritmo: float,
    segundos: float,
    casillas: int = CASILLAS,
    vecinos: Callable[[], Vecinos] = Nadie,
) -> None:
    """Half of the actas were typed once before: each capture that is sent may be the first of one or the second of
    another, as in the middle of a night. `vecinos`: who ask for something else meanwhile."""
    actas = gente["captura"] + round(ritmo * segundos)
    _correr(Sala(gente, actas, actas // 2, ritmo, segundos, casillas=casillas), _a_ritmo, vecinos)


def cadena() -> None:
    """The whole chain as fast as eight clients can: from waiting to be typed to verified."""
    en_cadena(8, 400)


def en_cadena(clientes: int, actas: int, casillas: int = CASILLAS) -> None:
    _correr(Sala(dict.fromkeys(ROLES, clientes), actas, 0, 0, 600, hasta=actas, casillas=casillas), _en_cadena)


def _correr(sala: Sala, contar: Callable[[Sala, Cuenta], list[Medida]], quienes: Callable[[], Vecinos] = Nadie) -> None:
    proceso, info = ejemplo(sala.casillas)
    os.environ["PREP_SIN_TLS"] = "1"
    with instalacion() as carpeta:
        from django.db import connection

        from prep.bitacora.autoridad import ambito
        from prep.bitacora.marcha import decir_marcha, del_escritorio, la_noche
        from prep.bitacora.nodos import NodoInstituto, nodo_de_aqui
        from prep.bitacora.services import anotar, fundar_instalacion
        from prep.catalogo.services import congelar, guardar
        from prep.ccv.pasos import ESCRITORIOS
        from prep.plataforma.almacen import evidencia
        from prep.plataforma.arranque import entorno_de
        from prep.plataforma.roles import WEB
        from prep.plataforma.servidor import orden_de_servidor, sirviendo
        from prep.publicacion.corte import hacer_corte
        from prep.sede.sala import publicador

        ahora, nodo = datetime.now().astimezone(), nodo_de_aqui()
        guardar(proceso, info, ahora)
        congelar(proceso.clave, Modo.SIMULACRO, ahora)
        llave = LlavePrivada.nueva("bench.example")
        vecinos, cuentas = quienes(), _cuentas(sala.gente, ahora)
        cargos = [(c.persona, ROLES[donde].value, LUGAR) for donde, c in cuentas]
        cargos += [(CAMPO, r.value, LUGAR) for r in (Rol.ACOPIADOR, Rol.DIGITALIZADOR, Rol.CAPTURISTA)]
        cargos += [(CENTRAL, Rol.ADMINISTRADOR.value, LUGAR)]
        cargos += vecinos.cargos()
        raiz = NodoInstituto(llave, llave.llave.publica)
        fundar_instalacion(proceso.clave, Modo.SIMULACRO.value, raiz, nodo, cargos, ahora)
        anotar(vecinos.altas(ahora), raiz, ahora)
        for que in (la_noche(), *map(del_escritorio, ESCRITORIOS)):
            decir_marcha(que, "abierto", CENTRAL, "", ahora, nodo, secrets.token_hex(8))
        todas = _repartidas(proceso, sala.actas + vecinos.actas)
        claves, de_vecinos = todas[: sala.actas], todas[sala.actas :]
        retrato = _retrato(proceso, info, carpeta / "retrato")
        for i in range(0, len(claves), 500):
            lote = claves[i : i + 500]
            anotar(_llegan(lote, sala.empezadas * 500 // sala.actas, retrato, ahora), nodo, ahora)
        quien = publicador(
            proceso, info, AlmacenCarpeta(carpeta / "publicacion"), Modo.SIMULACRO, llave,
            nodo=nodo, evidencia=evidencia(), con_libro=False, reserva=carpeta / "reserva",
        )  # fmt: skip
        hacer_corte(quien, ahora)
        puerto = libre(8595, salida.print)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            base = _padre(cursor.fetchone()[0])
        with sirviendo(orden_de_servidor(puerto), entorno_de(WEB)) as servidor:
            encargo = Encargo(
                puerto=puerto,
                personas=[(donde, entrar(c)) for donde, c in cuentas],
                ritmo=sala.ritmo,
                segundos=sala.segundos,
                actas=sala.hasta,
            )
            usos = {"del servidor": lambda: procesador_de(servidor.pid), "de la base": lambda: procesador_de(base)}
            clientes = _sentar(encargo, carpeta)
            antes = {q: uso() for q, uso in usos.items()}
            with ThreadPoolExecutor(1) as aparte:
                llegan = aparte.submit(vecinos.llegar, puerto, ambito(), de_vecinos, carpeta)
                cuenta, tardaron, de_cortes = _con_cortes(
                    clientes, lambda: hacer_corte(quien, datetime.now().astimezone())
                )
                usado = {q: uso() - antes[q] for q, uso in usos.items()}
                llegan.result()
            usado |= {"de los cortes": de_cortes, "de los clientes": cuenta.cpu}
        _comprobar(cuenta)
        de_ellos = vecinos.medidas()
    peticiones = sum(map(len, cuenta.demoras.values()))
    salida.print(
        f"{peticiones:,} peticiones en {cuenta.segundos:.0f} s y {len(tardaron)} cortes, con carga de "
        f"{os.getloadavg()[0]:.1f}. Lo que se dijo hecho está en la bitácora, una vez, y en ningún acta intervino "
        "alguien dos veces."
    )
    mostrar(
        [
            *contar(sala, cuenta),
            Medida("peticiones que el servidor no alcanzó a atender", cuenta.negadas, ""),
            *(Medida(f"procesador {q}, por petición", 1000 * s / peticiones, "ms") for q, s in usado.items()),
            Medida("corte más tardado", max(tardaron), "s"),
            *de_ellos,
        ]
    )


def _a_ritmo(sala: Sala, cuenta: Cuenta) -> list[Medida]:
    hechas = len(cuenta.hechas.get("captura", ()))
    medidas = [Medida("capturas por segundo", hechas / cuenta.segundos, "por s", sala.ritmo, mayor=True)]
    medidas.append(Medida("turnos sin nadie libre", sum(cuenta.tarde.values()), ""))
    for que, demoras in sorted(cuenta.demoras.items()):
        ms = [1000 * d for d in demoras]
        medidas.append(Medida(f"{que}: mitad", percentil(ms, 500), "ms"))
        medidas.append(Medida("   19 de cada 20", percentil(ms, 950), "ms", 300))
        medidas.append(Medida("   99 de cada 100", percentil(ms, 990), "ms", 1000))
    return medidas


def _en_cadena(sala: Sala, cuenta: Cuenta) -> list[Medida]:
    actas = cuenta.verificadas
    return [
        Medida("actas por segundo, de que esperan a verificadas", actas / cuenta.segundos, "por s", 20, mayor=True),
        Medida("peticiones por acta", sum(map(len, cuenta.demoras.values())) / actas, "", 8),
    ]


def _cuentas(gente: dict[str, int], ahora: datetime) -> list[tuple[str, CuentaDePersona]]:
    """Accounts with a password of their own that nobody knows: they come in as `entrar` says."""
    from django.contrib.auth.hashers import make_password

    from prep.acceso.models import Cuenta as CuentaDePersona

    clave = make_password(None)
    cuentas = [
        (donde, CuentaDePersona(
            usuario=f"{donde}-{i}", nombre=f"{donde} {i}", lugar=LUGAR, password=clave, clave_provisional=False,
            alta=ahora,
        ))
        for donde, cuantos in gente.items()
        for i in range(cuantos)
    ]  # fmt: skip
    CuentaDePersona.objects.bulk_create([c for _, c in cuentas])
    return cuentas


def entrar(cuenta: CuentaDePersona) -> dict[str, str]:
    """The cookies of a browser where that person is in: terminal, session and pass."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.http import HttpResponse

    from prep.acceso import sesiones, terminales
    from prep.plataforma import pases

    terminal, codigo = terminales.nueva("Mesa", LUGAR)
    terminales.usar(codigo)
    sesion = import_module(settings.SESSION_ENGINE).SessionStore()
    sesion[SESSION_KEY], sesion[BACKEND_SESSION_KEY] = str(cuenta.pk), settings.AUTHENTICATION_BACKENDS[0]
    sesion[HASH_SESSION_KEY] = cuenta.get_session_auth_hash()
    sesiones.empezar(sesion, str(terminal.id))
    sesion.save()
    respuesta = HttpResponse()
    terminales.recordar(respuesta, terminal)
    pases.dar(respuesta)
    return {settings.SESSION_COOKIE_NAME: sesion.session_key} | {n: m.value for n, m in respuesta.cookies.items()}


def _repartidas(proceso: Proceso, cuantas: int) -> list[str]:
    """So many actas, of every election alike."""
    rondas = zip_longest(*([a.clave for a in e.actas] for e in proceso.elecciones))
    return list(islice((c for ronda in rondas for c in ronda if c), cuantas))


def _llegan(claves: list[str], empezadas: int, retrato: bytes, ahora: datetime) -> list[Hecho]:
    """Each acta is received, scanned and identified, and its picture is in the store; the first `empezadas` were typed
    by somebody who is not here."""
    from prep.ccv import hoja
    from prep.plataforma.almacen import evidencia

    hechos: list[Hecho] = []
    hora = {"hora": ahora.isoformat()}

    def hecho(tipo: Tipo, clave: str, contenido: Mapping[str, object]) -> None:
        sabe = [hechos[-1].id] if tipo is not Tipo.ACOPIADA else []
        hechos.append(nuevo_hecho(tipo, f"acta:{clave}", CAMPO, ahora, contenido, sabe))

    with evidencia().lote():
        for i, clave in enumerate(claves):
            datos = _con_nota(retrato, clave)
            imagen = {"imagen": (huella := sha256(datos).hexdigest())}
            evidencia().escribir(f"imagenes/{huella[:2]}/{huella}.jpg", datos)
            hecho(Tipo.ACOPIADA, clave, hora)
            hecho(Tipo.DIGITALIZADA, clave, imagen | hora | {"enderezada": True})
            hecho(Tipo.IDENTIFICADA, clave, imagen | {"por": "qr"})
            if i < empezadas:
                valores = hoja.asentar({r.clave: dicho(r.clave) for r in hoja.renglones(clave)})
                hecho(Tipo.CAPTURADA, clave, imagen | {"valores": valores, "lugar": LUGAR})
    return hechos


def _retrato(proceso: Proceso, info: Informativo, carpeta: Path) -> bytes:
    """An acta on our form, filled and photographed, as it would be published."""
    acta = next(Noche(proceso, info, NOCHE, 1).papeles())
    formas = Formas(proceso, info, secrets.token_bytes(32), "SIMULACRO")
    huella = next(retratar_todas(formas, [acta], carpeta, 1))[1]
    return (carpeta / "imagenes" / huella[:2] / f"{huella}.jpg").read_bytes()


def _con_nota(jpeg: bytes, nota: str) -> bytes:
    """The same picture with a comment of its own: every acta has another one."""
    dicha = nota.encode()
    return jpeg[:2] + b"\xff\xfe" + (len(dicha) + 2).to_bytes(2, "big") + dicha + jpeg[2:]


def _padre(proceso: int) -> int:
    return int(Path(f"/proc/{proceso}/stat").read_text().rpartition(")")[2].split()[1])


def _sentar(encargo: Encargo, carpeta: Path) -> subprocess.Popen[str]:
    """The clients, each in their chair already."""
    (carpeta / "encargo.json").write_text(json.dumps(encargo))
    with (carpeta / "encargo.json").open() as entrada:
        clientes = subprocess.Popen(
            [sys.executable, "-m", "prep.bench.sentados"], stdin=entrada, stdout=subprocess.PIPE, text=True
        )
    assert clientes.stdout
    if clientes.stdout.readline() != "listos\n":
        fallar("Quienes iban a trabajar no llegaron a sus escritorios; lo que dijeron está arriba.")
    return clientes


def _con_cortes(clientes: subprocess.Popen[str], corte: Callable[[], object]) -> tuple[Cuenta, list[float], float]:
    """A corte a minute until the clients end, the first at once: what came of it, how long each corte took, and the
    processor that they took together."""
    tardaron: list[float] = []
    usado = 0.0
    while True:
        desde, cpu = time.monotonic(), procesador()
        corte()
        tardaron.append(time.monotonic() - desde)
        usado += procesador() - cpu
        with suppress(subprocess.TimeoutExpired):
            dicho, _ = clientes.communicate(timeout=max(0.1, desde + CADA_S - time.monotonic()))
            break
    if clientes.returncode != 0:
        fallar("A quienes trabajaban se les contestó un error; lo que dijeron está arriba.")
    return Cuenta(**json.loads(dicho)), tardaron, usado


def _comprobar(cuenta: Cuenta) -> None:
    """That what was said done is in the bitácora, and nothing else: once, of different people in each acta, in facts
    that the fold counts."""
    from prep.bitacora.models import Acta, Hecho

    for escritorio, tipo in _ACTOS.items():
        asentadas = Counter(
            Hecho.objects.filter(tipo=tipo.value).exclude(persona=CAMPO).values_list("orden", flat=True)
        )
        dichas = Counter(cuenta.hechas.get(escritorio, ()))
        if asentadas != dichas or any(n > 1 for n in asentadas.values()):
            fallar(
                f"En {escritorio} faltan {(dichas - asentadas).total()} y sobran {(asentadas - dichas).total()} de "
                f"{dichas.total()}."
            )
    actos = [t.value for t in _ACTOS.values()]
    quienes = Counter(Hecho.objects.filter(tipo__in=actos).values_list("sujeto", "persona"))
    if repetidos := [s for (s, _), n in quienes.items() if n > 1]:
        fallar(f"Alguien intervino dos veces en {len(repetidos)} actas, como {repetidos[0]}.")
    if mal := Acta.objects.filter(anomalias__gt=0).count():
        fallar(f"{mal} actas tienen hechos que no cuentan.")

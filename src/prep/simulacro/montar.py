"""What is ready before a drill begins: a process, its centre and its nodes, its people with their slips, its papers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from zoneinfo import ZoneInfo

from prep.acceso.roles import Rol
from prep.catalogo.informativo import Informativo, Publicacion
from prep.dominio.tabulacion.proceso import Ambito, Casilla, Proceso
from prep.plataforma.idioma import cuantos
from prep.plataforma.lugares import dir_datos, dir_publicacion
from prep.plataforma.reloj import RelojSistema
from prep.simulacro.enlace import Enlace
from prep.simulacro.fases import Fases
from prep.simulacro.gente import ConTelefono, Coordina, DeCentro, DeMesa, Mundo, Opera, Pase, Persona, Reloj, Sala
from prep.simulacro.maquinas import Maquina
from prep.simulacro.plan import Plan
from prep.simulacro.puertas.aplicacion import Aplicacion, Chromium, exigir
from prep.simulacro.puertas.telefono import Telefono
from prep.simulacro.reparto import Reparto
from prep.simulacro.votos import Suerte

if TYPE_CHECKING:
    from prep.papel.formas import Formas
    from prep.publicacion.publicador import Publicador
    from prep.simulacro.diseno import Diseno
    from prep.transparencia.nota import LlavePrivada

CCV, SEDE = "CCV", "Sede"
FOTOS: Final = "fotos"
"""Folder of a drill with what phones and scanners take."""


class Visita(Protocol):
    """Whoever looks at a drill, or sits at it beside its people."""

    personas: Sequence[tuple[str, str, str, str]]
    """Accounts that it asks for: user, name, roles and place (empty: the first CATD)."""

    def abierto(self, sede: Sede, centro: Maquina, pases: Mapping[str, str]) -> None:
        """The centre answers. `pases`: the password of each account's slip."""

    def en_pie(self, nodos: list[Maquina], codigos: list[tuple[str, str]]) -> None:
        """The nodes answer too. `codigos`: of two terminals at each."""

    def va(self, renglon: str) -> None:
        """How it goes, now and then."""

    def por_cerrar(self) -> None:
        """Everything is verified, and the closing comes."""


@dataclass(slots=True)
class Sede:
    """The centre, as whoever operates it has it."""

    proceso: Proceso
    informativo: Informativo
    publicador: Publicador
    llave: LlavePrivada
    diseno: Diseno
    formas: Formas
    huella: str
    """Fingerprint of the institute's key."""


@dataclass(slots=True)
class Montaje:
    """A drill about to begin. `enlaces`: the line of each node to the centre."""

    sede: Sede
    mundo: Mundo
    centro: Maquina
    nodos: list[Maquina]
    enlaces: list[Enlace]
    gente: list[Persona]
    telefonos: list[ConTelefono]
    centros: list[DeCentro]
    coordinan: list[Coordina]
    opera: Opera
    existen: frozenset[str]
    """Keys of the actas that arrive, by one door or another."""
    faltan: frozenset[str]
    """Those of which it is said that there is none."""


def recortar(proceso: Proceso, informativo: Informativo, casillas: int, centros: int) -> tuple[Proceso, Informativo]:
    """The process with so many casillas, of so many collection centres; its window of publication is now."""
    todas = [a.casilla for a in proceso.elecciones[0].actas]
    elegidas = [todas[i * len(todas) // casillas] for i in range(casillas)]
    catds = tuple(replace(c, municipio=elegidas[i].municipio) for i, c in enumerate(informativo.catds[:centros]))
    nuevas: dict[str, Casilla] = {
        str(c.clave): replace(c, catd=catds[i % centros].clave) for i, c in enumerate(elegidas)
    }
    elecciones = []
    for e in proceso.elecciones:
        actas = tuple(
            replace(a, casilla=nuevas[str(a.casilla.clave)]) for a in e.actas if str(a.casilla.clave) in nuevas
        )
        votan = {a.demarcacion for a in actas}
        demarcaciones = {d: v for d, v in e.demarcaciones.items() if d in votan}
        boletas = {d: v for d, v in e.boletas.items() if d in votan}
        columnas = tuple(c for c in e.columnas if any(c in b.recuadros for b in boletas.values()))
        elecciones.append(replace(e, actas=actas, demarcaciones=demarcaciones, boletas=boletas, columnas=columnas))
    quedan = {(e.clave, d) for e in elecciones for d in e.boletas} | {
        (e.clave, None) for e in elecciones if e.ambito is Ambito.ENTIDAD
    }
    inicio = RelojSistema().ahora().astimezone(ZoneInfo(proceso.zona_horaria)).replace(second=0, microsecond=0)
    ventana = Publicacion(inicio - timedelta(hours=1), inicio + timedelta(hours=24), 15)
    return (
        replace(proceso, elecciones=tuple(elecciones), huella=""),
        replace(
            informativo,
            catds=catds,
            personas=tuple(p for p in informativo.personas if p.rol == Rol.ADMINISTRADOR),
            publicacion=ventana,
            candidaturas=tuple(c for c in informativo.candidaturas if (c.eleccion, c.demarcacion) in quedan),
            independientes=tuple(i for i in informativo.independientes if (i.eleccion, i.demarcacion) in quedan),
            distritos={d: n for d, n in informativo.distritos.items() if d in {c.distrito for c in elegidas}},
            municipios={m: n for m, n in informativo.municipios.items() if m in {c.municipio for c in elegidas}},
        ),
    )


def abrir_sede(plan: Plan) -> Sede:
    """Found the centre: its process, its key, its secret of the QR codes, and the truth of the drill, sealed."""
    from prep.bitacora.autoridad import ambito
    from prep.bitacora.nodos import nodo_de_aqui
    from prep.catalogo.ejemplo import CASILLAS_MINIMO, ejemplo
    from prep.catalogo.escritor import escribir_proceso
    from prep.catalogo.services import cargar, importar, informativo
    from prep.dominio.tabulacion.proceso import Modo
    from prep.papel.formas import Formas
    from prep.papel.opciones import secreto_qr
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.plataforma.lugares import dir_evidencia, dir_llaves, dir_reserva
    from prep.sede import actos
    from prep.sede.sala import publicador
    from prep.simulacro.diseno import disenar
    from prep.simulacro.sello import sellar
    from prep.transparencia.llaves import crear, leer_privada

    ahora = RelojSistema().ahora
    imaginado = ejemplo(max(CASILLAS_MINIMO, plan.casillas), semilla=plan.semilla)
    proceso, info = recortar(*imaginado, plan.casillas, plan.centros)
    info = replace(info, parametros=replace(info.parametros, lectura=plan.lectura))
    escribir_proceso(dir_datos() / "proceso", proceso, info)
    importar(dir_datos() / "proceso", ahora())
    proceso, info = cargar(), informativo()
    privada, _ = crear(f"instituto.example/prep/{plan.modo}", dir_llaves(), archivo="instituto")
    llave = leer_privada(privada)
    almacen, evidencia = AlmacenCarpeta(dir_publicacion()), AlmacenCarpeta(dir_evidencia(), privado=True)
    nodo = nodo_de_aqui()
    quien = publicador(
        proceso, info, almacen, Modo(plan.modo), llave, nodo=nodo, evidencia=evidencia, reserva=dir_reserva()
    )
    formas = Formas(proceso, info, secreto_qr(None, crear=True), plan.modo.upper())
    diseno = disenar(proceso, info, plan.semilla, sin_sobre=plan.sin_sobre * 10, modo=plan.modo)
    actos.fundar(quien, nodo, ahora())
    actos.aprobar(quien, ahora(), next(p.persona for p in info.personas if p.rol == actos.APRUEBA))
    actos.puesta_en_ceros(quien, ahora())
    sellar(quien, ahora(), diseno.datos)
    return Sede(proceso, info, quien, llave, diseno, formas, ambito().rpartition("/")[2])


def habilitar(sede: Sede, nodos: list[Maquina], catds: list[str], quienes: int) -> list[list[str]]:
    """Make each machine the node of a centre, with the commands that are typed there; the codes of their terminals."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as a_la_vez:
        solicitudes = list(a_la_vez.map(_preparar, nodos))
        paquetes = [_dar_de_alta(sede, *cual) for cual in zip(nodos, catds, solicitudes, strict=True)]
        return list(a_la_vez.map(partial(_recibir, sede.huella, quienes), nodos, catds, paquetes))


def _preparar(nodo: Maquina) -> Path:
    solicitud = nodo.datos / "solicitud.json"
    nodo.orden("nodo", "preparar", nodo.nombre, "--salida", str(solicitud))
    return solicitud


def _dar_de_alta(sede: Sede, nodo: Maquina, catd: str, solicitud: Path) -> Path:
    from prep.dominio.comun.facultades import ClaseNodo
    from prep.intercambio import habilitar as intercambio

    paquete = nodo.datos / "paquete.prep-nodo"
    intercambio.dar_de_alta(solicitud.read_bytes(), sede.llave, ClaseNodo.CATD, nodo.nombre, catd, paquete)
    return paquete


def _recibir(huella: str, quienes: int, nodo: Maquina, catd: str, paquete: Path) -> list[str]:
    nodo.orden("nodo", "recibir", str(paquete), "--instituto", huella)
    mesas = (f"Mesa {i + 1}" for i in range(quienes))
    return [c.split()[-1] for c in nodo.orden("acceso", "terminal", *mesas, "--lugar", catd).splitlines()]


def _lista(plan: Plan, catds: list[str], casillas: dict[int, list[str]], visita: Visita | None) -> str:
    """Everybody, as the list that the institute imports. `casillas`: of each phone."""
    lineas = ["usuario,nombre,roles,lugar,alcance", f"administra,Administra,{Rol.ADMINISTRADOR},{SEDE},"]
    for rol, n_de in (
        (Rol.CAPTURISTA, plan.capturistas),
        (Rol.VERIFICADOR, plan.verificadores),
        (f"{Rol.SUPERVISOR}|{Rol.COORDINADOR}", plan.supervisores),
    ):
        nombre = rol.partition("|")[0]
        lineas += [f"{nombre}-{i + 1},{nombre.title()} {i + 1},{rol},{CCV}," for i in range(n_de)]
    for n, catd in enumerate(catds, 1):
        lineas.append(f"coordina-{n},Coordina {n},{Rol.COORDINADOR},{catd},")
        for i in range(plan.por_centro):
            lineas.append(f"catd-{n}-{i + 1},Centro {n} {i + 1},{Rol.ACOPIADOR}|{Rol.DIGITALIZADOR},{catd},")
        for i in range(plan.captura_en_centro):
            lineas.append(f"captura-{n}-{i + 1},Captura {n} {i + 1},{Rol.CAPTURISTA},{catd},")
    for i, suyas in casillas.items():
        lineas.append(f"cae-{i + 1},CAE {i + 1},{Rol.CAE},{catds[0]},{'|'.join(suyas)}")
    for usuario, nombre, roles, lugar in visita.personas if visita else ():
        lineas.append(f"{usuario},{nombre},{roles},{lugar or catds[0]},")
    return "\n".join(lineas) + "\n"


def montar(
    plan: Plan,
    velocidad: int,
    carpeta: Path,
    centro: Maquina,
    nodos: list[Maquina],
    pila: ExitStack,
    decir: Callable[[str], None],
    fases: Fases,
    visita: Visita | None = None,
) -> Montaje:
    """Everything, until people are in and wait for the night to begin. `carpeta`: of the drill; `pila`: ends what it
    opens."""
    from prep.acceso import listas, terminales
    from prep.acceso.facultades import Escribano
    from prep.acceso.models import Cuenta
    from prep.intercambio import altas

    if plan.telefonos_reales:
        exigir()
    fases.empieza("fundar la sede")
    decir("Fundando la sede: proceso, llaves, puesta en ceros y verdad sellada…")
    sede = abrir_sede(plan)
    catds = [c.clave for c in sede.informativo.catds]
    casillas = list(dict.fromkeys(str(a.casilla.clave) for e in sede.proceso.elecciones for a in e.actas))
    de_telefono = {i: suyas for i in range(plan.telefonos) if (suyas := casillas[i :: plan.telefonos])}
    escribano = Escribano.del_instituto(sede.llave, sede.llave.llave.publica)
    pases = {p.usuario: p for p in listas.importar(_lista(plan, catds, de_telefono, visita), escribano)}
    cuentas = dict(Cuenta.objects.values_list("usuario", "persona"))

    centro.servir()
    centro.esperar()
    if visita:
        visita.abierto(sede, centro, {usuario: pase.clave for usuario, pase in pases.items()})
        centro.preparar_practica()
    fases.empieza("habilitar los nodos")
    decir("Habilitando los nodos de los centros de acopio…")
    mesas: dict[str, str] = {}
    habilitados = habilitar(sede, nodos, catds, 1 + plan.por_centro + plan.captura_en_centro + 2 * (visita is not None))
    for n, codigos in enumerate(habilitados, 1):
        suyas = [f"coordina-{n}", *(f"catd-{n}-{i + 1}" for i in range(plan.por_centro))]
        suyas += [f"captura-{n}-{i + 1}" for i in range(plan.captura_en_centro)]
        mesas |= dict(zip(suyas, codigos, strict=False))  # what is left is the visitor's
    for usuario, papel in pases.items():
        if papel.lugar == CCV:
            mesas[usuario] = terminales.nueva(usuario, CCV)[1]
    mesas["administra"] = terminales.nueva("administra", SEDE)[1]
    suyos = {cuentas[f"cae-{i + 1}"]: i for i in de_telefono}
    impresos = altas.nuevos_codigos(suyos, cuentas["administra"], RelojSistema().ahora())
    codigos_de = {suyos[i.persona]: i.codigo for i in impresos}

    papeles = list(sede.diseno.votos.papeles())
    telefono_de = {c: i for i, suyas in de_telefono.items() for c in suyas}
    fases.empieza("retratar las actas")
    decir("Retratando las actas…")
    reparto = Reparto(plan, sede.formas)
    reparto.repartir(papeles, telefono_de)
    cuantas, bytes_ = reparto.retratar(carpeta / FOTOS)
    decir(f"{cuantos(cuantas, 'fotografía')}, {bytes_ / 2**20:,.1f} MB.")

    fases.empieza("entrar")
    decir("Encendiendo los nodos; la gente entra…")
    enlaces = [pila.enter_context(Enlace(centro.puerto)) for _ in nodos]
    for nodo in nodos:
        nodo.servir()
    for nodo in nodos:
        nodo.esperar()
    if visita:
        visita.en_pie(nodos, [(codigos[-2], codigos[-1]) for codigos in habilitados])
    for nodo, enlace in zip(nodos, enlaces, strict=True):
        nodo.enviar(enlace.puerto, cada=max(1, len(nodos) // 2))  # two a second between all of them, at most
    if plan.lectura != "apagada":
        centro.leer()

    def renglones(clave: str) -> list[str]:
        plantilla = sede.formas.plantilla_de(clave)
        return [c.clave for c in plantilla.campos if c.captura] if plantilla else []

    dicen = {p.esperada.clave: p for p in papeles}
    titulos = {c: sede.formas.identificacion(c) for c in dicen}
    encabezados = {(f"{t.seccion} · {t.casilla}", t.eleccion): c for c, t in titulos.items()}
    mundo = Mundo(plan, Reloj(velocidad), dicen, reparto.de_quien, renglones, encabezados, lambda: False)

    def pase(usuario: str) -> Pase:
        return Pase(usuario, pases[usuario].clave, mesas[usuario], f"propia de {usuario} {plan.semilla}")

    gente: list[Persona] = []
    for nombre, n_de, escritorios in (
        ("capturista", plan.capturistas, ("captura",)),
        ("verificador", plan.verificadores, ("diferencias", "verificacion")),
        ("supervisor", plan.supervisores, ("decision", "peticiones", "identificacion")),
    ):
        sala = Sala(mundo)
        quienes = [pase(f"{nombre}-{i + 1}") for i in range(n_de)]
        gente += [DeMesa(mundo, suyo, centro.direccion, escritorios, sala, CCV) for suyo in quienes]
    de_centro, coordinan = [], []
    for n, (nodo, catd) in enumerate(zip(nodos, catds, strict=True), 1):
        llegan, sala = reparto.paquetes[catd], Sala(mundo)
        coordinan.append(Coordina(mundo, pase(f"coordina-{n}"), nodo.direccion, catd))
        for i in range(plan.por_centro):  # alone, one does both; else one receives and the other scans
            acopia = list(llegan) if i == 0 else []
            digitaliza = list(llegan) if i == plan.por_centro - 1 else []
            de_centro.append(DeCentro(mundo, pase(f"catd-{n}-{i + 1}"), nodo.direccion, acopia, digitaliza, sala))
        sala = Sala(mundo)
        quienes = [pase(f"captura-{n}-{i + 1}") for i in range(plan.captura_en_centro)]
        gente += [DeMesa(mundo, suyo, nodo.direccion, ("captura",), sala, "CATD") for suyo in quienes]
    chromium = pila.enter_context(Chromium()) if plan.telefonos_reales else None
    telefonos = [
        ConTelefono(
            mundo,
            f"cae-{i + 1}",
            centro.direccion,
            codigos_de[i],
            sede.llave.llave.publica,
            reparto.salidas.get(i, []),
            partial(Aplicacion, chromium, huella=sede.huella) if chromium and i < plan.telefonos_reales else Telefono,
        )
        for i in de_telefono
    ]
    opera = Opera(mundo, pase("administra"), centro.direccion, "coordinacion")
    gente += [opera, *coordinan, *de_centro, *telefonos]
    return Montaje(
        sede,
        mundo,
        centro,
        nodos,
        enlaces,
        gente,
        telefonos,
        de_centro,
        coordinan,
        opera,
        frozenset(p.esperada.clave for p in papeles if p.suerte is not Suerte.SIN_ACTA),
        frozenset(p.esperada.clave for p in papeles if p.suerte is Suerte.SIN_ACTA),
    )

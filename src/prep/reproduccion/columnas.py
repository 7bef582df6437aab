"""What each column is: the many names of the same thing, and which columns are vote boxes.

Source: column lists of the official LEEME files (federal 2012-2023, Puebla, Campeche, Quintana Roo) and the files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from prep.dominio.tabulacion.boleta import NO_REGISTRADAS, NULOS, Recuadro, TipoRecuadro, clave_combinacion
from prep.reproduccion import publicado as modelo
from prep.reproduccion.campos import limpiar, normalizar
from prep.reproduccion.publicado import Anomalia, ErrorDeLectura

_SINONIMOS: Final = {
    "clave_casilla": "CLAVE_CASILLA CVE_CASILLA CLAVE_DE_CASILLA",
    "clave_acta": "CLAVE_ACTA CVE_ACTA CLAVE_DE_ACTA",
    "id_entidad": "ID_ENTIDAD ID_ESTADO CVE_ENTIDAD CLAVE_ENTIDAD ID_ENTIDAD_FEDERATIVA",
    "entidad": "ENTIDAD ESTADO NOMBRE_ENTIDAD NOMBRE_ESTADO ENTIDAD_FEDERATIVA",
    "id_distrito": "ID_DISTRITO_LOCAL ID_DISTRITO_FEDERAL ID_DISTRITO ID_DISTRITO_ELECTORAL ID_DTO",
    "distrito": "DISTRITO_LOCAL DISTRITO_FEDERAL DISTRITO NOMBRE_DISTRITO CABECERA_DISTRITAL DISTRITO_ELECTORAL",
    "id_municipio": "ID_MUNICIPIO CVE_MUNICIPIO ID_ALCALDIA ID_DELEGACION ID_AYUNTAMIENTO ID_MUNICIPIO_LOCAL",
    "municipio": "MUNICIPIO NOMBRE_MUNICIPIO ALCALDIA DELEGACION AYUNTAMIENTO MUNICIPIO_LOCAL",
    "seccion": "SECCION ID_SECCION SECCION_ELECTORAL",
    "id_casilla": "ID_CASILLA NUM_CASILLA NUMERO_CASILLA",
    "tipo_casilla": "TIPO_CASILLA TIPO_DE_CASILLA",
    "ext_contigua": "EXT_CONTIGUA EXTENSION_CONTIGUA",
    "ubicacion": "UBICACION_CASILLA UBICACION",
    "tipo_acta": "TIPO_ACTA TIPO_DE_ACTA",
    "boletas_sobrantes": "TOTAL_BOLETAS_SOBRANTES NUM_BOLETAS_SOBRANTES BOLETAS_SOBRANTES TOTAL_SOBRANTES",
    "personas_votaron": "TOTAL_PERSONAS_VOTARON TOTAL_CIUDADANOS_VOTARON PERSONAS_VOTARON CIUDADANOS_VOTARON",
    "representantes_votaron": "TOTAL_REP_PARTIDO_CI_VOTARON TOTAL_REP_PARTIDO_VOTARON REPRESENTANTES_VOTARON "
    "TOTAL_REPRESENTANTES_VOTARON TOTAL_REP_VOTARON TOTAL_REP_PP_CI_VOTARON",
    "votos_sacados": "TOTAL_VOTOS_SACADOS NUM_BOLETAS_EXTRAIDAS TOTAL_BOLETAS_EXTRAIDAS BOLETAS_EXTRAIDAS "
    "VOTOS_SACADOS TOTAL_VOTOS_SACADOS_URNA",
    "otro": "CODIGOS_ENTREGADOS_PMDC CODIGOS_SOBRANTES CODIGOS_SONBRANTES CODIGOS_UTILIZADOS NOMBRE_CASILLA CASILLA "
    "TOTAL_PERSONAS_Y_REP_VOTARON TOTAL_PERSONAS_REP_VOTARON SUMA_PERSONAS_VOTARON CATD ID_CATD DOMICILIO "
    "CIRCUNSCRIPCION ID_CIRCUNSCRIPCION CABECERA CABECERA_DISTRITAL_LOCAL ID_GRUPO NUMERO_VOTOS_VALIDOS "
    "ESTATUS_ACTA ESTATUS URL_IMAGEN IMAGEN CASILLAS BOLETAS_ENTREGADAS TOTAL_BOLETAS_ENTREGADAS "
    "BOLETAS_RECIBIDAS TOTAL_BOLETAS_RECIBIDAS TOTAL_BOLETAS ID_DISTRITO_FED DISTRITO_FED",
    "no_registradas": "NO_REGISTRADAS NO_REGISTRADOS CANDIDATURAS_NO_REGISTRADAS CANDIDATOS_NO_REGISTRADOS "
    "CANDIDATO_A_NO_REGISTRADO_A CANDIDATO_NO_REGISTRADO CANDIDATURA_NO_REGISTRADA CNR NUM_VOTOS_CAN_NREG "
    "VOTOS_NO_REGISTRADOS CAND_NO_REGISTRADAS CANDIDATA_O_NO_REGISTRADA_O VOTOS_CANDIDATURAS_NO_REGISTRADAS",
    "nulos": "NULOS VOTOS_NULOS NUM_VOTOS_NULOS NULO TOTAL_VOTOS_NULOS TOTAL_NULOS",
    "total_asentado": "TOTAL_VOTOS_ASENTADO TOTAL_VOTOS_ASENTADOS TOTAL_ASENTADO",
    "calculado": "TOTAL_VOTOS_CALCULADO TOTAL_VOTOS_CALCULADOS TOTAL_VOTOS TOTAL_CALCULADO VOTACION_TOTAL",
    "lista_nominal": "LISTA_NOMINAL LISTA_NOMINAL_CASILLA LN",
    "representantes": "REPRESENTANTES_PP_CI REPRESENTANTES REPRESENTANTES_PP TOTAL_REPRESENTANTES_PP_CI",
    "observaciones": "OBSERVACIONES OBSERVACION",
    "contabilizada": "CONTABILIZADA CONTABILIZADAS",
    "mecanismos": "MECANISMOS_TRASLADO MECANISMO_TRASLADO CRYT",
    "codigo_integridad": "CODIGO_INTEGRIDAD SHA SHA256 HASH CODIGO_DE_INTEGRIDAD",
    "acopio": "FECHA_HORA_ACOPIO HORA_ACOPIO FECHA_ACOPIO",
    "captura": "FECHA_HORA_CAPTURA HORA_CAPTURA FECHA_CAPTURA",
    "verificacion": "FECHA_HORA_VERIFICACION HORA_REGISTRO FECHA_HORA_REGISTRO HORA_VERIFICACION FECHA_HORA "
    "FECHA_VERIFICACION",
    "origen": "ORIGEN",
    "digitalizacion": "DIGITALIZACION",
    "tipo_documento": "TIPO_DOCUMENTO",
    "cotejada": "COTEJADA COTEJO",
}
_NOMBRES: Final = {nombre: campo for campo, nombres in _SINONIMOS.items() for nombre in nombres.split()}

TOTALES: Final = ("boletas_sobrantes", "personas_votaron", "representantes_votaron", "votos_sacados", "total_asentado")
_ANTES: Final = frozenset(
    [
        "clave_casilla",
        "clave_acta",
        "id_entidad",
        "entidad",
        "id_distrito",
        "distrito",
        "id_municipio",
        "municipio",
        "seccion",
        "id_casilla",
        "tipo_casilla",
        "ext_contigua",
        "ubicacion",
        "tipo_acta",
        "boletas_sobrantes",
        "personas_votaron",
        "representantes_votaron",
        "votos_sacados",
    ]
)
_DESPUES: Final = frozenset(
    [
        "total_asentado",
        "calculado",
        "representantes",
        "observaciones",
        "contabilizada",
        "mecanismos",
        "codigo_integridad",
        "acopio",
        "captura",
        "verificacion",
        "origen",
        "digitalizacion",
        "tipo_documento",
        "cotejada",
    ]
)

_RESUMEN: Final = {
    "ACTAS_FUERA_DE_CATALOGO": "ACTAS_FUERA_CATALOGO",
    "PORCENTAJE_ACTAS_CON_INCONSISTENCIAS": "PORCENTAJE_ACTAS_INCONSISTENCIAS",
    "LISTA_NOMINAL_ACTAS_CONTABILZADAS": "LISTA_NOMINAL_ACTAS_CONTABILIZADAS",
    "PARTICIPACION_CIUDADANA": "PORCENTAJE_PARTICIPACION_CIUDADANA",
    "TOTAL_VOTOS_CON_CS": "TOTAL_VOTOS_C_CS",
    "TOTAL_VOTOS_SIN_CS": "TOTAL_VOTOS_S_CS",
}


def nombre_resumen(texto: str) -> str:
    """Canonical name of a header figure."""
    nombre = normalizar(limpiar(texto))
    return _RESUMEN.get(nombre, nombre)


def es_resumen(celdas: Sequence[str]) -> bool:
    """Whether this line names the figures of the header."""
    nombres = [normalizar(limpiar(c)) for c in celdas]
    return sum(n.startswith(("ACTAS_", "PORCENTAJE_", "TOTAL_VOTOS", "LISTA_NOMINAL_ACTAS")) for n in nombres) >= 3


def es_columnas(celdas: Sequence[str]) -> bool:
    """Whether this line names the columns of a results file."""
    campos = {_NOMBRES.get(normalizar(limpiar(c))) for c in celdas}
    return len(celdas) >= 6 and "seccion" in campos and bool(campos & {"clave_casilla", "tipo_casilla", "nulos"})


def es_candidaturas(celdas: Sequence[str]) -> bool:
    """Whether this line names the columns of a candidaturas file."""
    nombres = {normalizar(limpiar(c)) for c in celdas}
    return "PARTIDO_CI" in nombres or ("PARTIDO" in nombres and any(n.startswith("CANDIDAT") for n in nombres))


@dataclass(frozen=True, slots=True)
class Columnas:
    """Where each field is (`lugar`: canonical name -> index) and which boxes the file has (`votos`: their indices)."""

    nombres: tuple[str, ...]
    lugar: dict[str, int]
    votos: tuple[int, ...]
    recuadros: tuple[Recuadro, ...]


def leer_columnas(celdas: Sequence[str], archivo: str, linea: int, anomalias: list[Anomalia]) -> Columnas:
    """Understand the line of columns; raise `ErrorDeLectura` when something essential is missing or twice."""
    nombres = [limpiar(c) for c in celdas]
    while nombres and not nombres[-1]:
        nombres.pop()
    if len(nombres) > modelo.MAX_COLUMNAS:
        raise ErrorDeLectura(archivo, f"hay más de {modelo.MAX_COLUMNAS} columnas: no es una base del PREP.", linea)
    normales = [normalizar(n) for n in nombres]
    lugar: dict[str, int] = {}
    desconocidas: list[int] = []
    vistos: dict[str, int] = {}
    for i, nombre in enumerate(normales):
        if nombre in vistos:
            _repetida(nombres[i], vistos[nombre], i, _NOMBRES.get(nombre), archivo, linea, anomalias)
            continue
        vistos[nombre] = i
        campo = _NOMBRES.get(nombre)
        if campo is None:
            if nombre:
                desconocidas.append(i)
        elif campo == "otro":
            pass
        elif campo in lugar:
            if campo in ("calculado", "nulos", "no_registradas", "contabilizada", "seccion", "lista_nominal"):
                _repetida(nombres[i], lugar[campo], i, None, archivo, linea, anomalias)
            anomalias.append(Anomalia(archivo, linea, nombres[i], f"Repite «{nombres[lugar[campo]]}»: no se usa."))
        else:
            lugar[campo] = i
    # 2012: ESTADO and DISTRITO hold numbers, and there are no columns for the names.
    for numero, texto in (("id_entidad", "entidad"), ("id_distrito", "distrito"), ("id_municipio", "municipio")):
        if numero not in lugar and texto in lugar:
            lugar[numero] = lugar.pop(texto)
    _exigir(lugar, archivo, linea)
    antes = max((i for c, i in lugar.items() if c in _ANTES), default=-1)
    despues = min((i for c, i in lugar.items() if c in _DESPUES and i > antes), default=len(nombres))
    indices = [i for i in desconocidas if antes < i < despues]
    for i in desconocidas:
        if i not in indices:
            anomalias.append(Anomalia(archivo, linea, nombres[i], "Columna desconocida: no se usa."))
    if not indices:
        raise ErrorDeLectura(archivo, "no hay columnas de votos entre la identificación del acta y los totales.", linea)
    recuadros = clasificar([normales[i] for i in indices], archivo, linea, anomalias)
    votos = list(indices)
    for campo, recuadro in (("no_registradas", NO_REGISTRADAS), ("nulos", NULOS)):
        if campo in lugar:
            votos.append(lugar[campo])
            recuadros.append(recuadro)
    return Columnas(tuple(nombres), lugar, tuple(votos), tuple(recuadros))


def _repetida(
    nombre: str, uno: int, otro: int, campo: str | None, archivo: str, linea: int, anomalias: list[Anomalia]
) -> None:
    if not nombre:
        return
    if campo in ("otro", "entidad", "distrito", "municipio", "id_entidad", "id_distrito", "id_municipio", "origen"):
        anomalias.append(Anomalia(archivo, linea, nombre, f"La columna está dos veces; se usa la {uno + 1}.ª."))
        return
    raise ErrorDeLectura(
        archivo,
        f"la columna está dos veces ({uno + 1}.ª y {otro + 1}.ª): no se puede saber cuál vale. Quite o renombre una.",
        linea,
        nombre,
    )


def _exigir(lugar: dict[str, int], archivo: str, linea: int) -> None:
    partes = {"seccion", "tipo_casilla", "id_casilla"}
    if "clave_casilla" not in lugar and not partes <= lugar.keys():
        raise ErrorDeLectura(archivo, "faltan las columnas que identifican la casilla (CLAVE_CASILLA).", linea)
    if "nulos" not in lugar:
        raise ErrorDeLectura(archivo, "falta la columna de votos nulos (NULOS).", linea)


_INDEPENDIENTE: Final = re.compile(
    r"(?:(?:CAND|CAN|CANDIDAT[OAURXS_]*|C)_?)?(?:IND|INDEP|INDEPENDIENTES?|CI)_?\d{0,3}(?:_.*)?"
)
_COMUN: Final = re.compile(r"(?:CC|CCOM|CAND_COM|CANDCOM|CAND_COMUN|CANDIDATURA_COMUN|COMUN|CCOMUN)_(.+)")
_COALICION: Final = re.compile(r"(?:C|CO|COA|COAL|COALICION|SUM)_(.+)")
_ALIAS: Final = {
    "MOR": ("MORENA",),
    "PV": ("PVEM", "VERDE"),
    "PVEM": ("PV", "VERDE"),
    "NA": ("PANAL", "NUEVA_ALIANZA", "NAL"),
    "PANAL": ("NA", "NUEVA_ALIANZA"),
    "NUEVA_ALIANZA": ("PANAL", "NA"),
    "MC": ("MOVIMIENTO_CIUDADANO", "MOVIMIENTO"),
    "MOVIMIENTO_CIUDADANO": ("MC",),
    "ES": ("PES", "ENCUENTRO_SOCIAL"),
    "PES": ("ES", "ENCUENTRO_SOCIAL"),
    "PH": ("HUMANISTA", "PARTIDO_HUMANISTA"),
}


def clasificar(nombres: Sequence[str], archivo: str, linea: int, anomalias: list[Anomalia]) -> list[Recuadro]:
    """What each vote column stands for. `nombres` are normalised.

    A name that splits into two or more other columns is a combination, with or without prefix (`C_`, `CO_`, `COA_`);
    a candidatura común says so (`CC_`, `CAND_COM_`) or joins parties that have no column of their own.
    """
    simples = {n for n in nombres if not _INDEPENDIENTE.fullmatch(n) and not _COMUN.fullmatch(n)}
    simples = {n for n in simples if not (_COALICION.fullmatch(n) and "_" in n[n.index("_") + 1 :])}
    simples = {n for n in simples if not _dividir(n, simples - {n})}
    orden = {n: i for i, n in enumerate(nombres)}
    recuadros: list[Recuadro] = []
    claves: set[str] = {"NO_REGISTRADAS", "NULOS"}
    for nombre in nombres:
        recuadro = _clasificar_uno(nombre, simples, orden)
        if recuadro.tipo is TipoRecuadro.COMUN and not recuadro.partidos and not _COMUN.fullmatch(nombre):
            anomalias.append(
                Anomalia(archivo, linea, nombre, "Combina partidos sin columna propia: se toma como candidatura común.")
            )
        if recuadro.clave in claves:
            recuadro = Recuadro(nombre, recuadro.tipo, recuadro.partidos)
        claves.add(recuadro.clave)
        recuadros.append(recuadro)
    return recuadros


def _clasificar_uno(nombre: str, simples: set[str], orden: dict[str, int]) -> Recuadro:
    comun = _COMUN.fullmatch(nombre)
    if comun:
        return Recuadro(nombre, TipoRecuadro.COMUN, tuple(_dividir(comun[1], simples)))
    if nombre in simples:
        return Recuadro(nombre, TipoRecuadro.PARTIDO, (nombre,))
    if _INDEPENDIENTE.fullmatch(nombre):
        return Recuadro(nombre, TipoRecuadro.INDEPENDIENTE)
    coalicion = _COALICION.fullmatch(nombre)
    partidos = _dividir(coalicion[1], simples) if coalicion else _dividir(nombre, simples)
    if len(partidos) < 2:
        return Recuadro(nombre, TipoRecuadro.COMUN)
    ordenados = tuple(sorted(set(partidos), key=lambda p: orden[p]))
    return Recuadro(clave_combinacion(ordenados), TipoRecuadro.COMBINACION, ordenados)


def _dividir(nombre: str, simples: set[str]) -> list[str]:
    """The two or more columns whose names, joined by underscores, are `nombre`; empty when there are none."""
    trozos = nombre.split("_")
    if len(trozos) > 40:
        return []
    # finales[i]: a way of reading the trozos from i on, the longest names first.
    finales: dict[int, list[str]] = {len(trozos): []}
    for desde in range(len(trozos) - 1, -1, -1):
        for hasta in range(len(trozos), desde, -1):
            if hasta not in finales or (desde == 0 and hasta == len(trozos)):
                continue
            partido = _partido("_".join(trozos[desde:hasta]), simples)
            if partido is not None:
                finales[desde] = [partido, *finales[hasta]]
                break
    return finales.get(0, [])


def _partido(texto: str, simples: set[str]) -> str | None:
    if texto in simples:
        return texto
    return next((a for a in _ALIAS.get(texto, ()) if a in simples), None)

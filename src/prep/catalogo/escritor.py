"""`Proceso` and `Informativo` → a process folder that reads back as the same process."""

from __future__ import annotations

import csv
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from prep.catalogo.archivos import POR_ELECCION
from prep.catalogo.armado import Planilla, boletas_de, columnas_de, planilla_de
from prep.catalogo.cabecera import ARCHIVO
from prep.catalogo.documento import casillas_de, tipos_acta
from prep.catalogo.informativo import Informativo, Rutas
from prep.dominio.tabulacion.proceso import Ambito, Casilla, Eleccion, Proceso
from prep.plataforma.errores import Impedimento


class NoSeEscribe(ValueError):
    """The process holds something that a folder cannot say."""


def escribir_proceso(
    carpeta: Path | str,
    proceso: Proceso,
    informativo: Informativo | None = None,
    avance: Callable[[int], None] | None = None,
) -> None:
    """Write the folder, which must not exist or be empty; nothing is left there when it fails.

    `avance` is told how many casillas were written since the last call. Raises `NoSeEscribe` when the process could not
    be read back equal, `CarpetaOcupada` when there is something in `carpeta`.
    """
    destino = Path(carpeta)
    exigir_vacia(destino)
    informativo = informativo or Informativo()
    tablas = _tablas(proceso, informativo)
    destino.parent.mkdir(parents=True, exist_ok=True)
    obra = destino.with_name(f".{destino.name}.{os.getpid()}")
    obra.mkdir()
    try:
        (obra / ARCHIVO).write_text(_cabecera(proceso, informativo), encoding="utf-8")
        for nombre, (encabezado, filas) in tablas.items():
            _escribir_csv(obra / nombre, encabezado, filas, avance if nombre == "casillas.csv" else None)
        _escribir_logotipo(obra, informativo)
        if destino.exists():
            destino.rmdir()
        obra.rename(destino)
    except BaseException:
        shutil.rmtree(obra, ignore_errors=True)
        raise


class CarpetaOcupada(Impedimento):
    """A process is written in a new folder; this one has something."""

    codigo = 1


def exigir_vacia(carpeta: Path) -> None:
    """Raise `CarpetaOcupada` unless a process can be written there."""
    if carpeta.exists() and (not carpeta.is_dir() or any(carpeta.iterdir())):
        raise CarpetaOcupada(f"{carpeta} ya existe y no es una carpeta vacía; indique otra.")


def _escribir_logotipo(obra: Path, informativo: Informativo) -> None:
    nombre = informativo.institucion.logotipo
    if not nombre:
        return
    ruta = obra / nombre
    if not ruta.resolve().is_relative_to(obra.resolve()) or ruta.suffix.lower() in (".csv", ".toml"):
        raise NoSeEscribe(f"«{nombre}» no es un nombre de imagen dentro de la carpeta.")
    ruta.parent.mkdir(parents=True, exist_ok=True)
    ruta.write_bytes(informativo.institucion.imagen)


_Tabla = tuple[list[str], Iterable[Sequence[Any]]]
_PASO: Final = 1000


def _escribir_csv(
    ruta: Path, encabezado: list[str], filas: Iterable[Sequence[Any]], avance: Callable[[int], None] | None
) -> None:
    with ruta.open("w", encoding="utf-8", newline="") as archivo:
        salida = csv.writer(archivo, lineterminator="\n")
        salida.writerow(encabezado)
        i = 0
        for i, fila in enumerate(filas, 1):
            celdas = ["" if v is None else v for v in fila]
            for celda in celdas:
                if isinstance(celda, str) and celda[:1] in ("=", "+", "-", "@", "\t", "\r"):
                    raise NoSeEscribe(f"«{celda[:40]}» en {ruta.name} se leería como una fórmula de hoja de cálculo.")
            salida.writerow(celdas)
            if avance and i % _PASO == 0:
                avance(_PASO)
        if avance:
            avance(i % _PASO)


def _tablas(proceso: Proceso, informativo: Informativo) -> dict[str, _Tabla]:
    orden = _orden_partidos(proceso, informativo)
    planillas = {e.clave: {d: planilla_de(b) for d, b in e.boletas.items()} for e in proceso.elecciones}
    casillas = casillas_de(proceso)
    distritos, municipios = _nombres(proceso, informativo, casillas.values())
    tablas: dict[str, _Tabla] = {
        "demarcaciones.csv": (
            ["tipo", "id", "nombre"],
            [
                (tipo.value, i, nombre)
                for tipo, nombres in ((Ambito.DISTRITO, distritos), (Ambito.MUNICIPIO, municipios))
                for i, nombre in sorted(nombres.items())
            ],
        ),
        "secciones.csv": _secciones(proceso, casillas.values(), distritos, municipios),
        "casillas.csv": _casillas(proceso, casillas.values()),
        "contendientes.csv": _contendientes(informativo, orden, planillas, proceso),
        "coaliciones.csv": _coaliciones(proceso, informativo, planillas),
        "sin_candidatura.csv": _sin_candidatura(proceso, planillas, orden),
        "candidaturas.csv": (
            ["eleccion", "demarcacion", "candidatura", "propietaria", "suplente"],
            _candidaturas(proceso, informativo),
        ),
        "catd.csv": (
            ["clave", "nombre", "municipio", "domicilio"],
            [(c.clave, c.nombre, c.municipio or None, c.domicilio) for c in _catds(informativo, casillas.values())],
        ),
        "personas.csv": (["persona", "rol", "lugar"], [(p.persona, p.rol, p.lugar) for p in informativo.personas]),
        "columnas.csv": _columnas(proceso, planillas, orden),
    }
    return {n: (e, f) for n, (e, f) in tablas.items() if f or n in _SIEMPRE}


_SIEMPRE: Final = ("demarcaciones.csv", "secciones.csv", "casillas.csv", "contendientes.csv")


def _orden_partidos(proceso: Proceso, informativo: Informativo) -> list[str]:
    """Parties by registration: as `informativo` says, then any other as the elections name them."""
    orden = [p.siglas for p in informativo.partidos]
    for eleccion in proceso.elecciones:
        orden += [s for s in eleccion.orden_registro if s not in orden]
    desempate = list(informativo.parametros.empates) or orden
    for eleccion in proceso.elecciones:
        if list(eleccion.orden_registro) != [s for s in desempate if s in eleccion.orden_registro]:
            raise NoSeEscribe(f"El orden de registro de {eleccion.clave} no es el de las demás elecciones.")
    return orden


def _nombres(
    proceso: Proceso, informativo: Informativo, casillas: Iterable[Casilla]
) -> tuple[dict[int, str], dict[int, str]]:
    """Districts and municipios by id: those of the elections, else of `informativo`, else by their number."""
    nombres: dict[Ambito, dict[int, str]] = {Ambito.DISTRITO: {}, Ambito.MUNICIPIO: {}}
    for casilla in casillas:
        nombres[Ambito.DISTRITO].setdefault(casilla.distrito, f"Distrito {casilla.distrito}")
        nombres[Ambito.MUNICIPIO].setdefault(casilla.municipio, f"Municipio {casilla.municipio}")
    for por_numero in nombres.values():
        por_numero.pop(0, None)  # not known, unless somebody names it
    nombres[Ambito.DISTRITO] |= informativo.distritos
    nombres[Ambito.MUNICIPIO] |= informativo.municipios
    for eleccion in proceso.elecciones:
        nombres[eleccion.agrupa] |= {d.id: d.nombre for d in eleccion.demarcaciones.values()}
    return nombres[Ambito.DISTRITO], nombres[Ambito.MUNICIPIO]


def _secciones(
    proceso: Proceso, casillas: Iterable[Casilla], distritos: dict[int, str], municipios: dict[int, str]
) -> _Tabla:
    secciones: dict[tuple[int, int], tuple[int, int]] = {}
    for c in casillas:
        donde = (c.distrito, c.municipio)
        if secciones.setdefault((c.clave.entidad, c.clave.seccion), donde) != donde:
            raise NoSeEscribe(f"La sección {c.clave.seccion} está en dos demarcaciones: vea la casilla {c.clave}.")
    varias = any(entidad != proceso.entidad for entidad, _ in secciones)
    encabezado = ["seccion", "distrito", "municipio"]
    filas = [
        (
            *([entidad] if varias else []),
            *(seccion, d if d in distritos else None, m if m in municipios else None),
        )
        for (entidad, seccion), (d, m) in sorted(secciones.items())
    ]
    return (["entidad", *encabezado] if varias else encabezado), filas


def _casillas(proceso: Proceso, casillas: Iterable[Casilla]) -> _Tabla:
    claves = [e.clave for e in proceso.elecciones]
    actas: dict[Any, dict[str, dict[str, Any]]] = {}
    for e in proceso.elecciones:
        for a in e.actas:
            esperada = a.casilla.distrito if e.agrupa is Ambito.DISTRITO else a.casilla.municipio
            if a.demarcacion != esperada:
                raise NoSeEscribe(f"El acta {a.clave} no está en la demarcación de su casilla.")
            actas.setdefault(a.casilla.clave, {})[e.clave] = {
                "representantes": a.representantes,
                "mecanismos": a.mecanismos,
            }
    comunes = [c for c in POR_ELECCION if all(len({d[c] for d in v.values()}) == 1 for v in actas.values())]
    propias = [(c, e) for c in POR_ELECCION if c not in comunes for e in claves]
    todas = all(len(v) == len(claves) for v in actas.values())
    varias = any(c.clave.entidad != proceso.entidad for c in casillas)
    encabezado = [
        *(["entidad"] if varias else []),
        *["seccion", "tipo", "id", "extension", "ubicacion", "lista_nominal"],
        *["boletas", "catd", *comunes],
        *[f"{c}_{e}" for c, e in propias],
        *([] if todas else ["elecciones"]),
    ]

    def filas() -> Iterable[Sequence[Any]]:
        for c in casillas:
            k, suyas = c.clave, actas[c.clave]
            if c.especial != (c.boletas is not None) or (c.especial and c.lista_nominal):
                raise NoSeEscribe(f"La casilla {k}: solo las especiales llevan boletas, y no llevan lista nominal.")
            una = next(iter(suyas.values()))
            yield (
                *([k.entidad] if varias else []),
                *(k.seccion, k.tipo, k.id, k.extension, c.ubicacion, None if c.especial else c.lista_nominal),
                *(c.boletas, c.catd, *[una[x] for x in comunes]),
                *[suyas[e][x] if e in suyas else None for x, e in propias],
                *([] if todas else [" ".join(suyas) if len(suyas) < len(claves) else ""]),
            )

    return encabezado, filas()


def _contendientes(
    informativo: Informativo, orden: list[str], planillas: dict[str, dict[int, Planilla]], proceso: Proceso
) -> _Tabla:
    partidos = {p.siglas: p for p in informativo.partidos}
    filas: list[Sequence[Any]] = []
    for i, siglas in enumerate(orden, 1):
        p = partidos.get(siglas)
        filas.append((siglas, "partido", p.nombre if p else siglas, p.color if p else "", i, "", None))
    nombrados = {(i.eleccion, i.demarcacion, i.clave): i for i in informativo.independientes}
    for e in proceso.elecciones:
        donde: Iterable[tuple[int | None, Planilla]] = planillas[e.clave].items()
        if e.ambito is Ambito.ENTIDAD:
            donde = [(None, p) for p in list(planillas[e.clave].values())[:1]]
        for d, planilla in donde:
            for clave in planilla.independientes:
                n = nombrados.get((e.clave, d, clave))
                nombre = n.nombre if n and n.nombre else clave
                filas.append((clave, "independiente", nombre, n.color if n else "", None, e.clave, d))
    return ["siglas", "tipo", "nombre", "color", "orden", "eleccion", "demarcacion"], filas


def _coaliciones(proceso: Proceso, informativo: Informativo, planillas: dict[str, dict[int, Planilla]]) -> _Tabla:
    nombres = {(c.eleccion, c.partidos): c for c in informativo.coaliciones}
    por_clave = {(c.eleccion, c.clave, c.partidos): c for c in informativo.coaliciones}
    filas = []
    for e in proceso.elecciones:
        donde: dict[tuple[str, str, tuple[str, ...]], list[int]] = defaultdict(list)
        for d, planilla in planillas[e.clave].items():
            for ps in planilla.coaliciones:
                n = nombres.get((e.clave, ps))
                donde["coalicion", n.clave if n else "_".join(ps)[:40].rstrip("_"), ps].append(d)
            for clave, ps in planilla.comunes:
                donde["comun", clave, ps].append(d)
        for (tipo, clave, ps), ids in donde.items():
            n = por_clave.get((e.clave, clave, ps))
            lugares = "" if len(ids) == len(e.demarcaciones) else _rangos(ids)
            filas.append((e.clave, clave, tipo, " ".join(ps), lugares, n.nombre if n else ""))
    return ["eleccion", "clave", "tipo", "partidos", "demarcaciones", "nombre"], filas


def _sin_candidatura(proceso: Proceso, planillas: dict[str, dict[int, Planilla]], orden: list[str]) -> _Tabla:
    filas = []
    for e in proceso.elecciones:
        for siglas in orden:
            ids = [
                d
                for d, p in planillas[e.clave].items()
                if siglas not in p.partidos and not any(siglas in ps for _, ps in p.comunes)
            ]
            if ids:
                filas.append((e.clave, siglas, "" if len(ids) == len(e.demarcaciones) else _rangos(ids)))
    return ["eleccion", "partido", "demarcaciones"], filas


def _candidaturas(proceso: Proceso, informativo: Informativo) -> list[Sequence[Any]]:
    cortas = {(c.eleccion, "_".join(c.partidos)): c.clave for c in informativo.coaliciones}
    return [
        (c.eleccion, c.demarcacion, cortas.get((c.eleccion, c.candidatura), c.candidatura), c.propietaria, c.suplente)
        for c in informativo.candidaturas
    ]


def _catds(informativo: Informativo, casillas: Iterable[Casilla]) -> list[Any]:
    conocidos = {c.clave for c in informativo.catds}
    if faltan := sorted({c.catd for c in casillas if c.catd and c.catd not in conocidos}):
        raise NoSeEscribe(f"Hay casillas en CATD que no están en la lista: {', '.join(faltan[:5])}.")
    return list(informativo.catds)


def _columnas(proceso: Proceso, planillas: dict[str, dict[int, Planilla]], orden: list[str]) -> _Tabla:
    """Only for elections whose columns are not those anybody would expect."""
    filas = []
    for e in proceso.elecciones:
        if boletas_de(e.columnas, planillas[e.clave]) != e.boletas:
            raise NoSeEscribe(f"Las boletas de {e.clave} no corresponden a sus columnas y coaliciones.")
        if e.ambito is Ambito.ENTIDAD and len(set(e.boletas.values())) > 1:
            raise NoSeEscribe(f"En {e.clave} vota toda la entidad, pero la boleta no es igual en todas partes.")
        if columnas_de(planillas[e.clave].values(), orden) != e.columnas:
            filas += [
                (e.clave, c.clave, c.tipo.value, "" if c.tipo.value in _SOLOS else " ".join(c.partidos))
                for c in e.columnas
            ]
    return ["eleccion", "clave", "tipo", "partidos"], filas


_SOLOS: Final = ("independiente", "no_registradas", "nulos")


def _rangos(ids: Iterable[int]) -> str:
    """`1 4..7 12`"""
    tramos: list[list[int]] = []
    for i in sorted(ids):
        if tramos and i == tramos[-1][1] + 1:
            tramos[-1][1] = i
        else:
            tramos.append([i, i])
    return " ".join(str(a) if a == b else f"{a} {b}" if b == a + 1 else f"{a}..{b}" for a, b in tramos)


def _cabecera(proceso: Proceso, informativo: Informativo) -> str:
    p, i, parametros = informativo.publicacion, informativo.institucion, informativo.parametros
    lineas = [
        f"clave = {_toml(proceso.clave)}",
        f"nombre = {_toml(proceso.nombre)}",
        f"zona_horaria = {_toml(proceso.zona_horaria)}",
        "",
        "[entidad]",
        f"id = {proceso.entidad}",
        f"nombre = {_toml(proceso.entidad_nombre)}",
        f"abreviatura = {_toml(proceso.entidad_abreviatura)}",
        "",
        "[institucion]",
        *[
            f"{campo} = {_toml(dato)}"
            for campo in ("nombre", "siglas", "sitio", "portal", "logotipo", "color_principal", "color_acento")
            if (dato := getattr(i, campo))
        ],
        "",
        "[publicacion]  # hora local",
        *[
            f"{campo} = {dato.astimezone(ZoneInfo(proceso.zona_horaria)).replace(tzinfo=None).isoformat()}"
            for campo, dato in (("inicio", p.inicio), ("fin", p.fin))
            if dato is not None
        ],
        f"cada_minutos = {p.cada_minutos}  # entre un corte y el siguiente",
        "",
        "[parametros]",
        f"boletas_especiales = {parametros.boletas_especiales}  # por casilla especial, salvo lo que diga casillas.csv",
        f"mezcla_cuenta = {str(parametros.mezcla_cuenta).lower()}  # cuenta lo ilegible con lo demás vacío",
        *([f"empates = [{', '.join(map(_toml, parametros.empates))}]"] if parametros.empates else []),
        f"lectura = {_toml(parametros.lectura)}  # apagada, piloto o revisora",
        f"lugares_distintos = {str(parametros.lugares_distintos).lower()}  # true: cada acta se captura en dos lugares",
        f"alcance_estricto = {str(parametros.alcance_estricto).lower()}  # true: cada nodo, solo sus casillas",
        "",
        "[practica]",
        f"exigida = {str(informativo.practica.exigida).lower()}  # true: cada escritorio la pide antes de trabajar",
        f"errores = {informativo.practica.errores}  # campos distintos que se toleran en la de captura",
        "",
        "[casilla]",
        f"documentos = [{', '.join(map(_toml, informativo.casilla.documentos))}]  # que se fotografían además del acta",
    ]
    if informativo.rutas != Rutas():
        rutas = asdict(informativo.rutas).items()
        lineas += ["", "[rutas]", *[f"{ruta} = [{', '.join(map(_toml, suyos))}]" for ruta, suyos in rutas if suyos]]
    for e in proceso.elecciones:
        lineas += [
            "",
            "[[elecciones]]",
            f"clave = {_toml(e.clave)}",
            f"nombre = {_toml(e.nombre)}",
            f"tipo_acta = {_toml(e.tipo_acta)}",
            *_tipos_acta(e),
            f"ambito = {_toml(e.ambito.value)}",
            f"agrupa = {_toml(e.agrupa.value)}",
        ]
    for difusor in informativo.difusores:
        lineas += ["", "[[difusores]]", f"nombre = {_toml(difusor.nombre)}", f"url = {_toml(difusor.url)}"]
    if informativo.textos:
        lineas += ["", "[textos]", *[f"{_toml(k)} = {_toml(v)}" for k, v in sorted(informativo.textos.items())]]
    return "\n".join(lineas) + "\n"


def _tipos_acta(eleccion: Eleccion) -> list[str]:
    try:
        tipos = tipos_acta(eleccion)
    except ValueError as error:
        raise NoSeEscribe(str(error)) from None
    pares = ", ".join(f"{casilla} = {_toml(tipo)}" for casilla, tipo in tipos.items())
    return [f"tipos_acta = {{ {pares} }}"] if tipos else []


def _toml(dato: str) -> str:
    """A basic string."""
    cuerpo = dato.replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(c) < 32 or ord(c) == 127 for c in cuerpo):
        raise NoSeEscribe(f"«{dato[:40]!r}» tiene caracteres de control.")
    return f'"{cuerpo}"'

"""Designs a drill: what every acta will say and how it must come out, in the file that is sealed before the night."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from prep.plataforma.idioma import cuantos
from prep.simulacro import verdad
from prep.simulacro.verdad import EleccionVerdadera, Empate, Valor
from prep.simulacro.votos import CUENTAN, Desenlace, Papel, Suerte, Votos, contienda, contiendas_de

if TYPE_CHECKING:
    from prep.catalogo.informativo import Informativo
    from prep.dominio.tabulacion.proceso import Eleccion, Proceso

DICHO: Final = {
    Desenlace.EMPATE: "empate en el primer lugar",
    Desenlace.CASI_EMPATE: "un voto de diferencia",
    Desenlace.ARRASA: "ventaja arrolladora",
    Desenlace.INDEPENDIENTE: "gana una candidatura independiente",
}


@dataclass(frozen=True, slots=True)
class Diseno:
    """A drill on paper. `datos`: the file to be sealed; `votos` gives the same papers again to whoever plays it;
    `suertes`: how many actas of each; `logrados`: outcomes, with the election and the place; `sin_lugar`: those that an
    election had no place for."""

    datos: bytes
    votos: Votos
    verdad: verdad.Verdad
    suertes: dict[Suerte, int]
    logrados: list[tuple[Desenlace, str, str]]
    sin_lugar: list[tuple[Desenlace, str]]


def disenar(
    proceso: Proceso,
    informativo: Informativo,
    semilla: int,
    desenlaces: Iterable[Desenlace] = tuple(Desenlace),
    sin_sobre: int = 30,
    modo: str = "simulacro",
    sal: str | None = None,
) -> Diseno:
    """`sin_sobre`: packages in a thousand without the acta outside; `sal`: 64 hexadecimal digits that nobody knows."""
    votos = Votos(proceso, semilla, tuple(desenlaces), sin_sobre)
    elecciones: dict[str, EleccionVerdadera] = {}
    empates: list[Empate] = []
    suertes = dict.fromkeys(Suerte, 0)
    for clave, grupo in groupby(votos.papeles(), key=lambda p: p.eleccion.clave):
        papeles = list(grupo)
        eleccion = papeles[0].eleccion
        elecciones[clave] = _eleccion(eleccion, papeles)
        empates += _empates(proceso, eleccion, papeles)
        for p in papeles:
            suertes[p.suerte] += 1
    catds = {c.clave: c.nombre for c in informativo.catds}
    casillas = {str(a.casilla.clave): a.casilla.catd for e in proceso.elecciones for a in e.actas}
    dichos = [
        {"desenlace": d.value, "eleccion": e.clave, "demarcacion": lugar, "nombre": _lugar(proceso, e, lugar)}
        for d, e, lugar in votos.logrados
    ]
    datos = verdad.escribir(
        proceso=proceso.clave,
        modo=modo,
        catalogo=proceso.huella,
        semilla=semilla,
        sal=sal or secrets.token_hex(32),
        desenlaces=dichos,
        elecciones=elecciones,
        empates=empates,
        catds=catds | {c: c for c in casillas.values() if c and c not in catds},
        casillas=casillas,
    )
    return Diseno(
        datos,
        votos,
        verdad.leer(datos),
        suertes,
        [(d, e.nombre, _lugar(proceso, e, lugar)) for d, e, lugar in votos.logrados],
        [(d, e.nombre) for d, e in votos.pendientes],
    )


def campos_de(eleccion: Eleccion) -> tuple[str, ...]:
    """What the truth says of each acta of an election, in order."""
    return (*verdad.TOTALES, *(r.clave for r in eleccion.columnas))


def _eleccion(eleccion: Eleccion, papeles: list[Papel]) -> EleccionVerdadera:
    campos = campos_de(eleccion)
    actas: dict[str, tuple[Valor, ...] | str] = {}
    for p in papeles:
        if p.suerte is Suerte.SIN_ACTA:
            actas[p.esperada.clave] = p.motivo
        else:
            dichos = {**p.valores, **p.valores["votos"]}
            actas[p.esperada.clave] = tuple(dichos.get(c) for c in campos)
    no_cuentan = (p.esperada.clave for p in papeles if p.suerte not in CUENTAN and p.suerte is not Suerte.SIN_ACTA)
    return EleccionVerdadera(eleccion.nombre, campos, actas, frozenset(no_cuentan))


def _empates(proceso: Proceso, eleccion: Eleccion, papeles: list[Papel]) -> Iterator[Empate]:
    for lugar in contiendas_de(eleccion):
        c = contienda(eleccion, lugar, papeles)
        if c.empatadas:
            yield Empate(eleccion.clave, lugar, _lugar(proceso, eleccion, lugar), c.empatadas, c.votos[0][1])


def _lugar(proceso: Proceso, eleccion: Eleccion, demarcacion: int | None) -> str:
    """What people call the place where a seat is voted for."""
    if demarcacion is None:
        return proceso.entidad_nombre
    nombre = eleccion.demarcaciones[demarcacion].nombre
    palabra = "Distrito" if eleccion.agrupa == "distrito" else "Municipio"
    return f"{palabra} {demarcacion:02d}, {nombre}" if eleccion.agrupa == "distrito" else f"{palabra} de {nombre}"


def _candidatura(clave: str) -> str:
    """`PAN_PRI` as people read it."""
    independiente = clave.removeprefix("CAND_IND_")
    return clave.replace("_", " · ") if independiente == clave else f"Candidatura independiente {independiente}"


def pdf_empates(proceso: Proceso, diseno: Diseno) -> bytes:
    """The ties that the drill must show, as the document that is handed over before it."""
    from prep.papel.documento import Documento

    v = diseno.verdad
    titulo = "Empates esperados en el simulacro"
    doc = Documento(titulo, proceso.nombre, f"{proceso.clave} · {titulo}")
    doc.titulo(1, titulo)
    doc.parrafo(f"{proceso.nombre}. {proceso.entidad_nombre}.", destacado=True)
    doc.parrafo(
        "Las actas de este simulacro llevan votos inventados. Se llenaron de modo que, publicadas todas, dos o más "
        "candidaturas compartan el primer lugar en las contiendas de esta lista, con exactamente esos votos. Al "
        "terminar el simulacro, compare cada renglón con el portal y con la base de datos."
    )
    if v.empates:
        doc.tabla(
            ("Elección", "Lugar", "Candidaturas que empatan", "Votos de cada una"),
            [
                (
                    v.elecciones[e.eleccion].nombre,
                    e.nombre,
                    "; ".join(map(_candidatura, e.candidaturas)),
                    f"{e.votos:,}",
                )
                for e in v.empates
            ],
            (3, 4, 6, 2),
            "   d",
        )
    else:
        doc.parrafo("En este diseño ninguna contienda termina en empate.", destacado=True)
    doc.titulo(2, "Cómo se sabe que nadie lo cambió")
    doc.parrafo(
        "Lo que dice cada acta, voto por voto, está en el archivo verdad.json. Su código de integridad queda firmado "
        "en el registro verificable antes de la primera acta, y el archivo se publica al cerrar:"
    )
    doc.parrafo(v.sha256)
    con_acta = sum(n for s, n in diseno.suertes.items() if s is not Suerte.SIN_ACTA)
    doc.parrafo(
        f"{cuantos(con_acta + diseno.suertes[Suerte.SIN_ACTA], 'acta esperada', 'actas esperadas')}; "
        f"{cuantos(diseno.suertes[Suerte.SIN_ACTA], 'paquete', 'paquetes')} sin acta por fuera o sin entregar.",
        tenue=True,
    )
    return doc.pdf()

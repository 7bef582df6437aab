"""Packing a centre's actas when the night is over: their order, what to check, and the receipt, on accessible paper.

The order is that of the published rows: election, demarcation, sección, casilla; what comes by a route of its own is a
package apart. Nothing is looked up: the sheet is of
the catalogue, can be printed before the night, and people write on it what there is.
"""

from __future__ import annotations

from itertools import groupby
from typing import Final

from prep.dominio.tabulacion.proceso import ActaEsperada
from prep.papel.documento import Documento
from prep.papel.formas import Formas
from prep.plataforma.idioma import cuantos

POR_HACER: Final = (
    "Acopio dice cuántos sobres se recibieron aquí: es el número de actas que se empaqueta, con las de otros centros.",
    "Cada acta está digitalizada: en Digitalización, «Recibidos sin imagen» dice cero.",
    "Las actas van en el orden de la lista, dentro de su sobre si llegó con él, una elección por paquete.",
    "De cada acta que no está se anota por qué: sin acta, recibida en otro centro, o no llegó.",
    "Las de voto anticipado, prisión preventiva y extranjero van en paquetes aparte, en su lista.",
    "Las actas de otros centros que se recibieron aquí van en un sobre aparte, con su lista.",
    "Cada paquete lleva por fuera el CATD, la elección y cuántas actas tiene, y se sella.",
    "El acuse de Acopio va impreso y firmado dentro del primer paquete.",
)
"""What whoever packs ticks, in its order."""
_RUTA: Final = {"": "", "anticipado": "voto anticipado", "prision": "prisión preventiva", "extranjero": "extranjero"}
_RAYA: Final = "____"
_A_MANO: Final = 34
"""Height of the rows that are signed, points."""


def empaquetado(formas: Formas, catd: str) -> bytes:
    """The sheets of one centre. The same catalogue gives the same bytes."""
    proceso = formas.proceso
    nombre = next((c.nombre for c in formas.informativo.catds if c.clave == catd), "")
    titulo = "Empaquetado de actas"
    centro = f"{catd} {nombre}".strip() or "Actas sin CATD"
    doc = Documento(f"{titulo}: {centro}", proceso.nombre, f"{proceso.clave} · {titulo} · {centro}")
    lugares = {a.clave: i for i, e in enumerate(proceso.elecciones) for a in e.actas}

    def paquete(a: ActaEsperada) -> tuple[int, str]:
        return lugares[a.clave], a.casilla.clave.ruta

    suyas = sorted(formas.actas(catd=catd), key=lambda a: (paquete(a), a.demarcacion, a.casilla.clave))
    por_paquete = [
        (
            " · ".join(filter(None, (proceso.elecciones[i].nombre, _RUTA[ruta]))),
            [formas.identificacion(a.clave) for a in actas],
        )
        for (i, ruta), actas in groupby(suyas, key=paquete)
    ]
    doc.titulo(1, titulo)
    doc.parrafo(centro, destacado=True)
    doc.parrafo(f"{proceso.nombre}. Se esperan {cuantos(len(suyas), 'acta')}.")
    doc.titulo(2, "Antes de cerrar")
    doc.tabla(("Núm.", "Se revisa", "Hecho"), [(str(n), que, _RAYA) for n, que in enumerate(POR_HACER, 1)], (1, 10, 1))
    doc.titulo(2, "Paquetes")
    paquetes = [(eleccion, f"{len(actas):,}", "", "") for eleccion, actas in por_paquete]
    paquetes.append(("De otros centros, recibidas aquí", "", "", ""))
    doc.tabla(("Paquete", "Se esperan", "Van", "Núm. de sello"), paquetes, (5, 2, 2, 3), " d")
    doc.titulo(2, "Acuse de entrega y recepción")
    firman = [(quien, "", "", "") for quien in ("Entrega", "Recibe", "Testigo")]
    doc.tabla(("Quién", "Nombre", "Firma", "Fecha y hora"), firman, (2, 5, 4, 3), alto_minimo=_A_MANO)
    for eleccion, actas in por_paquete:
        doc.titulo(2, f"{eleccion}: {cuantos(len(actas), 'acta')}, en este orden")
        doc.tabla(
            ("Núm.", "Sección", "Casilla", "Demarcación", "Clave del acta", "Va", "Si no, por qué"),
            [
                (str(n), f"{i.seccion:04d}", i.casilla, i.demarcacion, i.clave_acta, _RAYA, "")
                for n, i in enumerate(actas, 1)
            ],
            (2, 3, 4, 6, 5, 2, 5),
            "dd",
        )
    return doc.pdf()

"""The Informe del simulacro on paper, accessible."""

from __future__ import annotations

from collections.abc import Iterable

from prep.papel.documento import UTIL, Documento
from prep.simulacro.graficas import ANCHA, Lamina
from prep.simulacro.informe import Cifras, Fallo, Figura, Lista, Parrafo, Pieza, Tabla, Titulo
from prep.simulacro.veredicto import Doc, titulo


def pdf(v: Doc, piezas: Iterable[Pieza]) -> bytes:
    """The same pieces give the same bytes."""
    doc = Documento(titulo(v), v["veredicto"], f"{v['proceso']} · {titulo(v)} · corte {v['corte']}")
    todas = list(piezas)
    for i, pieza in enumerate(todas):
        match pieza:
            case Titulo():
                sigue = todas[i + 1] if i + 1 < len(todas) else None
                doc.titulo(
                    pieza.nivel, pieza.texto, _alto(sigue.dibujar(ANCHA)) + 8 if isinstance(sigue, Figura) else 72
                )
            case Parrafo():
                doc.parrafo(pieza.texto, tenue=pieza.tenue)
            case Fallo():
                doc.parrafo(pieza.texto, destacado=True)
            case Cifras():
                doc.lista([f"{que.capitalize()}: {cifra}" for cifra, que in pieza.cifras])
            case Lista():
                doc.lista(pieza.textos)
            case Tabla():
                doc.tabla(pieza.cabezas, pieza.filas, pieza.anchos, pieza.letras)
            case Figura():
                lamina = pieza.dibujar(ANCHA)
                doc.figura(_alto(lamina), lamina.pintar, lamina.dice)
    return doc.pdf()


def _alto(lamina: Lamina) -> float:
    """Points that it takes on paper."""
    return lamina.alto * UTIL / lamina.ancho

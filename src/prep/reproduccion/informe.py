"""`--informe`: the comparison as one page that needs nothing else, for the institute that published."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from django.template import Context, Engine

from prep.reproduccion.comparar import ActaDistinta, ComparacionEleccion, Veredicto, como_se_dice, con_plural
from prep.reproduccion.derivar import Derivado
from prep.reproduccion.publicado import Anomalia, BasePublicada

MAX_FILAS: Final = 500
"""Rows of each list; `comparacion.json` has them all."""
MAX_TEXTO: Final = 3_000
"""Characters shown of a published line."""

_CLASES: Final = {
    Veredicto.IGUAL: "igual",
    Veredicto.EXPLICADA: "explicada",
    Veredicto.NO_LEIDA: "no-leida",
    Veredicto.DISTINTA: "distinta",
}
_SIGNIFICA: Final = {
    Veredicto.IGUAL: "Lo publicado y lo calculado son lo mismo.",
    Veredicto.EXPLICADA: "Difieren, y la diferencia es exactamente la que dan renglones en que la base se contradice.",
    Veredicto.NO_LEIDA: "No se puede saber: depende de algo que no se pudo leer en los archivos.",
    Veredicto.DISTINTA: "Difieren y la base no dice por qué.",
}


@dataclass(frozen=True, slots=True)
class Lista:
    """The first rows of a list, and how many more there are (empty when none is)."""

    filas: Sequence[Any]
    mas: str

    @classmethod
    def de(cls, todas: Sequence[Any]) -> Lista:
        return cls(todas[:MAX_FILAS], f"{len(todas) - MAX_FILAS:,}" if len(todas) > MAX_FILAS else "")


def lineas_pedidas(comparaciones: Iterable[ComparacionEleccion]) -> dict[str, set[int]]:
    """File -> lines whose text the page shows."""
    pedidas: dict[str, set[int]] = {}
    for c in comparaciones:
        pedidas.setdefault(c.archivo, set()).update(a.linea for a in c.actas_distintas[:MAX_FILAS])
    return pedidas


def pagina(
    derivado: Derivado,
    comparaciones: Sequence[ComparacionEleccion],
    rarezas: Sequence[Anomalia],
    veredicto: str,
    renglones: Mapping[tuple[str, int], str],
) -> bytes:
    """The page. `renglones`: text of the lines of `lineas_pedidas`. Same comparison, same bytes."""
    carpeta = files("prep.reproduccion") / "plantillas"
    estilo = (carpeta / "informe.css").read_text(encoding="utf-8")
    plantilla = Engine(autoescape=True).from_string((carpeta / "informe.html").read_text(encoding="utf-8"))
    huella = base64.b64encode(sha256(estilo.encode()).digest()).decode()
    contexto = {
        "csp": f"default-src 'none'; style-src 'sha256-{huella}'; base-uri 'none'; form-action 'none'",
        "estilo": estilo,
        "titulo": f"{derivado.proceso.nombre}: lo publicado y lo calculado",
        "veredictos": [{"nombre": v.value, "clase": _CLASES[v], "significa": _SIGNIFICA[v]} for v in Veredicto],
        "elecciones": [_eleccion(c, d.base, renglones) for c, d in zip(comparaciones, derivado.bases, strict=True)],
        "supuestos": Lista.de([a.dicha for a in derivado.supuestos]),
        "rarezas": Lista.de([a.dicha for a in rarezas]),
        "veredicto": veredicto,
    }
    return plantilla.render(Context(contexto)).encode()


def _eleccion(c: ComparacionEleccion, base: BasePublicada, renglones: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    motivos: dict[int, list[str]] = {}
    for x in c.contradicciones:
        if x.clave_acta:
            motivos.setdefault(x.linea, []).append(x.mensaje)
    return {
        "ancla": f"eleccion-{c.eleccion.lower()}",
        "nombre": f"{c.eleccion} · {base.titulo}" if base.titulo else c.eleccion,
        "archivo": c.archivo,
        "corte": f"{base.corte:%d/%m/%Y %H:%M}" if base.corte else "",
        "actas": f"{c.actas:,}",
        "actas_distintas": f"{len({a.linea for a in c.actas_distintas}):,}",
        "cuentas": [
            {"cuantas": str(c.cuantas(v) or ""), "clase": _CLASES[v], "dicho": con_plural(v, c.cuantas(v))}
            for v in Veredicto
        ],
        "cifras": [
            {
                "palabras": f.nombre.split("_"),
                "publicado": _cantidad(f.publicado),
                "calculado": _cantidad(f.calculado),
                "veredicto": f.veredicto.value,
                "clase": _CLASES[f.veredicto],
            }
            for f in c.cifras
        ],
        "sin_comparar": ", ".join(c.sin_comparar),
        "distintas": Lista.de([_acta(a, motivos, renglones.get((c.archivo, a.linea), "")) for a in c.actas_distintas]),
        "no_leidos": Lista.de([como_se_dice(n) for n in c.no_leidos]),
        "contradicciones": Lista.de(
            [
                f"Línea {x.linea}, {x.clave_acta}: {x.mensaje}" if x.clave_acta else f"{x.campo}: {x.mensaje}"
                for x in c.contradicciones
            ]
        ),
    }


def _acta(a: ActaDistinta, motivos: Mapping[int, list[str]], texto: str) -> dict[str, Any]:
    return {
        "linea": str(a.linea),
        "clave": a.clave_acta,
        "campo": a.campo,
        "publicado": _cantidad(a.publicado),
        "calculado": _cantidad(a.calculado),
        "veredicto": a.veredicto.value,
        "clase": _CLASES[a.veredicto],
        "motivos": motivos.get(a.linea, []),
        "texto": texto[:MAX_TEXTO] + ("…" if len(texto) > MAX_TEXTO else ""),
    }


def _cantidad(valor: int | str | None) -> str:
    if valor is None:
        return "nada"
    return f"{valor:,}" if isinstance(valor, int) else valor

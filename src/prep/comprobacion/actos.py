"""The acts of the night: what each leaf attests is there, says the same, and comes in its turn.

A night begins with the first corte, in ceros, and the act that attests it; after the cierre there may be acts and never
cortes. What is not known yet is not an accusation: an act that a live site is about to sign is waited for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from prep.comprobacion.informe import Informe
from prep.transparencia.almacen import Carpeta, Lector
from prep.transparencia.canonico import NoCanonico, leer_canonico
from prep.transparencia.errores import ErrorEmision, FormatoInvalido
from prep.transparencia.hojas import instante
from prep.transparencia.manifiesto import Manifiesto

MAXIMO_DOCUMENTO = 4 * 2**20
MAXIMO_VERDAD = 32 * 2**20
"""The truth of a drill says every acta, vote by vote."""
_DE_LA_HOJA = ("tipo", "formato", "documento")


@dataclass(frozen=True)
class Acto:
    """A leaf and its place in the log."""

    posicion: int
    hoja: Mapping[str, Any]

    @property
    def tipo(self) -> str:
        return str(self.hoja["tipo"])

    def __str__(self) -> str:
        return f"{self.hoja['hora']} {self.tipo.replace('_', ' ')} ({self.hoja['modo']})"


def ruta_documento(huella: str) -> str:
    return f"documentos/{huella}.json"


def maximo_de(tipo: str) -> int:
    """How long the document of an act may be."""
    return MAXIMO_VERDAD if tipo == "verdad_abierta" else MAXIMO_DOCUMENTO


def revisar_actos(
    lector: Lector,
    hojas: Sequence[tuple[int, Mapping[str, Any]]],
    manifiestos: Mapping[int, Manifiesto],
    informe: Informe,
    parcial: bool = False,
) -> dict[int, Mapping[str, Any]]:
    """Every act that is not a corte: its document and its turn. The documents that are as signed, by their position.
    `parcial`: the log is a node's, which has no puesta en ceros."""
    asunto = "actos"
    antes = informe.tropiezos
    actos = [Acto(i, h) for i, h in hojas]
    documentos: dict[int, Mapping[str, Any]] = {}
    for a in actos:
        if "documento" in a.hoja:
            try:
                documentos[a.posicion] = _documento(lector, a)
            except ErrorEmision as e:
                informe.tropiezo(asunto, e, f"{a}: ")
        if a.tipo != "corte":
            informe.bien(asunto, f"{a}{_dice(a.hoja)}")
    for problema in _turnos(actos, manifiestos):
        informe.mal(asunto, problema)
    for problema in _contenidos(actos, documentos, manifiestos):
        informe.mal(asunto, problema)
    if not parcial:
        _ceros(actos, documentos, informe)
    if isinstance(lector, Carpeta):
        nombrados = {ruta_documento(a.hoja["documento"]) for a in actos if "documento" in a.hoja}
        if sobran := sorted(set(lector.rutas("documentos")) - nombrados):
            informe.aviso("sin firmar", f"{len(sobran)} documentos que ninguna hoja nombra: {', '.join(sobran[:3])}")
    if documentos and informe.tropiezos == antes:
        informe.bien(asunto, f"{len(documentos)} documentos son los que sus hojas firman")
    return documentos


def _dice(h: Mapping[str, Any]) -> str:
    """What an act says, for people to read."""
    for campo in ("texto", "motivo"):
        if campo in h:
            return f": {h[campo]}"
    for campo in ("momento", "nodo"):
        if campo in h:
            return f": {h[campo]}"
    return ""


def _documento(lector: Lector, a: Acto) -> Mapping[str, Any]:
    """What the leaf attests: the file with that hash, canonical, that says what its leaf says."""
    ruta = ruta_documento(a.hoja["documento"])
    datos = lector.leer(ruta, maximo_de(a.tipo))
    if datos is None:
        raise FormatoInvalido(f"falta {ruta}, que su hoja firma")
    if sha256(datos).hexdigest() != a.hoja["documento"]:
        raise FormatoInvalido(f"{ruta} fue alterado: no es el que su hoja firma")
    try:
        doc = leer_canonico(datos)
    except NoCanonico as e:
        raise FormatoInvalido(f"{ruta}: {e}") from e
    debe = {k: v for k, v in a.hoja.items() if k not in _DE_LA_HOJA} | {"formato": f"prep/{a.tipo}/1"}
    if a.tipo == "verdad_abierta":  # written, and sealed by its hash, before the hour of opening it
        debe = {"proceso": a.hoja["proceso"], "modo": a.hoja["modo"], "formato": "prep/verdad/1"}
    if not isinstance(doc, dict):
        raise FormatoInvalido(f"{ruta} no es un objeto JSON")
    for k, v in debe.items():
        if k not in doc or doc[k] != v or type(doc[k]) is not type(v):
            raise FormatoInvalido(f"{ruta} no dice lo mismo que su hoja en «{k}»")
    return doc


def _turnos(actos: Sequence[Acto], manifiestos: Mapping[int, Manifiesto]) -> Iterator[str]:
    """What comes before or after its time."""
    cortes = [a for a in actos if a.tipo == "corte"]
    if cortes and cortes[0].hoja["corte"] != 1:
        yield f"el registro comienza en el corte {cortes[0].hoja['corte']}: faltan los anteriores"
    cierre: Acto | None = None
    ultimo: int | None = None
    selladas: list[str] = []
    delegados: dict[str, str] = {}
    ceros, hora = 0, ""
    for a in actos:
        h = a.hoja
        if cierre is not None and a.tipo in ("corte", "prorroga", "cierre", "puesta_en_ceros"):
            yield f"{a}: viene después del cierre"
        if a.tipo == "corte":
            if ultimo is not None and (m := manifiestos.get(ultimo)) is not None and m.cierre:
                yield f"el corte {h['corte']} viene después del {ultimo}, que dice ser el último"
            ultimo, hora = h["corte"], h["hora"]
        elif a.tipo == "puesta_en_ceros":
            ceros += 1
            if ceros > 1 or ultimo is None:
                yield f"{a}: no sigue a ningún corte, o está dos veces"
        elif a.tipo == "cierre":
            cierre = cierre or a
            if h["corte"] != ultimo or not getattr(manifiestos.get(h["corte"]), "cierre", True):
                yield f"{a}: dice que el último corte es el {h['corte']}"
        elif a.tipo == "correccion":
            if not (h["corte"] < h["corregido_por"] <= (ultimo or 0)):
                yield f"{a}: nombra cortes que no hay, o en otro orden"
        elif a.tipo == "prorroga":
            if instante(h["hasta"]) <= instante(h["hora"]):
                yield f"{a}: prorroga hasta una hora que ya pasó"
        elif a.tipo == "delegacion":
            delegados[h["documento"]] = h["nodo"]
            if instante(h["desde"]) < instante(h["hora"]) or (hora and instante(h["hora"]) < instante(hora)):
                yield f"{a}: vale desde antes de haberse firmado"
            if instante(h["hasta"]) <= instante(h["desde"]):
                yield f"{a}: vence antes de empezar"
        elif a.tipo == "fe_publica":
            if h["acto"] >= a.posicion:
                yield f"{a}: da fe de lo que no se había firmado"
        elif a.tipo == "punto_de_nodo":
            if delegados.get(h["delegacion"]) != h["nodo"]:
                yield f"{a}: a ese nodo nadie lo había delegado antes"
        elif a.tipo == "verdad_sellada":
            if selladas:
                yield f"{a}: ya había una verdad sellada, y la que cuenta es la primera"
            selladas.append(h["compromiso"])
        elif a.tipo == "verdad_abierta":
            if h["documento"] not in selladas:
                yield f"{a}: abre una verdad que nadie selló antes"
            elif h["documento"] != selladas[0]:
                yield f"{a}: abre una verdad que no es la que cuenta, la primera que se selló"


def _contenidos(
    actos: Sequence[Acto], documentos: Mapping[int, Mapping[str, Any]], manifiestos: Mapping[int, Manifiesto]
) -> Iterator[str]:
    """What the documents of puesta en ceros and cierre say, against the cortes they speak of."""
    huellas = {a.hoja["corte"]: a.hoja["manifiesto"] for a in actos if a.tipo == "corte"}
    numero = 0
    aprobadas: set[str] = set()
    for a in actos:
        if a.tipo == "corte":
            numero = a.hoja["corte"]
        elif a.tipo == "aprobacion":
            aprobadas.add(a.hoja["muestra"])
        doc, m = documentos.get(a.posicion), manifiestos.get(numero)
        if doc is None or m is None or a.tipo not in ("puesta_en_ceros", "cierre"):
            continue
        b, cuentas = m.todo["bitacora"], m.todo["cuentas"]
        if a.tipo == "cierre":
            debe = {"manifiesto": huellas.get(numero), "hechos": b["posicion"], "cuentas": cuentas}
        else:
            debe = {
                "hechos": 0,
                "altas": b["posicion"],
                "raiz": b["raiz"],
                "catalogo": m.todo["catalogo"],
                "software": m.todo["software"],
                "corte": huellas.get(numero),
                "actas_esperadas": {e: c["esperadas"] for e, c in cuentas.items()},
            }
            if not doc.get("sin_aprobar"):
                debe["muestra"] = muestra = next((x.sha256 for x in m.archivos if x.ruta == "proceso.json"), None)
                if muestra not in aprobadas:
                    yield (
                        f"{a}: nadie aprobó antes lo que muestra el primer corte (partidos, candidaturas y recuadros)"
                    )
            for n, otro in manifiestos.items():
                if n <= numero and not _en_ceros(otro):
                    yield f"el corte {n}, de antes de la puesta en ceros, no está en ceros"
        for k, v in debe.items():
            if doc.get(k) != v or type(doc.get(k)) is not type(v):
                yield f"{a}: su documento dice {str(doc.get(k))[:60]} en «{k}» y debe decir {str(v)[:60]}"


def _en_ceros(m: Manifiesto) -> bool:
    return not any(c["capturadas"] or c["contabilizadas"] for c in m.todo["cuentas"].values())


def _ceros(actos: Sequence[Acto], documentos: Mapping[int, Mapping[str, Any]], informe: Informe) -> None:
    """A night without its puesta en ceros: unless it is a test, or is being signed right now. One that went on without
    anybody's approval of what is shown says why."""
    for a in actos:
        if a.tipo == "puesta_en_ceros" and (motivo := documentos.get(a.posicion, {}).get("sin_aprobar")):
            informe.aviso("actos", f"{a}: sin hoja de prueba aprobada: {str(motivo)[:300]}")
    cortes = [a for a in actos if a.tipo == "corte"]
    if not cortes or any(a.tipo == "puesta_en_ceros" for a in actos):
        return
    if cortes[0].hoja["modo"] == "prueba":
        informe.aviso("actos", "es una prueba sin puesta en ceros firmada")
    elif len(cortes) == 1:
        informe.sin_comprobar("actos", "todavía no está firmada la puesta en ceros")
    else:
        informe.mal("actos", "no hay puesta en ceros firmada")

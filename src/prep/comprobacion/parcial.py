"""What a node emits by itself: whose it is, under which delegation, and whether the institute's log accounts for it.

A corte parcial is checked like any other, and besides it must be of a node that the institute had delegated, of its
casillas, in its time. Held against the institute's publication, each acta that the node published is there with the
same reading, or the institute has said that another one stands instead, and why.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from prep.comprobacion.informe import Nivel
from prep.comprobacion.recalculo import Base, Fila
from prep.transparencia.almacen import Lector
from prep.transparencia.delegacion import MAXIMO_PRUEBA, RUTA_PRUEBA, Delegacion, alcance_de, leer_delegacion
from prep.transparencia.errores import ErrorEmision, FirmaInvalida, FormatoInvalido
from prep.transparencia.hojas import instante, origen_de_nodo
from prep.transparencia.manifiesto import Manifiesto
from prep.transparencia.nota import FIRMA, LlavePublica, Nota
from prep.transparencia.punto import Punto, abrir_punto
from prep.transparencia.registro import MAXIMO_PUNTO

if TYPE_CHECKING:
    from prep.comprobacion.verificar import Verificado

Casillas = frozenset[str] | None
"""The reach of who publishes; None, any casilla."""
PORQUES = {
    "en_conflicto": "hay dos lecturas verificadas distintas y se muestran ambas a quien decide",
    "superada": "después se verificó otra lectura",
}
"""Why the institute may publish another reading than a node had: its words in the leaf's document, and for people."""
_TOTALES = (
    *("TOTAL_BOLETAS_SOBRANTES", "TOTAL_PERSONAS_VOTARON", "TOTAL_REP_PARTIDO_CI_VOTARON", "TOTAL_VOTOS_SACADOS"),
    "TOTAL_VOTOS_ASENTADO",
)


def delegacion_de(lector: Lector, instituto: Sequence[LlavePublica]) -> Delegacion | None:
    """The delegation of whoever signs this log, where it is not the institute; raises `ErrorEmision` when what it shows
    delegates another, or nobody."""
    datos = lector.leer("checkpoint", MAXIMO_PUNTO)
    if datos is None:
        return None
    origen = Punto.leer(Nota.leer(datos).texto).origen
    if any(ll.nombre == origen for ll in instituto):
        return None
    prueba = lector.leer(RUTA_PRUEBA, MAXIMO_PRUEBA)
    if prueba is None or not prueba.startswith(b"c2sp.org/tlog-proof"):
        return None
    try:
        delegacion = leer_delegacion(prueba, instituto)
    except ErrorEmision as e:
        raise FirmaInvalida(f"«{origen}» no muestra una delegación del instituto: {e}") from e
    if delegacion.llave.nombre != origen:
        raise FirmaInvalida(f"este registro es de «{origen}», y la delegación que trae es para «{delegacion.nodo}»")
    return delegacion


def revisar_delegacion(informe: "Verificado") -> Casillas:
    """That the cortes of a node say that they are its own, that its log begins with its delegation and that they fall
    in its time; that those of the institute do not say they are parciales. The casillas that it reaches."""
    asunto, delegacion = "delegación", informe.delegacion
    documento = informe.documentos.get(0, {}) if delegacion is not None else {}
    ficha = None
    if delegacion is not None:
        ficha = {"nodo": delegacion.nodo, "nombre": documento.get("nombre"), "delegacion": delegacion.documento}
    for n, m in informe.manifiestos.items():
        if m.parcial != ficha:
            informe.mal(asunto, f"el corte {n} no dice de quién es como debe: {_de_quien(m)}")
    if delegacion is None:
        return None
    informe.parcial = str(documento.get("nombre", delegacion.nodo))
    if informe.historia is None or informe.historia.hojas[0] != delegacion.hoja:
        informe.mal(asunto, "el registro de un nodo empieza por la hoja con que el instituto lo delegó, y este no")
    desde, hasta = delegacion.campos["desde"], delegacion.campos["hasta"]
    for _, h in informe.hojas[1:]:
        if h["tipo"] != "corte":
            informe.mal(asunto, f"un nodo publica cortes parciales y nada más, y este registro trae {h['tipo']}")
        elif not delegacion.cubre(h["hora"]):
            que = f"el corte {h['corte']} es de {h['hora']} y la delegación vale de {desde} a {hasta}"
            informe.mal(asunto, que)
    try:
        casillas = alcance_de(documento)
    except ErrorEmision as e:
        informe.tropiezo(asunto, e)
        return None
    de_que = "cualquier casilla" if casillas is None else f"{len(casillas):,} casillas"
    informe.aviso(
        asunto,
        f"corte parcial: solo las actas que tiene {informe.parcial}, nodo «{delegacion.nodo}», delegado por "
        f"«{delegacion.punto.origen}» para {de_que}, de {desde} a {hasta}; lo que después publique "
        "el instituto puede sustituirlo",
    )
    return casillas


def _de_quien(m: Manifiesto) -> str:
    return "no dice ser parcial" if m.parcial is None else f"dice ser parcial de «{m.parcial['nodo']}»"


def revisar_alcance(m: Manifiesto, bases: Iterable[Base], casillas: Casillas, informe: "Verificado") -> None:
    """Nothing out of the reach of who publishes: neither actas nor sheets out of catalogue."""
    if casillas is None:
        return
    for base in bases:
        for f in base.filas:
            if f.cuenta == "2":
                que = "una hoja fuera de catálogo"
            elif f.cuenta in ("0", "1") and f.celdas["CLAVE_CASILLA"] not in casillas:
                que = f"el acta {f.clave}"
            else:
                continue
            informe.mal("delegación", f"el corte {m.corte} trae {que}, que no es de su alcance")


def publicadas(bases: Iterable[Base], previas: Mapping[str, Fila] | None) -> dict[str, Fila]:
    """The actas that a corte publishes, captured or known to have come without acta. `previas`: those of the corte
    before: what did not change is kept once."""
    antes = previas or {}
    filas = {f.clave: f for b in bases for f in b.filas if f.cuenta in ("0", "1")}
    return {c: antes[c] if c in antes and antes[c].renglon == f.renglon else f for c, f in filas.items()}


def revisar_reconocidos(informe: "Verificado") -> None:
    """The checkpoints of nodes that the institute took: the node's own key signed each."""
    if informe.historia is None or informe.delegacion is not None:
        return
    delegados = {h["documento"]: h for _, h in informe.hojas if h["tipo"] == "delegacion"}
    for i, h in informe.hojas:
        documento, suya = informe.documentos.get(i), delegados.get(h.get("delegacion", ""))
        if h["tipo"] != "punto_de_nodo" or documento is None or suya is None:
            continue  # what is missing was said with the acts
        nombre = origen_de_nodo(informe.historia.punto.origen, h["nodo"])
        llave = LlavePublica(nombre, FIRMA, bytes.fromhex(suya["llave"]))
        try:
            punto = abrir_punto(str(documento.get("punto")).encode(), (llave,)).punto
            if (punto.tamano, punto.raiz.hex()) != (h["hojas"], h["raiz"]):
                raise FormatoInvalido("el punto de control que firmó el nodo no es el que la hoja dice")
            dichas(documento)
        except ErrorEmision as e:
            informe.tropiezo("nodos", e, f"lo que se reconoció de «{h['nodo']}»: ")


def dichas(documento: Mapping[str, Any]) -> dict[str, str]:
    """Of which actas the institute says that it publishes another reading than the node, and why."""
    lista = documento.get("otras")
    if not isinstance(lista, list) or not all(
        isinstance(x, dict) and isinstance(x.get("acta"), str) and x.get("porque") in PORQUES for x in lista
    ):
        raise FormatoInvalido("el documento no dice bien de qué actas publica el instituto otra lectura")
    return {x["acta"]: x["porque"] for x in lista}


# --- against the institute's publication ------------------------------------------------------------------------------


def diferentes(centro: Mapping[str, Fila], nodo: Mapping[str, Fila]) -> Iterator[tuple[Fila, Fila | None]]:
    """Each acta of the node's whose reading is not the centre's, and what the centre has of it, if anything."""
    for clave, suya in sorted(nodo.items()):
        otra = centro.get(clave)
        if otra is None or _lectura(suya) != _lectura(otra):
            yield suya, otra


def _lectura(f: Fila) -> tuple[Any, ...]:
    """What an acta says, whoever typed it and from whichever of its pictures."""
    sin_acta = f.celdas["OBSERVACIONES"] if all(v is None for v in f.votos.values()) else ""
    return f.votos, [f.celdas[c] for c in _TOTALES], sin_acta


def contrastar(centro: "Verificado", nodos: Sequence["Verificado"]) -> None:
    """Hold each node's publication against the institute's, and name in its report the nodes that were not."""
    contrastados = set()
    for nodo in nodos:
        quien = nodo.delegacion.nodo if nodo.delegacion is not None else "?"
        asunto = f"nodo {quien}"
        contrastados.add(quien)
        for h in nodo.hallazgos:
            if h.nivel in (Nivel.MAL, Nivel.SIN_COMPROBAR, Nivel.AVISO):
                centro.anotar(h.nivel, f"{asunto}, {h.asunto}", h.texto)
        if nodo.delegacion is None:
            if not nodo.tropiezos:
                centro.mal(asunto, "lo que se dio con --nodo no es la publicación de un nodo")
        elif nodo.historia is None or centro.historia is None:
            centro.sin_comprobar(asunto, "sin los dos registros, completos y firmados, no se pueden comparar")
        else:
            if nodo.no_recalculados:
                centro.no_recalculado(asunto, ", ".join(nodo.no_recalculados))
            _contrastar(centro, nodo, asunto)
    for quien in sorted({h["nodo"] for _, h in centro.hojas if h["tipo"] == "punto_de_nodo"} - contrastados):
        que = f"lo que «{quien}» publicó por su cuenta no se comparó con esto (prep verificar --nodo, sí)"
        centro.no_recalculado("nodos", que)


def _contrastar(centro: "Verificado", nodo: "Verificado", asunto: str) -> None:
    assert nodo.delegacion is not None and nodo.historia is not None and centro.historia is not None
    delegacion = nodo.delegacion
    try:
        centro.historia.comprobar_continuacion(delegacion.punto)
    except ErrorEmision as e:
        centro.mal(asunto, f"el instituto mostró al nodo otra historia que esta: {e}")
    if delegacion.hoja not in centro.historia.hojas:
        centro.mal(asunto, "su delegación no está en el registro del instituto")
    catalogos = {m.todo["catalogo"] for v in (centro, nodo) for m in v.manifiestos.values()}
    if len(catalogos) > 1:
        centro.mal(asunto, "publicó con otro catálogo que el del instituto")
    puntos = [
        (h, centro.documentos.get(i))
        for i, h in centro.hojas
        if h["tipo"] == "punto_de_nodo" and h["delegacion"] == delegacion.documento
    ]
    if not puntos:
        centro.sin_comprobar(asunto, "el instituto todavía no reconoce lo que publicó: no hay con qué compararlo")
        return
    for h, _ in puntos:
        if h["hojas"] > nodo.historia.punto.tamano or nodo.historia.arbol.raiz(h["hojas"]).hex() != h["raiz"]:
            que = f"el instituto reconoció {h['hojas']} hojas suyas y este registro no empieza por ellas"
            centro.mal(asunto, f"{que}: el nodo mostró dos historias")
        if instante(h["hora"]) > instante(delegacion.campos["hasta"]):
            que = f"se reconoció el {h['hora']}, ya vencida la delegación"
            centro.aviso(asunto, f"{que}: de que publicara antes responde su propio reloj")
    hojas, documento = puntos[-1][0]["hojas"], puntos[-1][1]
    if (faltan := nodo.historia.punto.tamano - hojas) > 0:
        centro.sin_comprobar(asunto, f"publicó {faltan} cortes que el instituto todavía no reconoce")
    cortes = [h["corte"] for i, h in nodo.hojas if i < hojas and h["tipo"] == "corte"]
    lecturas = [nodo.lecturas[n] for n in cortes if n in nodo.lecturas]
    if not cortes or len(lecturas) < len(cortes) or centro.corte not in centro.lecturas or documento is None:
        centro.sin_comprobar(asunto, "sin las actas de sus cortes y del último del instituto no se pueden comparar")
        return
    with contextlib.suppress(FormatoInvalido):  # said already
        _contrastar_actas(centro, lecturas, dichas(documento), asunto)


def _contrastar_actas(
    centro: "Verificado", lecturas: Sequence[Mapping[str, Fila]], otras: Mapping[str, str], asunto: str
) -> None:
    """Each acta of each of its cortes, in order: equal, or the institute says why not, or the node itself replaced
    it."""
    ultimas, aqui = lecturas[-1], centro.lecturas[centro.corte or 0]
    distintas: set[str] = set()
    for suya, otra in diferentes(aqui, ultimas):
        distintas.add(suya.clave)
        if otra is None:
            centro.mal(asunto, f"publicó el acta {suya.clave} y el corte {centro.corte} no la trae")
        elif suya.clave in otras:
            porque = f"{otras[suya.clave]}: {PORQUES[otras[suya.clave]]}"
            centro.aviso(asunto, f"acta {suya.clave}: el instituto publica otra lectura y lo dice ({porque})")
        else:
            centro.mal(asunto, f"acta {suya.clave}: el corte {centro.corte} publica otra lectura y nadie lo dijo")
    for antes, despues in pairwise(lecturas):
        for suya, otra in diferentes(despues, antes):
            if otra is None:
                centro.mal(asunto, f"publicó el acta {suya.clave} y después la retiró")
            else:
                centro.aviso(asunto, f"acta {suya.clave}: el propio nodo cambió lo que había publicado")
    iguales = [f for clave, f in ultimas.items() if clave not in distintas]
    otra_imagen = sum(f.imagen != aqui[f.clave].imagen for f in iguales)
    nota = f"; {otra_imagen} de ellas, con otra imagen de la misma acta" if otra_imagen else ""
    cuantas = f"{len(iguales)} de las {len(ultimas)} actas que publicó"
    centro.bien(asunto, f"{cuantas} dicen lo mismo en el corte {centro.corte}{nota}")

"""The whole history of one acta (or sheet) in sentences: every fact, by whom, from where, by both clocks, and what it
did or why it counted for nothing. Nothing here is what somebody typed; `lecturas` is, for whoever may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from prep.bitacora.autoridad import autoridad
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.sobres import escrito_guardado
from prep.coordinacion.padron import Esperada
from prep.diseno.textos import LENGUA, catalogo, texto
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo, sujeto_de
from prep.dominio.acta.pliegue import estado
from prep.dominio.comun.autoridad import Autoridad
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.hecho import Escrito, Hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.valores import Valor
from prep.papel.plantilla import TOTAL_ASENTADO, TOTALES, etiqueta_recuadro

HASTA: Final = 300
"""Facts of one acta that are told; a longer history is counted and its last part told."""
CON_EFECTO: Final = 80
"""Facts for which it is worth folding the history at each step, to say what each one did."""
LLEGADAS: Final = (Tipo.FOTOGRAFIADA, Tipo.DIGITALIZADA)
"""With which a picture comes."""
RELOJES: Final = timedelta(minutes=2)
"""Two clocks further apart than this are pointed out."""


@dataclass(frozen=True, slots=True)
class Suceso:
    """One fact told. `efecto`: the states it moved, before and after; `rechazo`: why it counted for nothing."""

    id: str
    tipo: str
    frase: str
    persona: str
    quien: str
    nodo: str
    dispositivo: str
    hora: datetime
    recibido: datetime
    tambien: tuple[str, ...] = ()
    efecto: tuple[tuple[str, str], ...] = ()
    rechazo: Rechazo | None = None
    imagen: str = ""

    @property
    def desfase(self) -> bool:
        """Whether the clock of the device and that of the receiver disagree enough to be told."""
        return abs(self.recibido - self.hora) > RELOJES


@dataclass(frozen=True, slots=True)
class Lectura:
    """What somebody typed, ruled or decided, and what is published: one column."""

    titulo: str
    persona: str
    hora: datetime
    valores: Mapping[str, Valor]


@dataclass(frozen=True, slots=True)
class Historia:
    """`antes`: facts that are not told. `imagenes`: every picture, with what became of it."""

    acta: Acta
    sucesos: tuple[Suceso, ...]
    antes: int
    imagenes: tuple[tuple[str, str], ...]
    lecturas: tuple[Lectura, ...]
    cortes: tuple[str, ...] = ()
    nombres: Mapping[str, str] = field(default_factory=dict)

    @property
    def renglones(self) -> list[tuple[str, list[str], bool]]:
        """Row by row: its name, what each reading says, and whether they differ."""
        filas = []
        for clave, nombre in self.nombres.items():
            dichos = [str(lectura.valores.get(clave, "")) for lectura in self.lecturas]
            if any(dichos):
                filas.append((nombre, dichos, len(set(dichos)) > 1))
        return filas


def contar(clave: str, esperada: Esperada | None) -> Historia:
    """Everything that is known of an acta (or sheet)."""
    de = autoridad()
    filas = list(FilaHecho.objects.filter(sujeto=sujeto_de(clave)).order_by("posicion"))
    escritos = [escrito_guardado(f.id, f.nodo, f.secuencia, bytes(f.cuerpo)) for f in filas]
    acta = estado(escritos, de)
    nombres = nombres_de(esperada)
    unicos = _unicos(filas, escritos)
    efectos = _efectos(escritos, de) if len(escritos) <= CON_EFECTO else {}
    rechazos = dict(acta.anomalias)
    sucesos = [_suceso(fs, es[0].hecho, de, efectos, rechazos, nombres) for fs, es in unicos[-HASTA:]]
    return Historia(
        acta,
        tuple(sucesos),
        max(0, len(unicos) - HASTA),
        tuple(_imagenes(acta, (es[0].hecho for _, es in unicos))),
        tuple(_lecturas(acta, (es[0].hecho for _, es in unicos))),
        tuple(_cortes(es[0].hecho for _, es in unicos if es[0].hecho.id not in rechazos)),
        nombres,
    )


def _unicos(filas: list[FilaHecho], escritos: list[Escrito]) -> list[tuple[list[FilaHecho], list[Escrito]]]:
    """One fact may come in the chains of two nodes: it is told once."""
    por_id: dict[str, tuple[list[FilaHecho], list[Escrito]]] = {}
    for fila, escrito in zip(filas, escritos, strict=True):
        fs, es = por_id.setdefault(fila.id, ([], []))
        fs.append(fila)
        es.append(escrito)
    return list(por_id.values())


def _efectos(escritos: list[Escrito], de: Autoridad) -> dict[str, tuple[tuple[str, str], ...]]:
    """What each fact moved when it came: the state that those before it give, and the one with it."""
    antes = Acta()
    efectos: dict[str, tuple[tuple[str, str], ...]] = {}
    for i, escrito in enumerate(escritos, 1):
        luego = estado(escritos[:i], de)
        pares = (
            (antes.custodia.value, luego.custodia.value),
            (antes.captura.value, luego.captura.value),
            (antes.situacion.value, luego.situacion.value),
        )
        efectos.setdefault(escrito.hecho.id, tuple((a, b) for a, b in pares if a != b))
        antes = luego
    return efectos


def _suceso(
    filas: list[FilaHecho],
    hecho: Hecho,
    de: Autoridad,
    efectos: Mapping[str, tuple[tuple[str, str], ...]],
    rechazos: Mapping[str, Rechazo],
    nombres: Mapping[str, str],
) -> Suceso:
    primera = filas[0]
    return Suceso(
        hecho.id,
        hecho.tipo,
        frase(hecho, nombres),
        hecho.persona,
        _quien(hecho.persona, de),
        _nodo(primera.nodo, de),
        primera.dispositivo,
        hecho.hora,
        primera.recibido,
        tuple(_nodo(f.nodo, de) for f in filas[1:]),
        efectos.get(hecho.id, ()),
        rechazos.get(hecho.id),
        str(hecho.contenido.get("imagen", "")) if hecho.tipo in LLEGADAS else "",
    )


def _nodo(nodo: str, de: Autoridad) -> str:
    conocido = de.nodos.get(nodo)
    return nodo if conocido is None or conocido.nombre == nodo else f"{conocido.nombre} ({nodo})"


def _quien(persona: str, de: Autoridad) -> str:
    """Roles and places of a person: no name is in the facts."""
    suya = de.personas.get(persona)
    if suya is None or not suya.cargos:
        return texto("coordinacion.historia.desconocida")
    lugares: dict[str, list[str]] = {}
    for cargo in sorted(suya.cargos, key=lambda c: list(Rol).index(c.rol)):
        clave = f"acceso.rol.{cargo.rol}"
        nombre = texto(clave) if clave in catalogo(LENGUA) else texto(f"coordinacion.sistema.{cargo.rol}")
        lugares.setdefault(cargo.lugar, []).append(nombre)
    return " · ".join(f"{', '.join(dict.fromkeys(roles))} ({lugar})" for lugar, roles in sorted(lugares.items()))


def frase(hecho: Hecho, nombres: Mapping[str, str]) -> str:
    """What somebody did, as it is said; of a type that this program does not know, that."""
    clave = f"coordinacion.hecho.{hecho.tipo}"
    if not hecho.interpretado or clave not in catalogo(LENGUA):
        return texto("coordinacion.hecho.desconocido", tipo=hecho.tipo)
    c = hecho.contenido
    datos: dict[str, Any] = {**c, "hora": _hora(c.get("hora"))}
    match hecho.tipo:
        case Tipo.SIN_ACTA:
            datos["motivo"] = texto(f"coordinacion.sin_acta.{c['motivo']}")
        case Tipo.COTEJADA:
            datos["resultado"] = texto(f"coordinacion.cotejo.{c['resultado']}")
        case Tipo.IDENTIFICADA:
            datos["por"] = texto(f"coordinacion.por.{c['por']}")
        case Tipo.DEVUELTA if c.get("campos"):
            campos = ", ".join(nombres.get(x, x) for x in c["campos"])
            return f"{texto(clave, **datos)} {texto('coordinacion.hecho.campos', campos=campos)}"
        case Tipo.CAPTURADA if "contingencia" in c:
            return f"{texto(clave, **datos)} {texto('coordinacion.hecho.contingencia', motivo=c['contingencia'])}"
        case Tipo.INCIDENTE if "intento" in c:
            return texto("coordinacion.hecho.intento", texto=c["texto"])
        case Tipo.PUBLICADA if "nodo" in c:
            return texto("coordinacion.hecho.publicada_en_nodo", corte=c["corte"], nodo=c["nodo"])
    return texto(clave, **datos)


def _hora(dicha: Any) -> str:
    if not isinstance(dicha, str):
        return ""
    return timezone.localtime(datetime.fromisoformat(dicha)).strftime("%d/%m/%Y %H:%M")


def nombres_de(esperada: Esperada | None) -> dict[str, str]:
    """What the paper calls each field, in its order."""
    if esperada is None:
        return {}
    return {
        **{clave: nombre for clave, nombre, _ in TOTALES if clave != "suma_votaron"},
        **{r.clave: etiqueta_recuadro(r) for r in esperada.boleta.recuadros},
        TOTAL_ASENTADO: texto("coordinacion.historia.total"),
    }


@dataclass(frozen=True, slots=True)
class Anexo:
    """Another sheet of the casilla, photographed beside the acta `clave`; `documento`: what the process calls it."""

    clave: str
    documento: str
    imagen: str
    hora: datetime


def anexos(claves: Iterable[str]) -> tuple[Anexo, ...]:
    """The other sheets that phones sent with any of these actas, in the order in which they came; each once."""
    filas = FilaHecho.objects.filter(sujeto__in=[sujeto_de(c) for c in claves], tipo=Tipo.ANEXADA.value)
    de, vistos = autoridad(), dict[tuple[str, str, str], Anexo]()
    for f in filas.order_by("posicion"):
        escrito = escrito_guardado(f.id, f.nodo, f.secuencia, bytes(f.cuerpo))
        hecho = escrito.hecho
        if hecho.interpretado and de.rechazar(escrito) is None:
            documento, imagen = hecho.contenido["documento"], hecho.contenido["imagen"]
            suyo = Anexo(hecho.clave, documento, imagen, datetime.fromisoformat(hecho.contenido["hora"]))
            vistos.setdefault((hecho.clave, documento, imagen), suyo)
    return tuple(vistos.values())


def imagenes_de(filas: Iterable[FilaHecho]) -> Iterable[str]:
    """The pictures that these stored facts brought."""
    for f in filas:
        hecho = escrito_guardado(f.id, f.nodo, f.secuencia, bytes(f.cuerpo)).hecho
        if hecho.interpretado:
            yield hecho.contenido["imagen"]


def _imagenes(acta: Acta, hechos: Iterable[Hecho]) -> Iterable[tuple[str, str]]:
    publicada = acta.publicada.imagen.sha256 if acta.publicada else None
    vigente = acta.imagen.sha256 if acta.imagen else None
    llegaron = (h.contenido["imagen"] for h in hechos if h.interpretado and h.tipo in LLEGADAS)
    for imagen in dict.fromkeys(llegaron):
        if imagen == publicada:
            que = "publicada"
        elif imagen in acta.desechadas:
            que = "desechada"
        else:
            que = "vigente" if imagen == vigente else "otra"
        yield imagen, que


_LEIDAS: Final = (Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.DECIDIDA)


def _lecturas(acta: Acta, hechos: Iterable[Hecho]) -> Iterable[Lectura]:
    """Everything that people read in it, in any round, and what is published."""
    for h in hechos:
        if h.interpretado and h.tipo in _LEIDAS:
            leido = Asentado.leer(h.contenido["valores"])
            titulo = texto(f"coordinacion.lectura.{h.tipo}")
            yield Lectura(titulo, h.persona, h.hora, {**leido.totales, **leido.votos})
    if acta.publicada is not None:
        leido = acta.publicada.asentado
        cuando = acta.publicada.verificacion
        yield Lectura(texto("coordinacion.lectura.publicada"), "", cuando, {**leido.totales, **leido.votos})


def _cortes(hechos: Iterable[Hecho]) -> Iterable[str]:
    for h in hechos:
        if h.tipo == Tipo.PUBLICADA:
            c = h.contenido
            clave = "coordinacion.historia.en_corte_de_nodo" if "nodo" in c else "coordinacion.historia.en_corte"
            yield texto(clave, corte=c["corte"], nodo=c.get("nodo", ""), lectura=c["base"][:12])

"""Check the figures of one published corte: documents against the actas, everything else against them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from prep.comprobacion import documentos
from prep.comprobacion.comprobado import (
    DEL_CATALOGO,
    Comprobado,
    Miradas,
    Origen,
    OtraForma,
    Tabla,
    Vista,
    este_programa,
    ver_cambios,
    ver_todo,
)
from prep.comprobacion.informe import Informe
from prep.comprobacion.recalculo import (
    Base,
    Calculo,
    Cifras,
    NoCuadra,
    Paquete,
    Reglas,
    fuera_de_catalogo,
    leer_base,
    leer_tabla,
    paquetes_de,
    por_seccion,
    sumar,
)
from prep.transparencia.canonico import NoCanonico, canonico, leer_json
from prep.transparencia.manifiesto import Manifiesto

Archivos = dict[str, bytes]
SIN_FORMA = (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)
CAMBIA_EN_LA_NOCHE = ("institucion", "difusores", "textos")
"""What `proceso.json` may say otherwise from one corte to another: none of it decides a figure nor names a party."""


@dataclass(frozen=True)
class Anterior:
    """A corte before the one being checked: its manifest and, where they were read, the summaries of its elections."""

    manifiesto: Manifiesto
    resumenes: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Contexto:
    """What a corte is held against besides its own actas.

    `primero`: gives the files of the first corte (`es_fijo`), which fixed the catalogue, if they can be had; None when
    this is the first. `anteriores`: every corte before this one, in order. `avance_previo`: the curve of the last.
    """

    primero: Callable[[], Archivos | None] | None = None
    anteriores: Sequence[Anterior] = ()
    avance_previo: Any = None


@dataclass
class Revisado:
    """What came of the figures of a corte. `nombradas`: sha256 of the images its actas name; `ofrecidas`: those among
    them that it says it publishes; `bases`: its tables, by election, where they were read whole; `comprobado`: what to
    remember, where it was asked for and all was right."""

    nombradas: set[str] = field(default_factory=set)
    ofrecidas: set[str] = field(default_factory=set)
    bases: dict[str, Base] = field(default_factory=dict)
    comprobado: Comprobado | None = None


def revisar_cifras(
    archivos: Archivos,
    m: Manifiesto,
    contexto: Contexto,
    informe: Informe,
    de_antes: Comprobado | None = None,
    recordar: bool = False,
) -> Revisado | None:
    """Compute everything again from the actas, and name what was not. None when it could not be.

    `de_antes`: an earlier corte of this log that was right. Then only what is not as it was there is computed, and all
    of it where any of that is wrong. `recordar`: say what is to be remembered of this one.
    """
    asunto = "cifras"
    if faltan := [a.ruta for a in m.archivos if es_documento(a.ruta) and a.ruta not in archivos]:
        informe.sin_comprobar(asunto, f"sin {faltan[0]}, tal como se firmó, no se pueden volver a calcular")
        return None
    if de_antes is not None:
        with suppress(OtraForma, NoCanonico, NoCuadra, *SIN_FORMA):
            c = _Corte(archivos, m, contexto, de_antes)
            if not any(True for _ in c.distintos()):
                return c.bien(informe, recordar)
    try:
        c = _Corte(archivos, m, contexto)
        antes = informe.tropiezos
        for d in c.distintos():
            informe.mal(asunto, d)
        return c.bien(informe, recordar) if informe.tropiezos == antes else c.dicho(informe)
    except NoCuadra as e:
        informe.mal(asunto, str(e))
    except SIN_FORMA as e:
        falta = f": le falta «{e.args[0]}»" if isinstance(e, KeyError) and e.args else ""
        informe.mal(asunto, f"un archivo del corte no tiene la forma que debe{falta}")
    return None


@dataclass(frozen=True, slots=True)
class _Eleccion:
    """One election, computed. `miradas`: figures of the secciones that were read; `calculo`: of all."""

    vista: Vista
    base: Base
    pendiente: str
    miradas: Miradas
    calculo: Calculo


class _Corte:
    """One corte being computed again; all of it, or what is not as it was in `de_antes`."""

    def __init__(
        self, archivos: Archivos, m: Manifiesto, contexto: Contexto, de_antes: Comprobado | None = None
    ) -> None:
        self.archivos, self.m, self.contexto, self.de_antes = archivos, m, contexto, de_antes
        if de_antes is not None and de_antes.origen != self.origen:
            raise OtraForma
        self.revisado = Revisado()
        self._documentos: dict[str, Any] = {}
        self.proceso = self.json("proceso.json")
        self.paquetes: dict[str, Paquete] = {}
        self.elecciones: dict[str, _Eleccion] = {}

    @property
    def origen(self) -> Origen:
        proceso, secciones = (sha256(self.archivos.get(r, b"")).hexdigest() for r in ("proceso.json", "secciones.json"))
        return Origen(este_programa(), proceso, secciones, self.m.cierre)

    def json(self, ruta: str) -> Any:
        if ruta not in self._documentos:
            self._documentos[ruta] = leer_documento(self.archivos, ruta)
        return self._documentos[ruta]

    @property
    def _conteos(self) -> list[Counter[str]]:
        return [e.calculo.entidad.conteo for e in self.elecciones.values()]

    def bien(self, informe: Informe, recordar: bool) -> Revisado:
        """All of it was right."""
        cuantas = sum(c["esperadas"] + c["fuera"] for c in self._conteos)
        texto = f"todas las cifras salen de las {cuantas:,} actas del CSV, de {len(self.elecciones)} elecciones"
        if self.de_antes is not None:
            orden = [s for e in self.elecciones.values() for s in e.vista.orden]
            texto += (
                f"; se volvieron a leer {orden.count(None):,} de sus {len(orden):,} secciones, las que no son como en "
                f"el corte {self.de_antes.corte}, comprobado antes"
            )
        informe.bien("cifras", texto)
        if recordar:
            self.revisado.comprobado = self._comprobado()
        return self.dicho(informe)

    def dicho(self, informe: Informe) -> Revisado:
        """Name what was not computed."""
        for que, texto in self._sin_recalcular():
            informe.no_recalculado(que, texto)
        return self.revisado

    def _comprobado(self) -> Comprobado | None:
        tablas: dict[str, Tabla] = {}
        for clave, e in self.elecciones.items():
            tabla = e.vista.recordar(e.base, e.miradas, e.pendiente, self.revisado.ofrecidas)
            if tabla is None:
                return None
            tablas[clave] = tabla
        return Comprobado(self.m.corte, sha256(canonico(self.m.todo)).hexdigest(), self.origen, tablas)

    def distintos(self) -> Iterator[str]:
        m, proceso = self.m, self.proceso
        if proceso["clave"] != m.proceso:
            yield f"proceso.json es de «{proceso['clave']}» y no de «{m.proceso}»"
        self._leer_bases()
        reglas = Reglas.de(proceso)
        for e in proceso["elecciones"]:
            clave, revisado = e["clave"], self.revisado
            antes = self.de_antes.elecciones[clave] if self.de_antes is not None else None
            vista = self._ver(e, antes)
            base = leer_base(vista.tabla, e, reglas)
            if antes is None:
                revisado.bases[clave] = base
                pendiente = documentos.pendiente_de(base)
            else:
                vista.exigir(base)
                pendiente = antes.pendiente
            miradas = por_seccion(base)
            partes = vista.partes(miradas, lambda _: 0)
            calculo = sumar(e, ((lugar, c) for lugar, _, c in partes), fuera_de_catalogo(base))
            self.elecciones[clave] = _Eleccion(vista, base, pendiente, miradas, calculo)
            for defecto in base.defectos:
                yield f"{clave}: {defecto}"
            actas = documentos.comparar_actas(proceso, e, base, vista.detalles, pendiente, revisado.ofrecidas)
            yield from _pocas(actas)
            yield from _pocas(self._documentos_de(e))
            if antes is None:
                yield from _listas_distintas(e, base)
            revisado.nombradas |= base.imagenes.union(*(s.imagenes.split() for s in vista.iguales))
            revisado.ofrecidas.update(*(s.ofrecidas.split() for s in vista.iguales))
        que_cuenta = ("esperadas", "capturadas", "contabilizadas")
        cuentas = {c: {n: e.calculo.entidad.conteo[n] for n in que_cuenta} for c, e in self.elecciones.items()}
        yield from documentos.diferencias("corte.json, cuentas", m.todo["cuentas"], cuentas)
        distintas: list[str] = []
        if "secciones.json" in self.archivos and self.de_antes is None:
            bases = self.revisado.bases
            distintas = list(documentos.secciones_distintas(proceso, self.json("secciones.json"), bases))
        yield from distintas or self._municipios()
        if "cabecera.json" in self.archivos:
            yield from documentos.diferencias("cabecera.json", self.json("cabecera.json"), documentos.cabecera(m.todo))
        if "avance.json" in self.archivos:
            yield from self._avance()
        if self.de_antes is None:
            yield from self._catalogo()

    def _ver(self, e: Mapping[str, Any], antes: Tabla | None) -> Vista:
        """What of an election is to be read: all of it, or what is not as it was `antes`."""
        rutas = {d["id"]: f"{e['clave']}/demarcacion/{d['id']}.json" for d in e["demarcaciones"]}
        for ruta in rutas.values():
            _exigir_documento(self.archivos, ruta)
        suyos = {id_: self.archivos[ruta] for id_, ruta in rutas.items()}
        tabla = self.paquetes[e["clave"]].resultados
        if antes is not None:
            return ver_cambios(antes, tabla, suyos)
        de_votos = [c["clave"] for c in e["columnas"]]
        return ver_todo(tabla, suyos, de_votos, lambda id_: leer_documento(self.archivos, rutas[id_]))

    def _leer_bases(self) -> None:
        abreviatura = self.proceso["entidad"]["abreviatura"]
        sello = f"{self.m.hora[:10].replace('-', '')}_{self.m.hora[11:16].replace(':', '')}_PREP"
        ruta = f"bd/{sello}_{abreviatura}.zip"
        paquetes = [r for r in self.archivos if r.startswith("bd/") and r.endswith(".zip")]
        if paquetes != [ruta]:
            raise NoCuadra(f"el corte debe traer la base de datos {ruta} y trae {', '.join(paquetes) or 'ninguna'}")
        self.paquetes = paquetes_de(self.archivos[ruta], abreviatura)
        claves = [e["clave"] for e in self.proceso["elecciones"]]
        if sorted(self.paquetes) != sorted(claves):
            trae, debe = ", ".join(sorted(self.paquetes)), ", ".join(sorted(claves))
            raise NoCuadra(f"la base de datos trae {trae} y el proceso {debe}")
        for clave, p in self.paquetes.items():
            if p.nombre != f"{sello}_{clave}_{abreviatura}.zip" or set(p.otros) - {"LEEME.txt"}:
                raise NoCuadra(f"la base de datos trae {p.nombre} con otro nombre o con archivos de más")

    def _documentos_de(self, e: Mapping[str, Any]) -> Iterator[str]:
        clave, cierre = e["clave"], self.m.cierre
        suya = self.elecciones[clave]
        calculo, detalles = suya.calculo, suya.vista.detalles
        cabeza = documentos.cabeza(e, self.m.modo, self.m.hora, calculo.entidad.estadistica(cierre))
        yield from documentos.diferencias(f"{clave}, encabezado del CSV", suya.base.cabeza, cabeza)
        debe = documentos.tabla_candidaturas(self.proceso, e)
        yield from documentos.diferencias(f"{clave}, CANDIDATURAS", leer_tabla(self.paquetes[clave].candidaturas), debe)
        resumen = self.json(f"{clave}/resumen.json")
        yield from documentos.diferencias(f"{clave}, entidad", resumen, documentos.resumen(e, calculo, cierre))
        miradas: dict[int, dict[int, Cifras]] = {d["id"]: {} for d in e["demarcaciones"]}
        for (lugar, seccion), cifras in suya.miradas.items():
            miradas[lugar][seccion] = cifras
        for d in e["demarcaciones"]:
            donde, c = f"{clave}, {d['nombre']}", calculo.demarcaciones[d["id"]].conteo
            if c["esperadas"] != d["actas_esperadas"]:
                yield f"{donde}: el proceso espera {d['actas_esperadas']} actas y el CSV lista {c['esperadas']}"
            detalle = detalles[d["id"]]
            casillas = {s["seccion"]: s["casillas"] for s in detalle["secciones"]}
            debe_decir = documentos.demarcacion(e, d, calculo, cierre, miradas[d["id"]], casillas)
            yield from documentos.diferencias(donde, detalle, debe_decir)
        ruta = f"{clave}/especiales.json"
        if ruta in self.archivos:
            especiales = documentos.especiales(e, suya.vista.especiales())
            yield from documentos.diferencias(ruta, self.json(ruta), especiales)

    def _municipios(self) -> Iterator[str]:
        donde: Mapping[str, Any] = {}

        def municipio(seccion: int) -> int:
            cual: int = donde.get(str(seccion), (0, 0))[1]
            return cual

        for e in self.proceso["elecciones"]:
            ruta = f"{e['clave']}/municipios.json"
            if ruta in self.archivos:
                donde = self.json("secciones.json")["secciones"]
                suya = self.elecciones[e["clave"]]
                partes = suya.vista.partes(suya.miradas, municipio)
                debe = documentos.municipios(self.proceso, e, partes, suya.calculo, self.m.cierre)
                yield from _pocas(documentos.diferencias(ruta, self.json(ruta), debe))

    def _avance(self) -> Iterator[str]:
        """Each point of the curve against its own corte; the last against this one."""
        avance, m = self.json("avance.json"), self.m
        claves = [e["clave"] for e in self.proceso["elecciones"]]
        documentos.forma_de_avance(avance, claves)
        hasta_aqui = [*(a.manifiesto for a in self.contexto.anteriores), m]
        yield from documentos.diferencias("avance.json, cortes", avance["cortes"], [x.corte for x in hasta_aqui])
        yield from documentos.diferencias("avance.json, horas", avance["horas"], [x.hora for x in hasta_aqui])
        if len(avance["cortes"]) != len(hasta_aqui):
            return
        esta = {c: self.json(f"{c}/resumen.json") for c in claves}
        puntos = [*self.contexto.anteriores, Anterior(m, esta)]
        for clave in claves:
            serie = avance["elecciones"][clave]
            for i, p in enumerate(puntos):
                donde, cuentas = (
                    f"avance.json, {clave}, corte {p.manifiesto.corte}",
                    p.manifiesto.todo["cuentas"][clave],
                )
                dicho = documentos.avance_en(serie, i)
                debe = (
                    documentos.punto_de_avance(p.resumenes[clave])
                    if p.resumenes
                    else {**dicho, "capturadas": cuentas["capturadas"], "contabilizadas": cuentas["contabilizadas"]}
                )
                yield from documentos.diferencias(
                    donde, {**dicho, "esperadas": serie["esperadas"]}, {**debe, "esperadas": cuentas["esperadas"]}
                )
        previo = self.contexto.avance_previo
        if previo is not None:
            for clave in claves:
                for i in range(len(previo["cortes"])):
                    donde = f"avance.json, {clave}, corte {previo['cortes'][i]}"
                    antes = documentos.avance_en(previo["elecciones"][clave], i)
                    yield from documentos.diferencias(
                        donde, documentos.avance_en(avance["elecciones"][clave], i), antes
                    )

    def _catalogo(self) -> Iterator[str]:
        """What the first corte fixed: names, parties, ballots, casillas, lista nominal, representatives."""
        primero = self.contexto.primero() if self.contexto.primero is not None else None
        if primero is None:
            return
        antes = leer_documento(primero, "proceso.json")
        dichos = ({k: v for k, v in p.items() if k not in CAMBIA_EN_LA_NOCHE} for p in (self.proceso, antes))
        if distintas := list(documentos.diferencias("proceso.json", *dichos)):
            yield f"ya no es el catálogo del primer corte: {distintas[0]}"
            return
        if "secciones.json" in self.archivos:
            if "secciones.json" not in primero:
                yield "el primer corte no traía secciones.json"
            else:
                dichas = (self.json("secciones.json"), leer_documento(primero, "secciones.json"))
                yield from documentos.diferencias("secciones.json, del primer corte", *dichas)
        (ruta,) = [r for r in primero if r.startswith("bd/")]
        paquetes = paquetes_de(primero[ruta], antes["entidad"]["abreviatura"])
        for e in antes["elecciones"]:
            viejas = _fijas(leer_tabla(paquetes[e["clave"]].resultados))
            base = self.revisado.bases[e["clave"]]
            nuevas = _fijas([base.columnas, *(f.renglon for f in base.filas)])
            if viejas != nuevas:
                cual = next((a or b for a, b in zip(nuevas, viejas, strict=False) if a != b), ("una casilla",))
                yield f"{e['clave']}: las casillas ya no son las del primer corte: {cual[0]}"

    def _sin_recalcular(self) -> Iterator[tuple[str, str]]:
        """What is signed and nobody computed here."""
        yield (
            "catálogo",
            ("nombres, partidos, candidaturas, casillas, lista nominal y representantes se toman del primer corte"),
        )
        if any(r.endswith(".xlsx") for r in self.archivos):
            yield "libro de Excel", "el .xlsx es el firmado; no se comparó celda por celda con el CSV"
        if any(p.otros for p in self.paquetes.values()):
            yield "LEEME", "el LEEME.txt de la base de datos es el firmado; no se leyó"
        if "mapa.json" in self.archivos:
            yield "mapa", "los contornos de mapa.json son los firmados"
        if fuera := sum(c["fuera"] for c in self._conteos):
            yield "hojas fuera de catálogo", f"{fuera:,} hojas que ninguna imagen ni clave respalda; solo se contaron"
        if pendientes := sum(c["esperadas"] - c["capturadas"] for c in self._conteos):
            yield "situación de las actas", f"dónde va cada una de las {pendientes:,} que aún no se publican"
        vistos = self.de_antes.corte if self.de_antes is not None else 0
        sin_ver = [a for a in self.contexto.anteriores if a.resumenes is None and a.manifiesto.corte > vistos]
        if sin_ver and "avance.json" in self.archivos:
            yield "curva de avance", "los votos de cortes anteriores se compararon con el corte previo, no con su corte"


def _fijas(lineas: list[list[str]]) -> list[tuple[str, ...]]:
    """The cells of each acta that the catalogue gives, out of a table with its header."""
    inicio = next(i for i, x in enumerate(lineas) if x and x[0] == "CLAVE_CASILLA")
    columnas = lineas[inicio]
    fijas = [columnas.index(c) for c in DEL_CATALOGO]
    marca = columnas.index("CONTABILIZADA")
    return [tuple([x[i] for i in fijas]) for x in lineas[inicio + 1 :] if x[marca] != "2"]


def _listas_distintas(eleccion: Mapping[str, Any], base: Base) -> Iterator[str]:
    """Demarcaciones whose lista nominal is not that of their casillas."""
    listas: dict[int | None, int] = {}
    for f in base.filas:
        if f.cuenta != "2":
            listas[f.demarcacion] = listas.get(f.demarcacion, 0) + int(f.celdas["LISTA_NOMINAL"] or 0)
    for d in eleccion["demarcaciones"]:
        if listas.get(d["id"], 0) != d["lista_nominal"]:
            yield (
                f"{eleccion['clave']}, {d['nombre']}: la lista nominal del proceso no es la suma de la de sus casillas"
            )


def _pocas(diferencias: Iterable[str]) -> Iterator[str]:
    """The first of them: a document that is all wrong does not need a line for each of its figures."""
    for i, d in enumerate(diferencias):
        if i == documentos.MAXIMO_DIFERENCIAS:
            return
        yield d


_DOCUMENTOS = ("proceso.json", "avance.json", "secciones.json", "mapa.json", "cabecera.json", "sitio.json")


def es_documento(ruta: str) -> bool:
    """Whether a file of a corte is one of its documents or tables; the rest are pages and exports drawn from them."""
    return (
        ruta in _DOCUMENTOS
        or ruta.startswith("bd/")
        or (
            ruta.endswith(".json")
            and ("/demarcacion/" in ruta or ruta.endswith(("/resumen.json", "/especiales.json", "/municipios.json")))
        )
    )


def es_fijo(ruta: str) -> bool:
    """Whether the first corte fixed a file: its `proceso.json`, where each sección belongs, and its databases."""
    return ruta in ("proceso.json", "secciones.json") or (ruta.startswith("bd/") and ruta.endswith(".zip"))


def leer_documento(archivos: Archivos, ruta: str) -> Any:
    """A JSON document of a corte; raises `NoCuadra`."""
    _exigir_documento(archivos, ruta)
    try:
        return leer_json(archivos[ruta])
    except NoCanonico as e:
        raise NoCuadra(f"{ruta}: {e}") from e


def _exigir_documento(archivos: Archivos, ruta: str) -> None:
    if ruta not in archivos:
        raise NoCuadra(f"el corte no trae {ruta} o no es el auténtico")

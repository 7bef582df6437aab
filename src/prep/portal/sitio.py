"""Which pages there are and what each shows.

A corte arrives as a mapping from path to document, as published under `cortes/<NNNN>/` (docs/formatos/LEEME.md), with
`corte.json` as the manifest so far: everything but the pages themselves in `archivos`. Documents are parsed JSON or
bytes. Only `corte.json`, `proceso.json` and each `<ELEC>/resumen.json` are needed; whatever else is missing, its page
says so in place.

Pages of a demarcation print neither number nor hour of the corte: while its figures do not change, neither do its
bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, Final

import orjson
from django.template import Context, Engine

from prep.comprobacion.pagina import verifica_html
from prep.portal import cartograma, nist, piezas
from prep.portal.atom import atom
from prep.portal.cifras import Doc, falta, miles, proximo_corte, truncado
from prep.portal.compartido import ESTATICOS, carpeta
from prep.portal.evolucion import Evolucion
from prep.portal.marco import Marco, hueco
from prep.portal.piezas import Pintor, medidor, seguro
from prep.portal.tablas import tablas
from prep.portal.tarjeta import tarjeta
from prep.portal.textos import IDIOMAS, advertencias, decir, hora_corta, hora_larga, numero, textos

Corte = Mapping[str, Any]
Archivo = tuple[str, bytes]
LUGARES_POR_DIBUJO: Final = 20
PLANTILLAS: Final = Path(__file__).parent / "plantillas"


@lru_cache(maxsize=1)
def _motor() -> Engine:
    """With every template read: at each corte, whoever draws is forked from whoever has it."""
    loaders = [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])]
    motor = Engine(dirs=[PLANTILLAS], loaders=loaders, autoescape=True)
    for plantilla in PLANTILLAS.rglob("*.html"):
        motor.get_template(plantilla.relative_to(PLANTILLAS).as_posix())
    return motor


def paginas(corte: Corte) -> Iterator[Archivo]:
    """Pages and exports of a corte, with paths relative to `cortes/<NNNN>/`; they belong in its manifest."""
    for dibujo in dibujos(corte):
        yield from dibujo


def dibujos(corte: Corte) -> list[Iterator[Archivo]]:
    """The same, in shares that nobody has begun: several processes can each draw some, in any order."""
    sitio = Sitio(corte)
    return [sitio.datos(), *(dibujo for idioma in IDIOMAS for dibujo in sitio.en_idioma(idioma))]


def portada(corte: Corte) -> Iterator[Archivo]:
    """Files at the root that follow the pointer, written after `ultimo.json`; paths from the publication's root."""
    sitio = Sitio(corte)
    n = sitio.manifiesto["corte"]
    yield f"portal/corte-{n:04d}.png", tarjeta(sitio.manifiesto, sitio.proceso, sitio.resumenes)
    for idioma in IDIOMAS:
        yield from sitio.raiz_en_idioma(idioma)
    yield "atom.xml", atom(sitio.manifiesto, sitio.proceso, sitio.leer("avance.json"))
    yield "widget/alto.js", (ESTATICOS / "alto.js").read_bytes()
    yield "verifica.html", verifica_html()


def recursos(corte: Corte) -> Iterator[Archivo]:
    """Style, modules and texts shared by every corte: immutable, from the publication's root; write those absent."""
    nombre, archivos = carpeta(Sitio(corte).proceso)
    for archivo, contenido in archivos.items():
        yield nombre + archivo, contenido


class Sitio:
    """One corte, read and ready to be drawn in any language."""

    def __init__(self, corte: Corte) -> None:
        self.corte = corte
        self.manifiesto: Doc = self._obligatorio("corte.json")
        self.proceso: Doc = self._obligatorio("proceso.json")
        self.resumenes: dict[str, Doc] = {
            e["clave"]: self._obligatorio(f"{e['clave']}/resumen.json") for e in self.proceso["elecciones"]
        }
        self.carpeta, archivos = carpeta(self.proceso)
        self.logo = "logo.png" if "logo.png" in archivos else "logo.svg"
        self.ruta = f"cortes/{self.manifiesto['corte']:04d}/"
        portal = str(self.proceso.get("institucion", {}).get("portal", ""))
        self.publico = portal and portal.rstrip("/") + "/"

    def leer(self, ruta: str) -> Doc | None:
        """A document of the corte, or `None` when it is missing or is not JSON."""
        doc = self.corte.get(ruta)
        if isinstance(doc, bytes):
            try:
                doc = orjson.loads(doc)
            except orjson.JSONDecodeError:
                return None
        return doc if isinstance(doc, dict) else None

    def municipios(self, eleccion: str) -> Doc | None:
        """An election of the whole state by municipio; `None` of any other."""
        return self.leer(f"{eleccion}/municipios.json")

    def _obligatorio(self, ruta: str) -> Doc:
        doc = self.leer(ruta)
        if doc is None:
            raise ValueError(f"Al corte le falta {ruta}, o no es JSON: sin él no hay páginas que hacer.")
        return doc

    def datos(self) -> Iterator[Archivo]:
        """What modules need to know of the corte, in under a kilobyte, and the export."""
        m = self.manifiesto
        campos = ("proceso", "corte", "hora", "modo", "cierre", "cuentas")
        yield "cabecera.json", orjson.dumps({"formato": "prep/cabecera/1", **{k: m[k] for k in campos}})
        yield "nist.json", nist.reporte(m, self.proceso, self.resumenes, self.leer("avance.json"))
        for eleccion in self.proceso["elecciones"]:
            clave = eleccion["clave"]
            yield from tablas(self.proceso, eleccion, self.resumenes[clave], self.municipios(clave))

    # one language

    def en_idioma(self, idioma: str) -> Iterator[Iterator[Archivo]]:
        base = "" if idioma == IDIOMAS[0] else f"{idioma}/"
        h = Hoja(self, idioma, base)
        yield h.inicio(base + "index.html", "inicio")
        yield h.inicio(base + "muro.html", "muro")
        yield h.casilla()
        yield h.evolucion()
        yield h.base_de_datos()
        yield h.sencilla("verificar")
        yield h.sencilla("ayuda")
        yield h.sencilla("difusores")
        for eleccion in self.proceso["elecciones"]:
            yield h.eleccion(eleccion)
            lugares = len(self.resumenes[eleccion["clave"]]["demarcaciones"])
            for desde in range(0, lugares, LUGARES_POR_DIBUJO):
                yield h.lugares(eleccion, desde, desde + LUGARES_POR_DIBUJO)

    def raiz_en_idioma(self, idioma: str) -> Iterator[Archivo]:
        base = "" if idioma == IDIOMAS[0] else f"{idioma}/"
        h = Hoja(self, idioma, base)
        yield from h.inicio(base + "index.html", "inicio", en_raiz=True)
        for eleccion in self.proceso["elecciones"]:
            yield from h.widget(eleccion)


_PARTES_DE_LUGAR: Final = ("avance", "frase", "candidaturas", "estadistica", "datos")


class Hoja:
    """Draws the pages of one language. `base`: folder of the language inside the corte, empty for Spanish."""

    def __init__(self, sitio: Sitio, idioma: str, base: str) -> None:
        self.s = sitio
        self.idioma = idioma
        self.base = base
        self.t = textos(idioma)
        self.otro = IDIOMAS[1] if idioma == IDIOMAS[0] else IDIOMAS[0]
        self._marcos: dict[tuple[str, bool], Marco] = {}
        self.pintores = {e["clave"]: Pintor(sitio.proceso, e, self.t) for e in sitio.proceso["elecciones"]}

    def _pagina(self, plantilla: str, ruta: str, /, *textos: str, **datos: Any) -> Archivo:
        """A page: its path, and what `_html` gives."""
        return ruta, self._html(plantilla, ruta, *textos, **datos).encode()

    def _html(
        self,
        plantilla: str,
        ruta: str,
        titulo: str,
        descripcion: str,
        activa: str,
        /,
        *,
        en_raiz: bool = False,
        **datos: Any,
    ) -> str:
        """`ruta` is relative to the corte's folder, or to the root when `en_raiz`."""
        s = self.s
        hondo = ruta.count("/")
        a_raiz = "../" * hondo if en_raiz else "../" * (hondo + 2)
        aqui = a_raiz + s.ruta if en_raiz else "../" * hondo
        propia = ruta.removeprefix(self.base)
        otra_base = "" if self.otro == IDIOMAS[0] else f"{self.otro}/"
        otra = ("../" * hondo if en_raiz else aqui) + otra_base + propia
        institucion = s.proceso.get("institucion", {})
        contexto = {
            "t": self.t,
            "idioma": self.idioma,
            "otro": self.otro,
            "raiz": a_raiz,
            "aqui": aqui,
            "base": aqui + self.base,
            "rec": a_raiz + s.carpeta,
            "logo": s.logo,
            "otra": otra,
            "sobre": f"{s.proceso['nombre']} · {s.proceso['entidad']['nombre']}",
            "titulo": titulo,
            "descripcion": descripcion,
            "activa": activa,
            "proceso": s.proceso,
            "institucion": institucion,
            "publico": s.publico,
            "sitio": self.t["nav"]["nombre_sitio"].format(entidad=s.proceso["entidad"]["nombre"]),
            "elecciones": s.proceso["elecciones"],
            "advertencias": advertencias(s.manifiesto, self.t),
            **datos,
        }  # texts only: an integer would be printed as the settings of Django say, not as we do
        return _dibujada(plantilla, contexto) + "\n"

    def _momento(self) -> Doc:
        """Number and hour of the corte: only for pages that change at every corte anyway."""
        m = self.s.manifiesto
        avance = None if m["cierre"] else self.s.leer("avance.json")
        proximo = proximo_corte(avance) if avance else None
        return {
            "proximo": self.t["corte"]["proximo"].format(hora=hora_corta(proximo[0], self.t)) if proximo else "",
            "cuando": proximo[0] if proximo else "",
            "numero": numero(m, self.t),
            "n": str(m["corte"]),
            "hora": m["hora"],
            "larga": hora_larga(m["hora"], self.t),
            "cierre": m["cierre"],
        }

    # pages

    def inicio(self, ruta: str, plantilla: str, en_raiz: bool = False) -> Iterator[Archivo]:
        s, t = self.s, self.t
        tarjetas = []
        for e in s.proceso["elecciones"]:
            resumen = s.resumenes[e["clave"]]
            pintor = self.pintores[e["clave"]]
            tabla = pintor.adelante(resumen) if pintor.varias else pintor.candidaturas(resumen)
            tarjetas.append(
                {
                    "clave": e["clave"],
                    "nombre": e["nombre"],
                    "ver": t["avance"]["ver"].format(eleccion=e["nombre"]),
                    "tabla": seguro(tabla),
                    "frase": "" if pintor.varias else seguro(pintor.ventaja(resumen)),
                    "falta": seguro(self._falta(e, breve=True)),
                    **self._avance(resumen, f"{e['clave']}/no-contabilizadas.html", en_base=True),
                }
            )
        p = s.proceso
        descripcion = t["avance"]["descripcion"].format(
            nombre=p["nombre"], entidad=p["entidad"]["nombre"], n=s.manifiesto["corte"]
        )
        yield self._pagina(
            plantilla,
            ruta,
            t["avance"]["titulo"],
            descripcion,
            "inicio",
            en_raiz=en_raiz,
            corte=self._momento(),
            tarjetas=tarjetas,
            en_portada=en_raiz,
            imagen=f"{s.publico}portal/corte-{s.manifiesto['corte']:04d}.png" if s.publico else "",
        )

    def _avance(self, resumen: Doc, no_contabilizadas: str, en_base: bool = False) -> Doc:
        """How far the count is. `no_contabilizadas`: where they are listed, from the page or from `base`."""
        e = resumen["estadistica"]
        capturadas, esperadas = e.get("actas_capturadas", 0), e["actas_esperadas"]
        de = self.t["avance"]["n_de_m"]
        conocida = "actas_capturadas" in e
        return {
            "capturadas": de.format(n=miles(capturadas), m=miles(esperadas)) if conocida else self.t["sin_dato"],
            "porcentaje": e.get("porcentaje_actas_capturadas"),
            "contabilizadas": miles(e["actas_contabilizadas"]) if "actas_contabilizadas" in e else None,
            "contabilizadas_pct": e.get("porcentaje_actas_contabilizadas"),
            "no": miles(e["actas_no_contabilizadas"]) if e.get("actas_no_contabilizadas") else None,
            "no_donde": no_contabilizadas,
            "no_en_base": en_base,
            "participacion": e.get("porcentaje_participacion_ciudadana"),
            "medidor": seguro(medidor(capturadas, esperadas)),
        }

    def _falta(self, e: Doc, breve: bool = False) -> str:
        """Plain words on which places are missing; `breve`: how many, without their names."""
        ev, resumen, pintor = self.t["evolucion"], self.s.resumenes[e["clave"]], self.pintores[e["clave"]]
        f = falta(resumen)
        total = len(resumen["demarcaciones"])
        if not f.faltan:
            return f"<p>{ev['nada_falta']}</p>"
        frases = [decir(ev["faltan"], n=miles(f.faltan), m=miles(f.esperadas), p=truncado(f.faltan, f.esperadas))]
        if total == 1:  # what is said of its places is said already
            return f"<p>{frases[0]}</p>"
        if f.sin_nada and breve:
            frases.append(decir(ev["sin_nada"], n=len(f.sin_nada), m=f"{total} {pintor.lugares}"))
        elif f.sin_nada:
            nombres = piezas.lista((pintor.lugar_de(d) for d in f.sin_nada), self.t)
            frases.append(ev["ninguna"].format(n=pintor.de_los_lugares(len(f.sin_nada), total), lista=nombres))
        if f.atrasadas and not breve:
            nombres = piezas.lista(
                (f"{pintor.lugar_de(d)} ({decir(ev['falta_n'], n=miles(n))})" for d, n in f.atrasadas), self.t
            )
            frases.append(ev["atrasados"].format(lista=nombres))
        if f.completas:
            frases.append(ev["completos"].format(n=f.completas, m=f"{total} {pintor.lugares}"))
        return "".join(f"<p>{x}</p>" for x in frases)

    def eleccion(self, e: Doc) -> Iterator[Archivo]:
        s, t = self.s, self.t
        clave, resumen, pintor = e["clave"], s.resumenes[e["clave"]], self.pintores[e["clave"]]
        cajas = _cajas(tuple((d["id"], d["lista_nominal"]) for d in e["demarcaciones"]))
        mapa = s.leer("mapa.json") or {}
        capa = mapa.get("capas", {}).get(e["agrupa"])
        te = {
            k: v.format(lugar=pintor.lugar) for k, v in t["eleccion"].items() if k.startswith(("mapa_nota", "detalle"))
        }
        yield self._pagina(
            "eleccion",
            f"{self.base}{clave}/index.html",
            e["nombre"],
            f"{e['nombre']}. {t['avance']['titulo']}.",
            clave,
            corte=self._momento(),
            e=e,
            te=te,
            por_lugar=pintor.varias,
            aviso=t["eleccion"]["candidatura_aviso"].format(lugar=pintor.lugar),
            avance=self._avance(resumen, "no-contabilizadas.html"),
            frase="" if pintor.varias else seguro(pintor.ventaja(resumen)),
            adelante=seguro(pintor.adelante(resumen, 30)) if pintor.varias else "",
            candidaturas=seguro(pintor.candidaturas(resumen)),
            mapa=seguro(pintor.mapa(resumen, cajas)),
            contorno=seguro(pintor.contorno(resumen, capa)) if capa else "",
            partidos=seguro(pintor.partidos_tabla(resumen)),
            nota_partidos=t["eleccion"]["partido_nota"].format(lugar=pintor.lugar),
            detalle=seguro(pintor.detalle(resumen)),
            estadistica=seguro(pintor.estadistica(resumen)),
            falta=seguro(self._falta(e)),
            datos=seguro(_incrustar({"eleccion": clave, "lugares": self._nombres(e), "lugar": pintor.lugar})),
            widget=f"{self.base}widget/{clave}.html",
            hojas=self._hojas_csv(e),
            por_municipio=s.municipios(clave) is not None,
        )
        yield self._no_contabilizadas(e, pintor, resumen)
        yield from self._por_municipio(e, pintor, resumen)
        yield from self._especiales(e, pintor)

    def lugares(self, e: Doc, desde: int, hasta: int) -> Iterator[Archivo]:
        """The pages of some of the demarcations."""
        filas = {d["id"]: d for d in e["demarcaciones"]}
        for r in self.s.resumenes[e["clave"]]["demarcaciones"][desde:hasta]:
            yield self._lugar(e, self.pintores[e["clave"]], r, filas.get(r["id"], {}))

    def _marco_de_lugar(self, e: Doc, no_contabilizadas: bool) -> Marco:
        """What the pages of an election's demarcations share: of those with actas that are not counted, or of those
        without any."""
        cual = e["clave"], no_contabilizadas
        if cual not in self._marcos:
            id_, nombre = hueco("id"), hueco("nombre")
            html = self._html(
                "lugar",
                f"{self.base}{e['clave']}/{id_}.html",
                f"{nombre}. {e['nombre']}",
                f"{e['nombre']}, {nombre}. {self.t['avance']['titulo']}.",
                e["clave"],
                e=e,
                r={"id": id_, "nombre": nombre},
                no=no_contabilizadas,
                widget=f"{self.base}widget/{e['clave']}.html#{id_}",
                **{parte: seguro(hueco(parte)) for parte in _PARTES_DE_LUGAR},
            )
            self._marcos[cual] = Marco(html)
        return self._marcos[cual]

    def _lugar(self, e: Doc, pintor: Pintor, r: Doc, fila: Doc) -> Archivo:
        columnas = fila.get("columnas") or [c["clave"] for c in e["columnas"]]
        rotulos = {
            "no_registradas": self.t["eleccion"]["no_registradas"],
            "nulos": self.t["eleccion"]["nulos"],
        }
        datos = {
            "eleccion": e["clave"],
            "id": r["id"],
            "personas": {c["clave"]: c["propietaria"] for c in fila.get("candidaturas", []) if c.get("propietaria")},
            "columnas": [
                [
                    k,
                    rotulos.get(pintor.tipos.get(k, ""), pintor.rotulo(k, pintor.de_columna.get(k, []))),
                    pintor.clases(pintor.de_columna.get(k, [])) if pintor.tipos.get(k) not in rotulos else [],
                ]
                for k in columnas
            ],
        }
        avance = self._avance(r, "#no-contabilizadas")
        html = self._marco_de_lugar(e, avance["no"] is not None).llenar(
            id=str(r["id"]),
            nombre=escape(pintor.lugar_de(r)),
            datos=_incrustar(datos),
            avance=_dibujada("avance", {"t": self.t, "a": avance}),
            frase=pintor.ventaja(r),
            candidaturas=pintor.candidaturas(r),
            estadistica=pintor.estadistica(r),
        )
        return f"{self.base}{e['clave']}/{r['id']}.html", html.encode()

    def _no_contabilizadas(self, e: Doc, pintor: Pintor, resumen: Doc) -> Archivo:
        """Where the actas that add no votes are: one row per place, which opens into them and their reasons."""
        t = self.t["no_contabilizadas"]
        lugares = [
            {
                "id": str(r["id"]),
                "nombre": pintor.lugar_de(r),
                "ver": t["ver"].format(n=miles(r["estadistica"]["actas_no_contabilizadas"])),
            }
            for r in resumen["demarcaciones"]
            if r["estadistica"].get("actas_no_contabilizadas")
        ]
        return self._pagina(
            "no_contabilizadas",
            f"{self.base}{e['clave']}/no-contabilizadas.html",
            f"{t['titulo']} · {e['nombre']}",
            t["nota"],
            e["clave"],
            e=e,
            lugares=lugares,
            datos=seguro(_incrustar({"eleccion": e["clave"]})),
        )

    def _por_municipio(self, e: Doc, pintor: Pintor, resumen: Doc) -> Iterator[Archivo]:
        """What is asked of an election of the whole state, though nobody is elected there."""
        doc = self.s.municipios(e["clave"])
        if doc is None:
            return
        aparte = resumen["total"] - sum(m["total"] for m in doc["municipios"])
        yield self._pagina(
            "municipios",
            f"{self.base}{e['clave']}/municipios.html",
            f"{self.t['municipios_de']['titulo']} · {e['nombre']}",
            self.t["municipios_de"]["nota"],
            e["clave"],
            e=e,
            detalle=seguro(pintor.por_municipio(doc["municipios"])),
            aparte=decir(self.t["municipios_de"]["aparte"], n=miles(aparte)) if aparte else "",
            hojas=self._hojas_csv(e),
        )

    def _hojas_csv(self, e: Doc) -> list[Doc]:
        """The tidy tables of an election, with what each is called."""
        c = self.t["corte"]
        niveles = ["entidad", e["agrupa"], *["municipio"] * (self.s.municipios(e["clave"]) is not None)]
        return [{"ruta": f"{e['clave']}/{e['clave']}_{n}.csv", "que": c[f"csv_{n}"]} for n in niveles]

    def _especiales(self, e: Doc, pintor: Pintor) -> Iterator[Archivo]:
        doc = self.s.leer(f"{e['clave']}/especiales.json")
        nombres = {d["id"]: pintor.lugar_de(d) for d in e["demarcaciones"]}
        filas = None
        if doc is not None:
            filas = [
                {
                    "lugar": nombres.get(c["demarcacion"], str(c["demarcacion"])),
                    "demarcacion": str(c["demarcacion"]),
                    "seccion": str(c["seccion"]),
                    "nombre": c["nombre"],
                    "clave": a["clave"],
                    "estado": self._estado(a),
                    "votos": miles(a["valores"]["total_calculado"])
                    if "total_calculado" in a.get("valores", {})
                    else piezas.GUION,
                }
                for c in doc.get("casillas", [])
                for a in c["actas"]
            ]
        yield self._pagina(
            "especiales",
            f"{self.base}{e['clave']}/especiales.html",
            f"{self.t['especiales']['titulo']} · {e['nombre']}",
            self.t["especiales"]["nota"],
            e["clave"],
            e=e,
            filas=filas,
            lugar=self.t[e["agrupa"]],
        )

    def _estado(self, acta: Doc) -> str:
        if "contabilizada" in acta:
            return str(self.t["js"][f"contabilizada_{acta['contabilizada']}"])
        return str(self.t["estado"][acta["estado"]])

    def casilla(self) -> Iterator[Archivo]:
        datos = {
            "elecciones": [
                [e["clave"], e["nombre"], e["agrupa"], self._nombres(e)] for e in self.s.proceso["elecciones"]
            ]
        }
        t = self.t["casilla"]
        yield self._pagina(
            "casilla",
            self.base + "casilla.html",
            t["titulo"],
            t["descripcion"],
            "casilla",
            datos=seguro(_incrustar(datos)),
        )

    def _nombres(self, e: Doc) -> dict[int, str]:
        return {d["id"]: self.pintores[e["clave"]].lugar_de(d) for d in e["demarcaciones"]}

    def sencilla(self, nombre: str) -> Iterator[Archivo]:
        """Pages that are the same all night."""
        t = self.t[nombre]
        datos: Doc = {"verifica": _huella_de_verifica()} if nombre == "verificar" else {}
        yield self._pagina(nombre, f"{self.base}{nombre}.html", t["titulo"], t["descripcion"], nombre, **datos)

    def base_de_datos(self) -> Iterator[Archivo]:
        t = self.t["base"]
        bases = [
            {
                **a,
                "nombre": a["ruta"].rsplit("/", 1)[-1],
                "que": t["xlsx"] if a["ruta"].endswith(".xlsx") else t["zip"],
                "tamano": _tamano(a["bytes"]),
            }
            for a in self.s.manifiesto.get("archivos", [])
            if a["ruta"].startswith("bd/")
        ]
        yield self._pagina(
            "base_de_datos",
            self.base + "base-de-datos.html",
            t["titulo"],
            t["descripcion"],
            "base",
            corte=self._momento(),
            bases=sorted(bases, key=lambda a: a["ruta"].endswith(".xlsx")),
            hojas=[{"e": e, "hojas": self._hojas_csv(e)} for e in self.s.proceso["elecciones"]],
            zip=next((a["nombre"] for a in bases if a["ruta"].endswith(".zip")), "AAAAMMDD_HHMM_PREP.zip"),
        )

    def evolucion(self) -> Iterator[Archivo]:
        t, s = self.t, self.s
        avance = s.leer("avance.json")
        bloques: list[Doc] = []
        progreso, arriba = "", "../" * (1 + self.base.count("/"))
        if avance is not None:
            dibujo = Evolucion(avance, t)
            progreso = dibujo.progreso(s.proceso["elecciones"])
            for e in s.proceso["elecciones"]:
                if e["clave"] not in avance["elecciones"]:
                    continue
                pintor, resumen = self.pintores[e["clave"]], s.resumenes[e["clave"]]
                bloques.append(
                    {
                        "e": e,
                        "falta": seguro(self._falta(e)),
                        "votos": "" if pintor.varias else seguro(dibujo.votos(e, pintor, resumen)),
                        "frase": "" if pintor.varias else seguro(pintor.ventaja(resumen)),
                        "cortes": seguro(dibujo.cortes_de(e, pintor, arriba, f"{self.base}{e['clave']}/index.html")),
                        "llegada": seguro(dibujo.llegada(e, pintor, resumen)),
                        "titulos": {
                            k: t["evolucion"][k].format(eleccion=e["nombre"], lugar=pintor.lugar)
                            for k in ("falta", "votos", "llegada", "cortes")
                        },
                    }
                )
        yield self._pagina(
            "evolucion",
            self.base + "evolucion.html",
            t["evolucion"]["titulo"],
            t["evolucion"]["descripcion"],
            "evolucion",
            corte=self._momento(),
            hay=avance is not None,
            progreso=seguro(progreso),
            bloques=bloques,
            datos=seguro(_incrustar({"elecciones": [self._para_comparar(b["e"]) for b in bloques]})),
        )

    def _para_comparar(self, e: Doc) -> Doc:
        """What the comparison of two cortes needs to name an election's candidacies, in the order of the ballot."""
        pintor = self.pintores[e["clave"]]
        filas = [] if pintor.varias else self.s.resumenes[e["clave"]]["por_candidatura"]
        return {
            "clave": e["clave"],
            "nombre": e["nombre"],
            "candidaturas": [[c["clave"], pintor.llana(c), pintor.clases(c["partidos"])] for c in filas],
        }

    def widget(self, e: Doc) -> Iterator[Archivo]:
        resumen, pintor = self.s.resumenes[e["clave"]], self.pintores[e["clave"]]
        tabla = pintor.adelante(resumen) if pintor.varias else pintor.candidaturas(resumen)
        yield self._pagina(
            "widget",
            f"{self.base}widget/{e['clave']}.html",
            e["nombre"],
            e["nombre"],
            e["clave"],
            en_raiz=True,
            corte=self._momento(),
            e=e,
            avance=self._avance(resumen, f"{e['clave']}/no-contabilizadas.html", en_base=True),
            suelto=True,
            frase="" if pintor.varias else seguro(pintor.ventaja(resumen)),
            tabla=seguro(tabla),
        )


@lru_cache(maxsize=16)
def _cajas(pesos: tuple[tuple[int, int], ...]) -> dict[int, cartograma.Recuadro]:
    return cartograma.acomodar(dict(pesos))


@lru_cache(maxsize=1)
def _huella_de_verifica() -> str:
    return hashlib.sha256(verifica_html()).hexdigest()


def _incrustar(datos: Doc) -> str:
    """JSON inside a data block of HTML: nothing in it can close the block."""
    texto = orjson.dumps(datos, option=orjson.OPT_NON_STR_KEYS).decode()
    return texto.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _dibujada(plantilla: str, contexto: Doc) -> str:
    """A template drawn, without indentation nor blank lines; nothing here is preformatted."""
    html = _motor().get_template(plantilla + ".html").render(Context(contexto))
    return "\n".join(filter(None, map(str.strip, html.split("\n"))))


def _tamano(octetos: int) -> str:
    """Bytes as people read them, truncated to one decimal."""
    for unidad, u in (("MB", 1_000_000), ("kB", 1_000)):
        if octetos >= u:
            return f"{octetos // u}.{octetos * 10 // u % 10} {unidad}"
    return f"{octetos} B"


__all__ = ["Sitio", "paginas", "portada", "recursos"]

"""A fictional process and its night, published as docs/formatos/LEEME.md says: what the pages are tried with.

The state of Anáhuac has three elections, 20 distritos and 125 municipios, lista nominal as uneven as a real state's.
Everything is drawn from a seed; figures of a corte are sums over the actas counted so far, with integers.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from PIL import Image, ImageDraw, ImageFont

Doc = dict[str, Any]
INICIO = datetime.fromisoformat("2024-06-02T20:00:00-06:00")

PARTIDOS = [
    ("PAZ", "Partido de la Paz", "#1f5fa8"),
    ("SOL", "Partido del Sol", "#d98e04"),
    ("RÍO", "Partido Río Nuevo", "#0f8b8d"),
    ("LUZ", "Partido Luz Ciudadana", "#7b2d8b"),
    ("MAR", "Movimiento del Mar", "#c8385a"),
    ("VOZ", "Voz del Pueblo", "#4d7c2a"),
    ("RAÍZ", "Partido Raíz", "#8a5a2b"),
]
FUERZA = {"PAZ": 30, "SOL": 24, "RÍO": 9, "LUZ": 7, "MAR": 18, "VOZ": 4, "RAÍZ": 3}
COALICIONES = [("PAZ", "RÍO"), ("SOL", "LUZ", "VOZ")]
CABECERAS = """Puerto Lindo|Altamira|Cerro Grande|Las Fuentes|Villa Hermosa|El Encino|Loma Bonita|Santa Clara|
El Mezquite|La Barca Nueva|Valle Verde|Tres Ríos|Agua Clara|Los Arcos|Monte Alto|Zapotal|
La Calera|El Refugio|Cañadas|Sierra Azul"""
PRIMERO = "San Miguel|Santa Rosa|Villa|San Juan|Cuautla|Tepetlán|Ixtlán|Atoyac|Zacoalco|Teocuitla|Huejúcar|Mazamitla"
SEGUNDO = (
    "del Río|de los Altos|el Grande|de la Sierra|del Valle|de Juárez|el Viejo|de las Flores|del Monte|la Nueva|Dorado"
)


def _nombres() -> list[str]:
    pares = [f"{a} {b}" for a in PRIMERO.split("|") for b in SEGUNDO.split("|")]
    random.Random(7).shuffle(pares)
    return sorted(pares[:125])


@dataclass(slots=True)
class Casilla:
    """A polling place with the minute, from the start, at which each of its actas is verified."""

    seccion: int
    tipo: str
    id: int
    distrito: int
    municipio: int
    lista: int
    ubicacion: int
    llegada: dict[str, int] = field(default_factory=dict)

    @property
    def clave(self) -> str:
        return f"99{self.seccion:04d}{self.tipo}{self.id:02d}00"

    @property
    def nombre(self) -> str:
        tipo = {"B": "Básica", "C": "Contigua", "S": "Especial", "E": "Extraordinaria"}[self.tipo]
        return tipo if self.tipo == "B" else f"{tipo} {self.id}"


def _pct(n: int, d: int) -> str:
    v = n * 1_000_000 // d
    return f"{v // 10_000}.{v % 10_000:04d}"


class Noche:
    """The whole process: `corte(n)` gives the JSON documents of corte n, as publicacion would hand them over."""

    def __init__(self, casillas: int = 900, semilla: int = 1, minutos: int = 15) -> None:
        self.azar = random.Random(semilla)
        self.minutos = minutos
        self.municipios = dict(enumerate(_nombres(), 1))
        cabeceras = [c.strip() for c in CABECERAS.split("|")]
        self.distritos = {i: f"Distrito {i} {cabeceras[i - 1]}" for i in range(1, 21)}
        self.casillas = self._casillas(casillas)
        self.elecciones = [
            self._eleccion("GUB", "Gubernatura", "1", "entidad", "distrito"),
            self._eleccion("DIP_LOC", "Diputaciones locales", "2", "distrito", "distrito"),
            self._eleccion("AYUN", "Ayuntamientos", "3", "municipio", "municipio"),
        ]
        self.actas = {e["clave"]: self._actas(e) for e in self.elecciones}

    def _casillas(self, cuantas: int) -> list[Casilla]:
        azar = self.azar
        pesos = {m: 1 / (i + 2) ** 1.15 for i, m in enumerate(azar.sample(sorted(self.municipios), 125))}
        suma = sum(pesos.values())
        salida: list[Casilla] = []
        seccion = 0
        for municipio, peso in sorted(pesos.items()):
            faltan = max(1, round(cuantas * peso / suma))
            while faltan > 0:
                seccion += 1
                en_seccion = min(faltan, azar.choice((1, 2, 2, 3, 4, 6)))
                lista = azar.randint(320, 740)
                ubicacion = 1 if peso > 0.02 or azar.random() < 0.5 else 2
                for i in range(en_seccion):
                    salida.append(Casilla(seccion, "C" if i else "B", i, 0, municipio, lista, ubicacion))
                faltan -= en_seccion
                if azar.random() < 0.01:
                    salida.append(Casilla(seccion, "S", 1, 0, municipio, 0, ubicacion))
        total = len(salida)
        previa, distrito = 0, 1
        for corte, c in enumerate(salida):  # districts are runs of whole secciones
            if c.seccion != previa and corte * 20 >= distrito * total and distrito < 20:
                distrito += 1
            c.distrito, previa = distrito, c.seccion
        orden = {"B": 0, "C": 1, "E": 2, "S": 3}
        salida.sort(key=lambda c: (c.distrito, c.seccion, orden[c.tipo], c.id))
        return salida

    def _eleccion(self, clave: str, nombre: str, tipo: str, ambito: str, agrupa: str) -> Doc:
        lugares = self.distritos if agrupa == "distrito" else self.municipios
        de = (lambda c: c.distrito) if agrupa == "distrito" else (lambda c: c.municipio)
        lista: dict[int, int] = defaultdict(int)
        esperadas: dict[int, int] = defaultdict(int)
        for c in self.casillas:
            lista[de(c)] += c.lista
            esperadas[de(c)] += 1
        demarcaciones = []
        vistas: dict[str, Doc] = {}
        for i, n in lugares.items():
            if not esperadas[i]:
                continue
            coaliciones = [
                c for j, c in enumerate(COALICIONES) if ambito == "entidad" or (i + j) % 4
            ]  # partial coalitions
            columnas = [{"clave": p, "tipo": "partido", "partidos": [p]} for p, _, _ in PARTIDOS]
            candidaturas = []
            coaligados = {p for c in coaliciones for p in c}
            for c in coaliciones:
                pares = [c] if len(c) == 2 else [c, c[:2], (c[0], c[2]), c[1:]]
                columnas += [{"clave": "_".join(x), "tipo": "combinacion", "partidos": list(x)} for x in pares]
            grupos = [next((c for c in coaliciones if p in c), (p,)) for p, _, _ in PARTIDOS]
            for g in dict.fromkeys(grupos):
                candidaturas.append({"clave": "_".join(g), "partidos": list(g), "propietaria": self._persona()})
            if ambito == "entidad" or i % 5 == 0:
                columnas.append({"clave": "CAND_IND_1", "tipo": "independiente", "partidos": []})
                candidaturas.append({"clave": "CAND_IND_1", "partidos": [], "propietaria": self._persona()})
            assert coaligados <= {p for p, _, _ in PARTIDOS}
            columnas += [{"clave": k.upper(), "tipo": k, "partidos": []} for k in ("no_registradas", "nulos")]
            vistas |= {c["clave"]: c for c in columnas if c["clave"] not in vistas}
            demarcaciones.append(
                {
                    "id": i,
                    "nombre": n,
                    "lista_nominal": lista[i],
                    "actas_esperadas": esperadas[i],
                    "columnas": [c["clave"] for c in columnas],
                    "candidaturas": candidaturas,
                }
            )
        if ambito == "entidad":
            for d in demarcaciones:
                d["candidaturas"] = demarcaciones[0]["candidaturas"]
        orden = {"partido": 0, "combinacion": 1, "independiente": 2, "no_registradas": 3, "nulos": 4}
        return {
            "clave": clave,
            "nombre": nombre,
            "tipo_acta": tipo,
            "ambito": ambito,
            "agrupa": agrupa,
            "empates": [s for s, _, _ in PARTIDOS],
            "columnas": sorted(vistas.values(), key=lambda c: orden[c["tipo"]]),
            "demarcaciones": demarcaciones,
        }

    def _persona(self) -> str:
        nombres = ["Elena", "Marcos", "Itzel", "Julián", "Renata", "Tomás", "Citlali", "Bruno", "Ximena", "Óscar"]
        apellidos = ["Robles", "Ibarra", "Nájera", "Cueva", "Lozano", "Peralta", "Quiroz", "Zamudio", "Arce", "Tovar"]
        a = self.azar
        return f"{a.choice(nombres)} {a.choice(apellidos)} {a.choice(apellidos)}"

    def _actas(self, eleccion: Doc) -> list[tuple[int, Casilla, Doc]]:
        """(minute of verification, casilla, acta as it will look once verified) in the order of the database."""
        azar = self.azar
        por_id = {d["id"]: d for d in eleccion["demarcaciones"]}
        sesgo = {i: {p: azar.uniform(0.5, 1.6) for p, _, _ in PARTIDOS} for i in por_id}
        salida = []
        tipos = {c["clave"]: c for c in eleccion["columnas"]}
        for c in self.casillas:
            d = por_id[c.distrito if eleccion["agrupa"] == "distrito" else c.municipio]
            base = c.lista or azar.randint(200, 700)
            vota = base * azar.randint(48, 68) // 100
            pesos = []
            for k in d["columnas"]:
                col = tipos[k]
                if col["tipo"] == "partido":
                    pesos.append(FUERZA[k] * sesgo[d["id"]][k] * azar.uniform(0.7, 1.3))
                else:
                    pesos.append(
                        {"combinacion": 0.5, "independiente": 3, "no_registradas": 0.05, "nulos": 2.2}[col["tipo"]]
                    )
            total = sum(pesos)
            votos: Doc = {k: int(vota * p / total) for k, p in zip(d["columnas"], pesos, strict=True)}
            rareza = azar.random()
            observaciones: list[str] = []
            if rareza < 0.02:
                k = azar.choice(d["columnas"])
                votos[k] = azar.choice(("Ilegible", "Sin dato"))
                observaciones.append("Ilegible" if votos[k] == "Ilegible" else "Sin dato")
            calculado = sum(v for v in votos.values() if isinstance(v, int))
            contabilizada = 1
            if rareza > 0.985:
                contabilizada = 0
                observaciones.append("Excede Lista Nominal")
            minuto = int(azar.lognormvariate(4.9, 0.55)) + (70 if c.ubicacion == 2 else 0)
            hora = INICIO + timedelta(minutes=minuto, seconds=azar.randint(0, 59))
            movil = azar.random() < 0.6
            clave = c.clave + eleccion["tipo_acta"]
            sha = hashlib.sha256(clave.encode()).hexdigest()
            acta: Doc = {
                "clave": clave,
                "estado": "verificada",
                "situacion": "publicada",
                "contabilizada": contabilizada,
                "observaciones": observaciones,
                "valores": {
                    "boletas_sobrantes": base - vota,
                    "personas_votaron": vota,
                    "representantes_votaron": azar.randint(0, 4),
                    "votos_sacados": vota,
                    "total_asentado": "Sin dato" if rareza >= 0.9 else calculado - (rareza < 0.2),  # people add wrong
                    "total_calculado": calculado,
                    "votos": votos,
                },
                "representantes": 6,
                "mecanismos": "D",
                "imagen": {"sha256": sha, "ruta": f"imagenes/{sha[:2]}/{sha}.jpg"},
                "origen": "CASILLA" if movil else "CATD",
                "digitalizacion": "Móvil" if movil else "Escáner",
                "tipo_documento": "Acta PREP",
                "acopio": (hora - timedelta(minutes=25)).isoformat(),
                "captura": (hora - timedelta(minutes=2)).isoformat(),
                "verificacion": hora.isoformat(),
                "cotejada": 0,
            }
            if rareza < 0.004:
                acta = {
                    "clave": clave,
                    "estado": "sin_acta",
                    "situacion": "sin_acta",
                    "contabilizada": 0,
                    "observaciones": ["Sin acta(3)"],
                    "acopio": acta["acopio"],
                }
            salida.append((minuto, c, acta))
        return salida

    def proceso(self) -> Doc:
        return {
            "formato": "prep/proceso/1",
            "clave": "ANA-2024",
            "nombre": "Proceso Electoral Local 2023-2024",
            "zona_horaria": "America/Mexico_City",
            "entidad": {"id": 99, "nombre": "Anáhuac", "abreviatura": "ANA"},
            "parametros": {"boletas_especiales": 1000, "mezcla_cuenta": False},
            "boletas": {},
            "institucion": {
                "nombre": "Instituto Electoral del Estado de Anáhuac",
                "siglas": "IEEA",
                "sitio": "https://www.ieea.example",
                "portal": "https://prep.ieea.example/",
                "colores": {"principal": "#5b2a6f", "acento": "#0b6e78"},
            },
            "difusores": [
                {"nombre": "Universidad de Anáhuac", "url": "https://prep.uanahuac.example/"},
                {"nombre": "Radio Anáhuac", "url": "https://prep.radioanahuac.example/"},
            ],
            "textos": {"aviso": "Resultados preliminares, de carácter informativo."},
            "partidos": [{"siglas": s, "nombre": n, "color": c} for s, n, c in PARTIDOS],
            "municipios": [{"id": m, "nombre": n} for m, n in self.municipios.items()],
            "elecciones": self.elecciones,
        }

    def secciones(self) -> Doc:
        return {
            "formato": "prep/secciones/1",
            "secciones": {str(c.seccion): [c.distrito, c.municipio] for c in self.casillas},
        }

    def minuto(self, n: int) -> int:
        return (n - 1) * self.minutos

    def hora(self, n: int) -> datetime:
        return INICIO + timedelta(minutes=self.minuto(n))

    def corte(self, n: int, cierre: bool = False) -> Doc:
        """Documents of corte n by path, `corte.json` as a draft without the pages."""
        minuto = self.minuto(n)
        docs: Doc = {"proceso.json": self.proceso(), "secciones.json": self.secciones()}
        cuentas = {}
        for e in self.elecciones:
            resumen, demarcaciones, especiales = self._resultados(e, minuto, cierre)
            docs[f"{e['clave']}/resumen.json"] = resumen
            docs[f"{e['clave']}/especiales.json"] = especiales
            if e["ambito"] == "entidad":
                docs[f"{e['clave']}/municipios.json"] = self._por_municipio(e, minuto, cierre)
            docs |= {f"{e['clave']}/demarcacion/{d['id']}.json": d for d in demarcaciones}
            s = resumen["estadistica"]
            cuentas[e["clave"]] = {
                "esperadas": s["actas_esperadas"],
                "capturadas": s.get("actas_capturadas", 0),
                "contabilizadas": s.get("actas_contabilizadas", 0),
            }
        docs["avance.json"] = self._avance(n)
        hora = self.hora(n)
        bd = b"PK\x05\x06" + bytes(18)  # an empty, valid zip
        nombre = f"bd/{hora:%Y%m%d_%H%M}_PREP_ANA"
        docs[f"{nombre}.zip"] = bd
        docs[f"{nombre}.xlsx"] = bd
        docs["corte.json"] = {
            "formato": "prep/corte/1",
            "proceso": "ANA-2024",
            "corte": n,
            "hora": hora.isoformat(),
            "modo": "simulacro",
            "cierre": cierre,
            "anterior": None,
            "archivos": archivos(docs),
            "imagenes": {"raiz": "0" * 64, "total": 0},
            "bitacora": {"posicion": 0, "raiz": "0" * 64},
            "catalogo": "1" * 64,
            "software": "demostración",
            "cuentas": cuentas,
        }
        return docs

    def _avance(self, n: int) -> Doc:
        elecciones: Doc = {}
        limites = [self.minuto(k) for k in range(1, n + 1)]
        for e in self.elecciones:
            grupo = self._grupo(e)
            capturadas, contadas, total = [0] * n, [0] * n, [0] * n
            votos: Doc = {}
            lugares: Doc = {str(d["id"]): [0] * n for d in e["demarcaciones"]}
            for minuto, c, acta in self.actas[e["clave"]]:
                k = next((i for i, m in enumerate(limites) if minuto <= m), None)
                if k is None:
                    continue
                capturadas[k] += 1
                if acta["contabilizada"] != 1:
                    continue
                contadas[k] += 1
                total[k] += acta["valores"]["total_calculado"]
                lugar = c.distrito if e["agrupa"] == "distrito" else c.municipio
                lugares[str(lugar)][k] += 1
                for clave, v in self._por_candidatura(grupo[lugar], acta["valores"]["votos"]).items():
                    votos.setdefault(clave, [0] * n)[k] += v
            acumula = lambda xs: [sum(xs[: i + 1]) for i in range(n)]  # noqa: E731
            elecciones[e["clave"]] = {
                "esperadas": len(self.actas[e["clave"]]),
                "capturadas": acumula(capturadas),
                "contabilizadas": acumula(contadas),
                "total": acumula(total),
                "candidaturas": {k: acumula(v) for k, v in votos.items()},
                "demarcaciones": {k: acumula(v) for k, v in lugares.items()},
            }
        return {
            "formato": "prep/avance/1",
            "cortes": list(range(1, n + 1)),
            "horas": [self.hora(k).isoformat() for k in range(1, n + 1)],
            "elecciones": elecciones,
        }

    def _grupo(self, e: Doc) -> dict[int, dict[str, str]]:
        """For each demarcation, the candidacy to which each column's votes go."""
        tipos = {c["clave"]: c for c in e["columnas"]}
        salida = {}
        for d in e["demarcaciones"]:
            de = {}
            for k in d["columnas"]:
                ps = tipos[k]["partidos"]
                for cand in d["candidaturas"]:
                    if k == cand["clave"] or (ps and set(ps) <= set(cand["partidos"])):
                        de[k] = cand["clave"]
            salida[d["id"]] = de
        return salida

    @staticmethod
    def _por_candidatura(grupo: dict[str, str], votos: Doc) -> dict[str, int]:
        salida: dict[str, int] = {}
        for k, v in votos.items():
            if k in grupo:
                salida[grupo[k]] = salida.get(grupo[k], 0) + (v if isinstance(v, int) else 0)
        return salida

    def _suma(self, e: Doc, filas: list[tuple[bool, Casilla, Doc]], cands: list[Doc], cierre: bool) -> Doc:
        """Figures of a set of actas; `filas`: (captured?, casilla, acta)."""
        grupo = self._grupo_cache(e)
        capturadas = contadas = ln = ccs = scs = nr = nulos = 0
        votos = {c["clave"]: 0 for c in cands}
        for llego, c, acta in filas:
            if not llego:
                continue
            capturadas += 1
            if acta["contabilizada"] != 1:
                continue
            contadas += 1
            ln += c.lista
            t = acta["valores"]["total_calculado"]
            ccs += t
            scs += t if c.tipo != "S" else 0
            lugar = c.distrito if e["agrupa"] == "distrito" else c.municipio
            vs = acta["valores"]["votos"]
            for clave, v in self._por_candidatura(grupo[lugar], vs).items():
                votos[clave] += v
            nr += vs["NO_REGISTRADAS"] if isinstance(vs["NO_REGISTRADAS"], int) else 0
            nulos += vs["NULOS"] if isinstance(vs["NULOS"], int) else 0
        n = len(filas)
        s: Doc = {"actas_esperadas": n, "actas_registradas": capturadas, "actas_fuera_catalogo": 0}
        s |= {"actas_capturadas": capturadas, "actas_contabilizadas": contadas}
        s |= {"actas_no_contabilizadas": capturadas - contadas}
        if n:
            s["porcentaje_actas_capturadas"] = _pct(capturadas, n)
            s["porcentaje_actas_contabilizadas"] = _pct(contadas, n)
            s["porcentaje_actas_inconsistencias"] = _pct(capturadas - contadas, n)
        if contadas:
            s |= {"lista_nominal_actas_contabilizadas": ln, "total_votos_c_cs": ccs, "total_votos_s_cs": scs}
            if ln:
                s["porcentaje_participacion_ciudadana"] = _pct(ccs if cierre else scs, ln)

        def con(v: int) -> Doc:
            return {"votos": v} | ({"porcentaje": _pct(v, ccs)} if ccs else {})

        return {
            "estadistica": s,
            "por_candidatura": [
                {"clave": c["clave"], "partidos": c["partidos"], **con(votos[c["clave"]])} for c in cands
            ],
            "no_registradas": con(nr),
            "nulos": con(nulos),
            "total": ccs,
        }

    def _grupo_cache(self, e: Doc) -> dict[int, dict[str, str]]:
        cache = self.__dict__.setdefault("_grupos", {})
        if e["clave"] not in cache:
            cache[e["clave"]] = self._grupo(e)
        return cache[e["clave"]]

    def _por_municipio(self, e: Doc, minuto: int, cierre: bool) -> Doc:
        candidaturas = e["demarcaciones"][0]["candidaturas"]
        filas: dict[int, list[tuple[bool, Casilla, Doc]]] = {m: [] for m in self.municipios}
        for m, c, acta in self.actas[e["clave"]]:
            filas[c.municipio].append((m <= minuto, c, acta))
        return {
            "formato": "prep/municipios/1",
            "eleccion": e["clave"],
            "municipios": [
                {"id": m, "nombre": n, **self._suma(e, filas[m], candidaturas, cierre)}
                for m, n in self.municipios.items()
            ],
        }

    def _resultados(self, e: Doc, minuto: int, cierre: bool) -> tuple[Doc, list[Doc], Doc]:
        de = (lambda c: c.distrito) if e["agrupa"] == "distrito" else (lambda c: c.municipio)
        filas: dict[int, list[tuple[bool, Casilla, Doc]]] = defaultdict(list)
        todas = []
        for m, c, acta in self.actas[e["clave"]]:
            fila = (
                m <= minuto,
                c,
                acta
                if m <= minuto
                else {"clave": acta["clave"], "estado": "esperada", "situacion": "no_recibida", "observaciones": []},
            )
            filas[de(c)].append(fila)
            todas.append(fila)
        cands: dict[str, Doc] = {}
        for d in e["demarcaciones"]:
            for c in d["candidaturas"]:
                cands.setdefault(c["clave"], c)
        resumen: Doc = {
            "formato": "prep/resumen/1",
            "eleccion": e["clave"],
            "nivel": "entidad",
            **self._suma(e, todas, list(cands.values()), cierre),
            "demarcaciones": [],
        }
        partidos: dict[str, list[int]] = {}
        demarcaciones = []
        for d in e["demarcaciones"]:
            suma = self._suma(e, filas[d["id"]], d["candidaturas"], cierre)
            resumen["demarcaciones"].append({"id": d["id"], "nombre": d["nombre"], **suma})
            por_partido = self._por_partido(e, d, filas[d["id"]])
            for k, (p, c) in por_partido.items():
                a = partidos.setdefault(k, [0, 0])
                a[0] += p
                a[1] += c
            secciones = []
            por_seccion: dict[int, list[tuple[bool, Casilla, Doc]]] = defaultdict(list)
            for fila in filas[d["id"]]:
                por_seccion[fila[1].seccion].append(fila)
            for seccion, fs in sorted(por_seccion.items()):
                secciones.append(
                    {
                        "seccion": seccion,
                        **self._suma(e, fs, d["candidaturas"], cierre),
                        "casillas": [self._casilla(c, a) for _, c, a in fs],
                    }
                )
            demarcaciones.append(
                {
                    "formato": "prep/demarcacion/1",
                    "eleccion": e["clave"],
                    "nivel": "demarcacion",
                    "id": d["id"],
                    "nombre": d["nombre"],
                    **suma,
                    "por_partido": self._partidos(por_partido, suma["total"]),
                    "secciones": secciones,
                    "fuera_de_catalogo": [],
                }
            )
        resumen["por_partido"] = self._partidos(partidos, resumen["total"])
        especiales = {
            "formato": "prep/especiales/1",
            "eleccion": e["clave"],
            "casillas": [
                {"demarcacion": de(c), "seccion": c.seccion, **self._casilla(c, a)}
                for _, c, a in todas
                if c.tipo == "S"
            ],
        }
        return resumen, demarcaciones, especiales

    @staticmethod
    def _casilla(c: Casilla, acta: Doc) -> Doc:
        return {
            "clave": c.clave,
            "nombre": c.nombre,
            "tipo": c.tipo,
            "id": c.id,
            "extension": 0,
            "ubicacion": c.ubicacion,
            "lista_nominal": c.lista,
            "actas": [acta],
        }

    def _por_partido(self, e: Doc, d: Doc, filas: list[tuple[bool, Casilla, Doc]]) -> dict[str, tuple[int, int]]:
        tipos = {c["clave"]: c for c in e["columnas"]}
        propios: dict[str, int] = {k: 0 for k in d["columnas"] if tipos[k]["tipo"] in ("partido", "independiente")}
        juntos: dict[str, int] = {k: 0 for k in d["columnas"] if tipos[k]["tipo"] == "combinacion"}
        for llego, _, acta in filas:
            if llego and acta["contabilizada"] == 1:
                for k, v in acta["valores"]["votos"].items():
                    destino = propios if k in propios else juntos
                    if k in destino and isinstance(v, int):
                        destino[k] += v
        coalicion = dict.fromkeys(propios, 0)
        for k, v in juntos.items():
            ps = tipos[k]["partidos"]
            for p in ps:
                coalicion[p] += v // len(ps)
            for p in sorted(ps, key=lambda p: -propios[p])[: v % len(ps)]:
                coalicion[p] += 1
        return {k: (v, coalicion[k]) for k, v in propios.items()}

    @staticmethod
    def _partidos(por: dict[str, Any], total: int) -> list[Doc]:
        return [
            {"clave": k, "propios": p, "coalicion": c, "votos": p + c}
            | ({"porcentaje": _pct(p + c, total)} if total else {})
            for k, (p, c) in por.items()
        ]


def octetos(doc: Any) -> bytes:
    return doc if isinstance(doc, bytes) else orjson.dumps(doc)


def archivos(docs: Doc) -> list[Doc]:
    filas = [(k, octetos(v)) for k, v in docs.items() if k != "corte.json"]
    return [{"ruta": k, "sha256": hashlib.sha256(b).hexdigest(), "bytes": len(b)} for k, b in sorted(filas)]


def imagen(texto: str) -> bytes:
    """A picture that looks like a photographed form, so that the viewer has something to show."""
    im = Image.new("RGB", (850, 1100), "#f4f1ea")
    d = ImageDraw.Draw(im)
    d.rectangle((30, 30, 820, 1070), outline="#333", width=3)
    d.text((60, 60), "ACTA DE ESCRUTINIO", fill="#222", font=ImageFont.load_default(34))
    d.text((60, 120), texto, fill="#222", font=ImageFont.load_default(28))
    for i in range(14):
        d.rectangle((60, 200 + i * 58, 790, 246 + i * 58), outline="#777")
    salida = io.BytesIO()
    im.save(salida, "JPEG", quality=60)
    return salida.getvalue()


def publicar(docs: Doc, raiz: Path) -> None:
    """Write a corte as publicacion does: everything immutable, then the pointer, then the entry pages."""
    from prep.portal import paginas, portada, recursos

    docs = dict(docs)
    n = docs["corte.json"]["corte"]
    ruta = f"cortes/{n:04d}"
    escribir(raiz / "", recursos(docs))
    todo = {**docs, **dict(paginas(docs))}
    manifiesto = {**docs["corte.json"], "archivos": archivos(todo)}
    todo["corte.json"] = orjson.dumps(manifiesto, option=orjson.OPT_SORT_KEYS)
    escribir(raiz / ruta, todo.items())
    ultimo = {
        "proceso": manifiesto["proceso"],
        "corte": n,
        "hora": manifiesto["hora"],
        "modo": manifiesto["modo"],
        "ruta": ruta,
        "manifiesto": hashlib.sha256(todo["corte.json"]).hexdigest(),
    }
    escribir(raiz, [("ultimo.json", ultimo)])
    escribir(raiz, portada(docs))


def escribir(raiz: Path, archivos: Any) -> None:
    for ruta, doc in archivos:
        destino = raiz / ruta
        destino.parent.mkdir(parents=True, exist_ok=True)
        destino.write_bytes(octetos(doc))


def imagenes(docs: Doc) -> Iterator[tuple[str, bytes]]:
    """The pictures of every published acta of the first demarcation of each election."""
    for ruta, doc in docs.items():
        if ruta.endswith("/demarcacion/1.json"):
            for s in doc["secciones"]:
                for c in s["casillas"]:
                    for a in c["actas"]:
                        if "imagen" in a:
                            yield a["imagen"]["ruta"], imagen(a["clave"])


__all__ = ["INICIO", "Noche", "archivos", "escribir", "imagen", "imagenes", "octetos", "publicar"]

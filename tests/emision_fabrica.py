"""Small whole emissions for tests: figures by `prep.dominio`, files as docs/formatos says, log by `prep.transparencia`.

The verifier never sees `prep.dominio`: two computations written apart meet here.
"""

import csv
import io
import json
import random
import shutil
import zipfile
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import MotivoSinActa
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.dominio.tabulacion.boleta import armar_boleta
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.contabilidad import Veredicto, contabilizar, sin_acta
from prep.dominio.tabulacion.porcentajes import porcentaje
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Casilla, Demarcacion, Eleccion
from prep.dominio.tabulacion.tabulacion import (
    ESTADISTICA,
    Cuenta,
    Resultado,
    estadistica,
    por_candidatura,
    resultado_demarcacion,
    resultado_entidad,
    resultados_municipio,
)
from prep.transparencia.almacen import Carpeta
from prep.transparencia.arbol import RAIZ_VACIA
from prep.transparencia.canonico import canonico
from prep.transparencia.emisor import emitir_corte, raiz_de_imagenes
from prep.transparencia.hojas import escribir_hoja
from prep.transparencia.nota import COFIRMA, FIRMA, LlavePrivada
from prep.transparencia.registro import Registro

INSTITUTO = LlavePrivada("ople.example/prep", FIRMA, b"\1" * 32)
AUDITOR = LlavePrivada("universidad.example/auditor", COFIRMA, b"\2" * 32)
NOTARIA = LlavePrivada("notaria.example", COFIRMA, b"\3" * 32)
PARTIDOS = ("PAN", "PRI", "PRD", "MC", "VERDE")
EMPATES = ("VERDE", "MC", "PRD", "PRI", "PAN")
COALICION = ("PAN", "PRI", "PRD")
BOLETAS_ESPECIALES = 700
ZONA = timezone(timedelta(hours=-6))
INICIO = datetime(2024, 6, 2, 20, 0, tzinfo=ZONA)
PROCESO = "jal-2024"
TOTALES = ("BOLETAS_SOBRANTES", "PERSONAS_VOTARON", "REP_PARTIDO_CI_VOTARON", "VOTOS_SACADOS")


def eleccion(clave: str, ambito: Ambito, agrupa: Ambito, casillas: list[Casilla]) -> Eleccion:
    """Coalition of three everywhere but in demarcation 2, where its parties run alone; an independent in 1."""
    ids = sorted({c.distrito if agrupa is Ambito.DISTRITO else c.municipio for c in casillas})
    boletas = {
        i: armar_boleta(
            PARTIDOS,
            [COALICION] if i != 2 or ambito is Ambito.ENTIDAD else [],
            independientes=["CAND_IND_1"] * (i == 1),
        )
        for i in ids
    }
    columnas = armar_boleta(PARTIDOS, [COALICION], independientes=["CAND_IND_1"]).recuadros
    tipo = {"GUB": "G", "DIP_LOC": "D", "AYUN": "A"}[clave]
    actas = tuple(
        ActaEsperada(f"{c.clave}{tipo}", c, c.distrito if agrupa is Ambito.DISTRITO else c.municipio, 8)
        for c in sorted(casillas, key=lambda c: ((c.distrito if agrupa is Ambito.DISTRITO else c.municipio), c.clave))
    )
    lugares = {i: Demarcacion(i, f"{agrupa.value.title()} {i}") for i in ids}
    return Eleccion(clave, f"Elección {clave}", tipo, ambito, agrupa, columnas, lugares, boletas, actas, EMPATES)


def casillas(secciones: int) -> list[Casilla]:
    lista = []
    for s in range(1, secciones + 1):
        d, m = 1 + (s - 1) * 3 // secciones, 1 + (s - 1) * 4 // secciones
        lista.append(Casilla(ClaveCasilla(14, s, "B", 1, 0), d, m, 500 + s % 200))
        lista.append(Casilla(ClaveCasilla(14, s, "C", 1, 0), d, m, 480 + s % 100))
        if s % 10 == 3:
            lista.append(Casilla(ClaveCasilla(14, s, "S", 1, 0), d, m, 0, None if s % 20 == 3 else 750))
        if s % 10 == 5:
            lista.append(Casilla(ClaveCasilla(14, s, "M", 1, 0), d, m, 0))
    return lista


@dataclass
class Noche:
    """A night that publishes cortes in a folder: each one captures some more actas."""

    carpeta: Path
    secciones: int = 12
    imagenes: bool = True
    modo: str = "simulacro"
    paginas: dict[str, bytes] = field(default_factory=dict)
    semilla: int = 7
    registro: Registro = field(init=False)
    corte: int = 0
    anterior: str | None = None

    def __post_init__(self) -> None:
        self.almacen = Carpeta(self.carpeta, duradero=False)
        self.registro = Registro(self.almacen, INSTITUTO)
        self.azar = random.Random(self.semilla)
        lista = casillas(self.secciones)
        self.elecciones = [
            eleccion("GUB", Ambito.ENTIDAD, Ambito.DISTRITO, lista),
            eleccion("DIP_LOC", Ambito.DISTRITO, Ambito.DISTRITO, lista),
            eleccion("AYUN", Ambito.MUNICIPIO, Ambito.MUNICIPIO, lista),
        ]
        self.asentados: dict[str, Asentado | None] = {}
        self.hashes: dict[str, str] = {}
        self.almacen.reemplazar("politica", f"log {INSTITUTO.llave.vkey}\nquorum none\n".encode())

    def copia(self, carpeta: Path, **cambios: Any) -> "Noche":
        """The same night in another folder, to be spoiled or continued apart."""
        shutil.copytree(self.carpeta, carpeta)
        otra = replace(self, carpeta=carpeta, paginas=dict(self.paginas), **cambios)
        otra.asentados, otra.hashes = dict(self.asentados), dict(self.hashes)
        return otra

    def capturar(self, fraccion: float) -> None:
        for e in self.elecciones:
            for a in e.actas:
                if a.clave not in self.asentados and self.azar.random() < fraccion:
                    self.asentados[a.clave] = self._acta(e, a)

    def _acta(self, e: Eleccion, a: ActaEsperada) -> Asentado | None:
        suerte = self.azar.random()
        if suerte < 0.02:
            return None
        claves = e.boletas[a.demarcacion].claves
        tope = a.casilla.lista_nominal or 700
        votos = {c: self.azar.randrange(tope // len(claves)) for c in claves}
        if suerte < 0.03:
            votos = dict.fromkeys(claves, SIN_DATO)
        elif suerte < 0.06:
            votos["PRI"] = ILEGIBLE
        elif suerte < 0.08:
            votos["MC"] = 999
        elif suerte < 0.2:
            votos["VERDE"] = SIN_DATO
        datos = f"acta {a.clave}".encode()
        h = self.hashes[a.clave] = sha256(datos).hexdigest()
        if self.imagenes:
            self.almacen.escribir(f"imagenes/{h[:2]}/{h}.jpg", datos)
        return Asentado({"total_asentado": self.azar.randrange(800)}, votos)

    def publicar(self, fraccion: float = 0.3, cierre: bool = False, **cambios) -> Path:
        """One more corte, emitted; the first time, after the puesta en ceros. `cambios`: fields to falsify."""
        if not self.corte:
            self.poner_en_ceros()
        self.capturar(fraccion)
        manifiesto, archivos = self.preparar(cierre)
        manifiesto.update(cambios)
        carpeta = self.emitir(manifiesto, archivos)
        if cierre:
            m = manifiesto
            doc = {"manifiesto": self.anterior, "hechos": m["bitacora"]["posicion"], "cuentas": m["cuentas"]}
            self.acto("cierre", corte=self.corte, doc=doc)
        return carpeta

    def poner_en_ceros(self) -> None:
        """The first corte, with nothing in it, and the act that says so."""
        m, archivos = self.preparar()
        muestra = sha256(archivos["proceso.json"]).hexdigest()
        self.acto("aprobacion", persona="p-1", muestra=muestra, doc={})
        self.emitir(m, archivos)
        esperadas = {e: c["esperadas"] for e, c in m["cuentas"].items()}
        doc = {
            "hechos": 0,
            "altas": 0,
            "llaves": {},
            "raiz": RAIZ_VACIA.hex(),
            "catalogo": m["catalogo"],
            "software": m["software"],
            "muestra": muestra,
        }
        self.acto("puesta_en_ceros", doc={**doc, "corte": self.anterior, "actas_esperadas": esperadas})

    def acto(self, tipo: str, doc: dict | None = None, **campos) -> int:
        """Sign an act at the hour of the last corte; `doc`: what its document says besides its leaf."""
        comunes = {"proceso": PROCESO, "modo": self.modo, "hora": self.hora(self.corte).isoformat()}
        if doc is not None:
            datos = canonico({"formato": f"prep/{tipo}/1", **comunes, **campos, **doc})
            campos["documento"] = sha256(datos).hexdigest()
            self.almacen.escribir(f"documentos/{campos['documento']}.json", datos)
        return self.registro.agregar(escribir_hoja(tipo, **comunes, **campos))

    @staticmethod
    def hora(corte: int) -> datetime:
        return INICIO + timedelta(minutes=15 * corte)

    def emitir(self, manifiesto: dict, archivos: dict[str, bytes]) -> Path:
        ruta = f"cortes/{manifiesto['corte']:04d}"
        for r, datos in archivos.items():
            self.almacen.escribir(f"{ruta}/{r}", datos)
        emitido = emitir_corte(self.registro, canonico(manifiesto), ruta)
        for r, datos in self.paginas.items():
            self.almacen.reemplazar(r, datos)
        self.corte, self.anterior = emitido.corte, emitido.manifiesto
        return self.carpeta / ruta

    def preparar(self, cierre: bool = False) -> tuple[dict, dict[str, bytes]]:
        """Manifest and files of the next corte."""
        numero = self.corte + 1
        hora = self.hora(numero)
        archivos = {"proceso.json": _json(self.proceso())}
        interiores, cuentas, secciones = {}, {}, {}
        avance = self.avance(numero, hora)
        for e in self.elecciones:
            csv_, resultado, jsons = self._eleccion(e, hora, cierre)
            c = resultado.cuenta
            cuentas[e.clave] = {
                "esperadas": c.esperadas,
                "capturadas": c.capturadas,
                "contabilizadas": c.contabilizadas,
            }
            self._anotar_avance(avance["elecciones"][e.clave], resultado, jsons["resumen"])
            archivos.update({f"{e.clave}/{n}.json": _json(j) for n, j in jsons.items()})
            sello = f"{hora:%Y%m%d_%H%M}_PREP"
            interiores[f"{sello}_{e.clave}_JAL.zip"] = _zip(
                {
                    f"JAL_{e.clave}_2024.csv": csv_,
                    f"JAL_{e.clave}_CANDIDATURAS_2024.csv": _candidaturas(e),
                    "LEEME.txt": b"LEEME",
                }
            )
            for a in e.actas:
                secciones[str(a.casilla.clave.seccion)] = [a.casilla.distrito, a.casilla.municipio]
        archivos[f"bd/{hora:%Y%m%d_%H%M}_PREP_JAL.zip"] = _zip(interiores)
        archivos["avance.json"] = _json(avance)
        archivos["secciones.json"] = _json({"formato": "prep/secciones/1", "secciones": secciones})
        if self.paginas:
            lista = self.sellar({"formato": "prep/sitio/1"}, self.paginas)
            archivos["sitio.json"] = canonico(lista)
        posicion = sum(a is not None for a in self.asentados.values())
        manifiesto = {
            "formato": "prep/corte/1",
            "proceso": PROCESO,
            "corte": numero,
            "hora": hora.isoformat(),
            "modo": self.modo,
            "cierre": cierre,
            "anterior": self.anterior,
            "imagenes": {"raiz": raiz_de_imagenes(self.hashes.values()), "total": len(set(self.hashes.values()))},
            "bitacora": {
                "posicion": posicion,
                "raiz": sha256(b"bitacora").hexdigest() if posicion else RAIZ_VACIA.hex(),
            },
            "catalogo": sha256(b"catalogo").hexdigest(),
            "software": "prueba",
            "cuentas": cuentas,
        }
        return self.sellar(manifiesto, archivos), archivos

    def avance(self, numero: int, hora: datetime) -> dict:
        """The curve of the corte before with room for one point more."""
        previo = self.almacen.leer(f"cortes/{numero - 1:04d}/avance.json")
        vacias = {"capturadas": [], "contabilizadas": [], "total": [], "candidaturas": {}, "demarcaciones": {}}
        nueva = {"formato": "prep/avance/1", "cortes": [], "horas": []}
        nueva["elecciones"] = {e.clave: {"esperadas": len(e.actas), **deepcopy(vacias)} for e in self.elecciones}
        avance = json.loads(previo) if previo else nueva
        avance["cortes"].append(numero)
        avance["horas"].append(hora.isoformat())
        return avance

    @staticmethod
    def _anotar_avance(serie: dict, resultado: Resultado, resumen: dict) -> None:
        serie["capturadas"].append(resultado.cuenta.capturadas)
        serie["contabilizadas"].append(resultado.cuenta.contabilizadas)
        serie["total"].append(resultado.cuenta.total)
        for c in resultado.por_candidatura:
            serie["candidaturas"].setdefault(c.clave, []).append(c.votos)
        for d in resumen["demarcaciones"]:
            contabilizadas = d["estadistica"]["actas_contabilizadas"]
            serie["demarcaciones"].setdefault(str(d["id"]), []).append(contabilizadas)

    @staticmethod
    def sellar(manifiesto: dict, archivos: dict[str, bytes]) -> dict:
        """The manifest with the list of these files."""
        lista = [{"ruta": r, "sha256": sha256(d).hexdigest(), "bytes": len(d)} for r, d in sorted(archivos.items())]
        return {**manifiesto, "archivos": lista}

    def proceso(self) -> dict:
        return {
            "formato": "prep/proceso/1",
            "clave": PROCESO,
            "nombre": "Proceso de prueba",
            "zona_horaria": "America/Mexico_City",
            "entidad": {"id": 14, "nombre": "Jalisco", "abreviatura": "JAL"},
            "parametros": {"boletas_especiales": BOLETAS_ESPECIALES, "mezcla_cuenta": False},
            "boletas": {str(a.casilla.clave): a.casilla.boletas for a in self.elecciones[0].actas if a.casilla.boletas},
            "partidos": [{"siglas": p, "nombre": f"Partido {p}"} for p in PARTIDOS],
            "municipios": [{"id": d.id, "nombre": d.nombre} for d in self._municipios()],
            "elecciones": [
                {
                    "clave": e.clave,
                    "nombre": e.nombre,
                    "tipo_acta": e.tipo_acta,
                    "ambito": e.ambito.value,
                    "agrupa": e.agrupa.value,
                    "empates": list(e.orden_registro),
                    "columnas": [
                        {"clave": r.clave, "tipo": r.tipo.value, "partidos": list(r.partidos)} for r in e.columnas
                    ],
                    "demarcaciones": [
                        {
                            "id": d.id,
                            "nombre": d.nombre,
                            "lista_nominal": sum(a.casilla.lista_nominal for a in e.actas if a.demarcacion == d.id),
                            "actas_esperadas": sum(a.demarcacion == d.id for a in e.actas),
                            "columnas": list(e.boletas[d.id].claves),
                            "candidaturas": [
                                {"clave": c.clave, "partidos": list(c.partidos)} for c in e.boletas[d.id].candidaturas
                            ],
                        }
                        for d in e.demarcaciones.values()
                    ],
                }
                for e in self.elecciones
            ],
        }

    def _veredicto(self, e: Eleccion, a: ActaEsperada) -> Veredicto | None:
        if a.clave not in self.asentados:
            return None
        asentado = self.asentados[a.clave]
        if asentado is None:
            return sin_acta(next(iter(MotivoSinActa)))
        return contabilizar(asentado, e.boletas[a.demarcacion], a, BOLETAS_ESPECIALES)

    def _eleccion(self, e: Eleccion, hora: datetime, cierre: bool) -> tuple[bytes, Resultado, dict[str, dict]]:
        secciones: dict[int, dict[int, Cuenta]] = {d: {} for d in e.demarcaciones}
        paginas: dict[int, dict[int, list]] = {d: {} for d in e.demarcaciones}
        filas = []
        claves = [r.clave for r in e.columnas]
        for a in e.actas:
            boleta, seccion = e.boletas[a.demarcacion], a.casilla.clave.seccion
            veredicto = self._veredicto(e, a)
            secciones[a.demarcacion].setdefault(seccion, Cuenta.vacia(boleta)).agregar_acta(a, veredicto)
            paginas[a.demarcacion].setdefault(seccion, []).append(self._pagina(a, veredicto))
            filas.append(self._fila(e, a, veredicto, claves))
        resultados, jsons = {}, {}
        for d in e.demarcaciones.values():
            cuenta = Cuenta.de_listas(e.boletas[d.id], (c.en_lista() for c in secciones[d.id].values()))
            cuenta.fuera_catalogo = self._fuera() if d.id == 1 else 0
            resultados[d.id] = resultado_demarcacion(e, d.id, cuenta)
            jsons[f"demarcacion/{d.id}"] = {
                "formato": "prep/demarcacion/1",
                "eleccion": e.clave,
                "nivel": "demarcacion",
                "id": d.id,
                "nombre": d.nombre,
                **_cifras(resultados[d.id], cierre),
                "secciones": [
                    {"seccion": s, **_seccion(e.boletas[d.id], c, cierre), "casillas": paginas[d.id][s]}
                    for s, c in secciones[d.id].items()
                ],
                "fuera_de_catalogo": [FUERA] * (self._fuera() if d.id == 1 else 0),
            }
        total = resultado_entidad(e, resultados, self._fuera())
        jsons["especiales"] = {
            "formato": "prep/especiales/1",
            "eleccion": e.clave,
            "casillas": [
                {"demarcacion": d, "seccion": s, **c}
                for d, de in paginas.items()
                for s, lista in de.items()
                for c in lista
                if c["tipo"] == "S"
            ],
        }
        jsons["resumen"] = {
            "formato": "prep/resumen/1",
            "eleccion": e.clave,
            "nivel": "entidad",
            **_cifras(total, cierre),
            "demarcaciones": [
                {"id": i, "nombre": e.demarcaciones[i].nombre, **_cifras(r, cierre, partidos=False)}
                for i, r in resultados.items()
            ],
        }
        if e.clave == "GUB":
            jsons["municipios"] = self._por_municipio(e, secciones, cierre)
        if self._fuera():
            filas.append(self._fila_fuera(e))
        salida = io.StringIO()
        escritor = csv.writer(salida, lineterminator="\r\n")
        cifras = estadistica(total.cuenta, cierre)
        if not cifras["actas_registradas"]:
            ceros = dict.fromkeys([n for n in ESTADISTICA if n.startswith(("actas_", "porcentaje_actas_"))], 0)
            cifras = {**ceros, "actas_esperadas": cifras["actas_esperadas"], "total_votos_s_cs": 0}
        titulo = f"{self.modo.upper()} - {e.nombre.upper()}" if self.modo != "jornada" else e.nombre.upper()
        escritor.writerows([[titulo], [f"{hora:%d/%m/%Y %H:%M} (UTC-6)"], [n.upper() for n in ESTADISTICA]])
        escritor.writerows([[cifras.get(n, "") for n in ESTADISTICA], [], _columnas(e), *filas])
        return ("\ufeff" + salida.getvalue()).encode(), total, jsons

    def _municipios(self) -> list[Demarcacion]:
        (ayuntamientos,) = [e for e in self.elecciones if e.agrupa is Ambito.MUNICIPIO]
        return list(ayuntamientos.demarcaciones.values())

    def _por_municipio(self, e: Eleccion, secciones: dict[int, dict[int, Cuenta]], cierre: bool) -> dict:
        listas: dict[int, dict[int, list[list[int]]]] = {d.id: {} for d in self._municipios()}
        donde = {a.casilla.clave.seccion: a.casilla.municipio for a in e.actas}
        for d, suyas in secciones.items():
            for s, cuenta in suyas.items():
                listas[donde[s]].setdefault(d, []).append(cuenta.en_lista())
        partes = {m: {d: Cuenta.de_listas(e.boletas[d], x) for d, x in de.items()} for m, de in listas.items()}
        resultados = resultados_municipio(e, partes)
        return {
            "formato": "prep/municipios/1",
            "eleccion": e.clave,
            "municipios": [
                {"id": d.id, "nombre": d.nombre, **_cifras(resultados[d.id], cierre, False)} for d in self._municipios()
            ],
        }

    def _fuera(self) -> int:
        """One sheet out of catalogue, as soon as there is anything."""
        return 1 if self.asentados else 0

    def _fila_fuera(self, e: Eleccion) -> list:
        fila = ["-", "-", "14", "Jalisco", "1", e.demarcaciones[1].nombre, "9999", "-", "-", "-", 3, e.tipo_acta]
        return [*fila, *["-"] * (8 + len(e.columnas)), "Fuera de Catálogo", 2, *["-"] * 9]

    def _pagina(self, a: ActaEsperada, veredicto: Veredicto | None) -> dict:
        acta: dict = {"clave": a.clave, "estado": "esperada", "situacion": "no_recibida", "observaciones": []}
        asentado = self.asentados.get(a.clave)
        acta["representantes"] = 8
        if veredicto is not None:
            acta |= {
                "estado": "verificada" if asentado else "sin_acta",
                "situacion": "publicada" if asentado else "sin_acta",
                "contabilizada": int(veredicto.contabilizada),
                "observaciones": [str(o) for o in veredicto.observaciones],
            }
        if asentado:
            contenido = asentado.escribir()
            acta["valores"] = {
                "votos": contenido["votos"],
                "total_asentado": contenido["total_asentado"],
                "total_calculado": veredicto.calculado,
            }
            h = sha256(f"acta {a.clave}".encode()).hexdigest()
            acta["imagen"] = {"sha256": h, "ruta": f"imagenes/{h[:2]}/{h}.jpg"} if self.imagenes else {"sha256": h}
            acta |= {"origen": "CATD", "digitalizacion": "Escáner", "tipo_documento": "Acta PREP"}
            acta |= {"acopio": "2024-06-02T21:05:09-06:00", "captura": "2024-06-02T21:15:00-06:00", "cotejada": 1}
        c = a.casilla
        return {
            "clave": str(c.clave),
            "nombre": c.clave.nombre,
            "tipo": c.clave.tipo,
            "id": c.clave.id,
            "extension": c.clave.extension,
            "ubicacion": 1,
            "lista_nominal": c.lista_nominal,
            "actas": [acta],
        }

    def _fila(self, e: Eleccion, a: ActaEsperada, veredicto: Veredicto | None, claves: list[str]) -> list:
        d, c = e.demarcaciones[a.demarcacion], a.casilla
        asentado = self.asentados.get(a.clave)
        pendiente = "-" if self.asentados else ""
        fila = [str(c.clave), a.clave, "14", "Jalisco", f"{d.id:03d}", d.nombre, f"{c.clave.seccion:04d}"]
        fila += [f"{c.clave.id:02d}", c.clave.tipo, f"{c.clave.extension:02d}", 1, e.tipo_acta]
        if not asentado:
            sin = veredicto is not None
            fila += [""] * (6 + len(claves)) + [c.lista_nominal, 8]
            fila += [", ".join(veredicto.observaciones), 0] if sin else [pendiente, pendiente]
            return [*fila, *[""] * 8, 0 if sin else ""]
        contenido = asentado.escribir()
        fila += [""] * 4 + [contenido["votos"].get(k, "") for k in claves]
        fila += [contenido["total_asentado"], veredicto.calculado, c.lista_nominal, 8]
        fila += [", ".join(veredicto.observaciones), int(veredicto.contabilizada), ""]
        fila += [sha256(f"acta {a.clave}".encode()).hexdigest(), "02/06/2024 21:05:09", "02/06/2024 21:15:00", ""]
        return [*fila, "CATD", "Escáner", "Acta PREP", 1]


FUERA = {"clave": "-", "estado": "fuera_de_catalogo", "contabilizada": 2, "observaciones": ["Fuera de Catálogo"]}


def _candidaturas(e: Eleccion) -> bytes:
    estatal = e.ambito is Ambito.ENTIDAD
    lugar = "ID_DISTRITO_LOCAL" if e.agrupa is Ambito.DISTRITO else "ID_MUNICIPIO"
    filas = [["ID_ENTIDAD", *([] if estatal else [lugar]), "PARTIDO_CI", "CANDIDATURA_PROPIETARIA"]]
    filas[0].append("CANDIDATURA_SUPLENTE")
    for d, boleta in e.boletas.items():
        for c in boleta.candidaturas:
            fila = ["14", *([] if estatal else [f"{d:03d}"]), c.clave, "", ""]
            if fila not in filas:
                filas.append(fila)
    salida = io.StringIO()
    csv.writer(salida, lineterminator="\r\n").writerows(filas)
    return ("\ufeff" + salida.getvalue()).encode()


def _columnas(e: Eleccion) -> list[str]:
    lugar = "DISTRITO_LOCAL" if e.agrupa is Ambito.DISTRITO else "MUNICIPIO"
    return (
        f"CLAVE_CASILLA CLAVE_ACTA ID_ENTIDAD ENTIDAD ID_{lugar} {lugar} SECCION ID_CASILLA TIPO_CASILLA "
        f"EXT_CONTIGUA UBICACION_CASILLA TIPO_ACTA {' '.join(f'TOTAL_{t}' for t in TOTALES)} "
        f"{' '.join(r.clave for r in e.columnas)} "
        "TOTAL_VOTOS_ASENTADO TOTAL_VOTOS_CALCULADO LISTA_NOMINAL REPRESENTANTES_PP_CI OBSERVACIONES CONTABILIZADA "
        "MECANISMOS_TRASLADO CODIGO_INTEGRIDAD FECHA_HORA_ACOPIO FECHA_HORA_CAPTURA FECHA_HORA_VERIFICACION ORIGEN "
        "DIGITALIZACION TIPO_DOCUMENTO COTEJADA"
    ).split()


def _par(votos: int, total: int) -> dict:
    p = porcentaje(votos, total)
    return {"votos": votos} if p is None else {"votos": votos, "porcentaje": p}


def _cifras(r: Resultado, cierre: bool, partidos: bool = True) -> dict:
    total = r.cuenta.total
    cifras = {
        "estadistica": estadistica(r.cuenta, cierre),
        "por_candidatura": [
            {"clave": c.clave, "partidos": list(c.partidos), **_par(c.votos, total)} for c in r.por_candidatura
        ],
        "no_registradas": _par(r.no_registradas, total),
        "nulos": _par(r.nulos, total),
        "total": total,
    }
    if partidos:
        cifras["por_partido"] = [
            {"clave": p.clave, "propios": p.propios, "coalicion": p.coalicion, **_par(p.votos, total)}
            for p in r.por_partido
        ]
    return cifras


def _seccion(boleta, cuenta: Cuenta, cierre: bool) -> dict:
    r = Resultado(cuenta, por_candidatura(boleta, cuenta.votos), [], cuenta.votos[-2], cuenta.votos[-1])
    return _cifras(r, cierre, partidos=False)


def _json(obj: dict) -> bytes:
    return json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode()


def _zip(archivos: dict[str, bytes]) -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as z:
        for nombre, datos in archivos.items():
            z.writestr(zipfile.ZipInfo(nombre, (2024, 6, 2, 20, 0, 0)), datos)
    return salida.getvalue()

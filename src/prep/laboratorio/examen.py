"""The reader's examination: actas filled and photographed from a fixed seed, read, and compared with the truth.

The frozen set: ballots that no training used, digits of MNIST's test writers and words in typefaces drawn from
hands that no training saw (or the product's own hands, apart), seed fixed. Nobody tunes on it. `calibrar` uses the same
machinery with another seed and other hands.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from prep.dominio.comun.valores import Valor
from prep.dominio.tabulacion.boleta import Boleta, armar_boleta
from prep.evidencia.renglones import Ajuste
from prep.laboratorio.fotografiar import NIVELES, Foto, fotografiar
from prep.laboratorio.idx import leer_idx
from prep.laboratorio.llenar import (
    TINTAS,
    Costumbres,
    Escrito,
    desvanecer,
    en_blanco,
    llenar,
    planear,
    votos_al_azar,
)
from prep.laboratorio.otras_manos import OtrasManos
from prep.lectura.cajas import Recortes
from prep.lectura.lector import Lector, Vista, descifrar
from prep.lectura.redes import CLASES, redes, suavizar
from prep.lectura.resultado import Lectura, LecturaCampo
from prep.lectura.revision import Opinion, Umbrales, intervalo, revisar
from prep.papel import qr
from prep.papel.plantilla import ALTO, ANCHO, Campo, Hoja, Identificacion, armar_plantilla
from prep.plataforma.opencv import cv2
from prep.plataforma.procesos import conservar_memoria, obreros

SEMILLA_EXAMEN: Final = 20290603
LLAVE: Final = b"llave fija del examen de lectura"
PROCESO: Final = "EXAMEN-2027"
PASOS: Final = {
    **{nivel: ("pluma", nivel) for nivel in NIVELES},
    "faint": ("tenue", "mild"),
    "pencil": ("lapiz", "mild"),
    "carbon": ("copia", "mild"),
}
"""The steps of the examination: what the acta is written with (`llenar.TINTAS`) and how it is photographed."""
TENUES: Final = ("washed", "faint", "pencil", "carbon")
"""The steps on which the ink is faint and legible."""
ACEPTADOS: Final = 6000
"""On a step. None of so many wrong says that the error is at most 0.05 %, with 95 % confidence."""
_PREP: Final = Path(__file__).parents[1]
_SIGLAS: Final = ["ENCINO", "RAIZ", "FARO", "ALBA", "RIO", "CUMBRE", "PUENTE", "BRISA", "TRIGO"]


def boletas_de_examen() -> tuple[Boleta, ...]:
    """Four forms: 41 boxes as a governor's, no coalitions, a joint candidacy, independents."""
    return (
        armar_boleta(_SIGLAS, [["RAIZ", "ALBA", "CUMBRE", "BRISA", "TRIGO"], ["ENCINO", "FARO", "RIO"]]),
        armar_boleta(_SIGLAS),
        armar_boleta(_SIGLAS[:6], [["ENCINO", "FARO", "RIO"]], [("CC_PUENTE_BRISA", ["PUENTE", "BRISA"])]),
        armar_boleta(_SIGLAS[2:7], [["FARO", "ALBA"]], (), ["CAND_IND_1", "CAND_IND_2"]),
    )


@dataclass(frozen=True)
class Toma:
    """One photograph of the examination and everything known about it."""

    nivel: str
    hoja: Hoja
    plan: dict[str, Escrito]
    foto: Foto


def hoja_de_examen(rng: np.random.Generator, boleta: Boleta) -> Hoja:
    clave = f"14{int(rng.integers(1, 3800)):04d}{rng.choice(list('BCE'))}{int(rng.integers(1, 9)):02d}0005"
    plantilla = armar_plantilla(boleta)
    quien = Identificacion(
        clave,
        "Instituto Electoral de Demostración",
        "Elección de examen",
        "Gubernatura",
        "Jalisco",
        "Distrito 7 Tonalá",
        "Tonalá",
        int(clave[2:6]),
        "Contigua 1",
        "SIMULACRO · SIN VALIDEZ OFICIAL",
    )
    return Hoja(plantilla, quien, qr.codificar(qr.Etiqueta(PROCESO, clave, plantilla.id), LLAVE))


def tomas(
    semilla: int,
    actas: range,
    otras: OtrasManos | None,
    pasos: tuple[str, ...] = tuple(PASOS),
    boletas: tuple[Boleta, ...] | None = None,
    costumbres: Costumbres | None = None,
) -> Iterator[Toma]:
    """Fill the actas of these numbers and photograph each at these steps; a number always gives the same acta."""
    formas = boletas or boletas_de_examen()
    for k in actas:
        rng = np.random.default_rng([semilla, k])
        hoja = hoja_de_examen(rng, formas[k % len(formas)])
        plan = planear(hoja.plantilla, votos_al_azar(hoja.plantilla, rng), rng, costumbres)
        letras = otras.letras.mano(rng) if otras and otras.letras else None
        pagina = llenar(hoja, plan, rng, otras.digitos if otras else None, letras)
        vacia = en_blanco(hoja)
        for paso in pasos:
            tinta, nivel = PASOS[paso]
            escrita = pagina if tinta == "pluma" else desvanecer(pagina, vacia, TINTAS[tinta], rng)
            yield Toma(paso, hoja, plan, fotografiar(escrita, nivel, rng))


class LectorExaminado(Lector):
    """A reader that tells how each box of the last acta it read scored: what its networks said is not asked twice."""

    def __init__(self, hojas: dict[str, Hoja]) -> None:
        super().__init__(lambda clave: hojas[clave].plantilla if clave in hojas else None, PROCESO, LLAVE)
        self.puntos: dict[str, np.ndarray] = {}

    def _campo(
        self, campo: Campo, recorte: Recortes, puntos: np.ndarray, letra: np.ndarray, ajuste: Ajuste
    ) -> LecturaCampo:
        self.puntos[campo.clave] = puntos
        return super()._campo(campo, recorte, puntos, letra, ajuste)


@dataclass
class Medida:
    """What was measured on one photograph. `campos`: (truth, case of the truth, value, confidence, accepted, case).

    `cajas`: what each box was taken for: its probability, and whether it was that; without those spoilt on purpose.
    `centros`: boxes whose middle is in the picture (all, where no row was found), and those found in their place.
    `devuelta_bien` is whether a right match would be sent back; `atrapada`, whether one with a wrong number would.
    """

    nivel: str
    qr: bool
    qr_mal: bool
    rechazo: str | None
    segundos: float
    centros: int = 0
    centros_bien: int = 0
    devuelta_bien: bool = False
    atrapada: bool = False
    campos: list[tuple[Any, str, Any, float, bool, str]] = field(default_factory=list)
    cajas: list[tuple[float, bool]] = field(default_factory=list)

    @classmethod
    def leer(cls, crudo: dict[str, Any]) -> Medida:
        """As `asdict` and JSON left it."""
        return cls(**crudo | {que: [tuple(c) for c in crudo[que]] for que in ("campos", "cajas")})

    @property
    def pagina(self) -> bool:
        """Found and straightened, whatever was read in it."""
        return self.rechazo is None or self.rechazo == "renglones_no_hallados"


def medir(toma: Toma, lector: LectorExaminado) -> Medida:
    """Read one photograph and compare. The acta is known, as after acopio, so an unread QR does not stop the rest."""
    datos, h = toma.foto.jpeg, toma.hoja
    inicio = time.process_time()
    lectura, vista = lector.leer_y_ver(datos, h.identificacion.clave_acta)
    segundos = time.process_time() - inicio
    textos = qr.hallar(descifrar(datos))
    m = Medida(toma.nivel, textos == [h.qr], bool(textos) and textos != [h.qr], lectura.rechazo, segundos)
    if vista is None or not lectura.leida:
        m.centros = sum(len(c.cajas) for c in h.plantilla.campos) if m.pagina else 0
        return m
    hoja = np.array([[0, 0], [ANCHO, 0], [ANCHO, ALTO], [0, ALTO]])
    px_mm = math.sqrt(abs(cv2.contourArea(toma.foto.en_foto(hoja).astype(np.float32))) / (ANCHO * ALTO))
    for campo in h.plantilla.campos:
        a = vista.ajustes[campo.clave]
        hallados = vista.pagina.en_foto(np.array([a.caja(campo, k).centro for k in range(len(campo.cajas))]))
        ciertos = toma.foto.en_foto(np.array([c.centro for c in campo.cajas]))
        a_la_vista = ((ciertos >= 0) & (ciertos < [toma.foto.ancho, toma.foto.alto])).all(1)
        m.centros += int(a_la_vista.sum())
        if a.claridad > 0:
            m.centros_bien += int((a_la_vista & (np.linalg.norm(hallados - ciertos, axis=1) <= 0.5 * px_mm)).sum())
    m.campos = comparar_campos(lectura, toma.plan)
    m.cajas = _cajas(vista, toma.plan, lector)
    buena = {c.clave: toma.plan[c.clave].valor for c in h.plantilla.campos if c.captura}
    m.devuelta_bien = revisar(buena, lectura, Umbrales()).opinion is Opinion.DEVUELVE
    clave, mala = equivocar(buena, h, np.random.default_rng(len(datos)))
    opinion = revisar(buena | {clave: mala}, lectura, Umbrales())
    m.atrapada = opinion.opinion is Opinion.DEVUELVE and clave in opinion.campos
    return m


def _cajas(vista: Vista, plan: dict[str, Escrito], lector: LectorExaminado) -> list[tuple[float, bool]]:
    pares = []
    for campo in vista.plantilla.campos:
        if vista.ajustes[campo.clave].claridad > 0:
            puntos = suavizar(lector.puntos[campo.clave], lector.calibracion.temperatura_cifra)
            for p, signo in zip(puntos, plan[campo.clave].cifras, strict=True):
                if signo != "?":
                    pares.append((round(float(p.max()), 6), CLASES[int(p.argmax())] == signo.replace("x", "-")))
    return pares


def equivocar(buena: dict[str, Valor], hoja: Hoja, rng: np.random.Generator) -> tuple[str, int]:
    """A mistake that two people could both make in a vote box: a digit read as another, two swapped, one lost."""
    claves = [c.clave for c in hoja.plantilla.campos if c.tipo != "total" and isinstance(buena.get(c.clave), int)]
    pesos = np.array([1.0 + (int(buena[c]) > 9) * 6 for c in claves])
    clave = str(rng.choice(claves, p=pesos / pesos.sum()))
    cierta = int(buena[clave])
    parecidas = {0: "68", 1: "7", 2: "7", 3: "85", 4: "9", 5: "63", 6: "08", 7: "1", 8: "30", 9: "4"}
    cifras = list(f"{cierta:03d}")
    for _ in range(20):
        mala = cifras.copy()
        i = int(rng.integers(3 - len(str(cierta)), 3))
        caso = rng.random()
        if caso < 0.7:
            mala[i] = str(rng.choice(list(parecidas[int(mala[i])])))
        elif caso < 0.9 and i > 0:
            mala[i - 1], mala[i] = mala[i], mala[i - 1]
        else:
            mala = ["0", *mala[:2]]
        if int("".join(mala)) != cierta:
            return clave, int("".join(mala))
    return clave, (cierta + 1) % 1000


def comparar_campos(lectura: Lectura, plan: dict[str, Escrito]) -> list[tuple[Any, str, Any, float, bool, str]]:
    def simple(v: Any) -> Any:
        return v if isinstance(v, int) or v is None else str(v)

    return [
        (simple(plan[c.clave].valor), plan[c.clave].caso, simple(c.valor), c.confianza, c.aceptado, c.caso)
        for c in lectura.campos
    ]


def _parte(k: int, n: int) -> str:
    a, b = intervalo(k, n)
    return f"{100 * k / n:7.3f} % [{100 * a:.3f}, {100 * b:.3f}] ({k}/{n})" if n else "   —"


def faltas(medidas: list[Medida], actas: int) -> list[str]:
    """The bars that an examination of so many actas does not meet, each said."""
    salida = []
    for paso in PASOS:
        leidas = [m for m in medidas if m.nivel == paso and m.campos]
        aceptados = [c for m in leidas for c in m.campos if c[4]]
        mal, devueltas = sum(c[0] != c[2] for c in aceptados), sum(m.devuelta_bien for m in leidas)
        limite = 0.001 if paso in TENUES else 0.0005
        if paso != "hard" and len(leidas) < 0.97 * actas:
            salida.append(f"{paso}: leídas {len(leidas)} de {actas} actas, y se piden 97 de cada 100")
        if paso != "hard" and len(aceptados) < ACEPTADOS:
            salida.append(f"{paso}: aceptados {len(aceptados)} números, y se piden {ACEPTADOS}")
        if mal > limite * len(aceptados):
            salida.append(f"{paso}: {mal} de {len(aceptados)} aceptados están mal, y se admite {100 * limite:g} %")
        if devueltas > 0.01 * len(leidas):
            salida.append(f"{paso}: devueltas {devueltas} de {len(leidas)} actas bien capturadas, y se admite 1 %")
    return salida


def ece(pares: list[tuple[float, bool]], tramos: int = 15) -> float:
    """Expected calibration error of (confidence, right) pairs, in bins of equal count."""
    if not pares:
        return 0.0
    orden = sorted(pares)
    total = 0.0
    for parte in np.array_split(np.arange(len(orden)), tramos):
        if len(parte):
            c = np.mean([orden[i][0] for i in parte])
            b = np.mean([orden[i][1] for i in parte])
            total += len(parte) * abs(float(c - b))
    return total / len(orden)


def curva(medidas: list[Medida]) -> list[tuple[float, float]]:
    """(fraction accepted, error among accepted), surest first, what it refuses last; fields with a number."""
    numeros = [c for m in medidas for c in m.campos if isinstance(c[0], int)]
    orden = sorted((c for c in numeros if c[2] is not None), key=lambda c: (not c[4], -c[3]))
    puntos, mal = [], 0
    for i, c in enumerate(orden, 1):
        mal += c[2] != c[0]
        if i % max(1, len(orden) // 200) == 0 or i == len(orden):
            puntos.append((i / len(numeros), mal / i))
    return puntos


def tabla(titulo: str, medidas: list[Medida], escribir: Callable[[str], None]) -> None:
    escribir(f"\n== {titulo}")
    for nivel in PASOS:
        ms = [m for m in medidas if m.nivel == nivel]
        if not ms:
            continue
        campos = [c for m in ms for c in m.campos]
        numeros = [c for c in campos if isinstance(c[0], int)]
        normales = [c for c in numeros if c[1] in ("", "sobrescrito")]
        aceptados = [c for c in campos if c[4]]
        t = np.sort([m.segundos for m in ms])
        escribir(f"-- {nivel}: {len(ms)} fotografías")
        escribir(
            f"   QR leído            {_parte(sum(m.qr for m in ms), len(ms))}; mal leídos {sum(m.qr_mal for m in ms)}"
        )
        escribir(f"   página enderezada   {_parte(sum(m.pagina for m in ms), len(ms))}")
        escribir(f"   centros a ≤ 0.5 mm  {_parte(sum(m.centros_bien for m in ms), sum(m.centros for m in ms))}")
        escribir(f"   números bien        {_parte(sum(c[0] == c[2] for c in normales), len(normales))}")
        escribir(f"   aceptados           {_parte(len([c for c in numeros if c[4]]), len(numeros))}")
        escribir(f"   error en aceptados  {_parte(sum(c[0] != c[2] for c in aceptados), len(aceptados))}")
        enteras = [
            m for m in ms if m.campos and all(c[0] == c[2] for c in m.campos if c[4]) and any(c[4] for c in m.campos)
        ]
        escribir(f"   actas sin error     {_parte(len(enteras), len([m for m in ms if m.campos]))}")
        escribir(
            f"   ECE por número      {100 * ece([(c[3], c[0] == c[2]) for c in numeros if c[2] is not None]):.3f} %"
        )
        escribir(f"   ECE por recuadro    {100 * ece([c for m in ms for c in m.cajas]):.3f} %")
        leidas = [m for m in ms if m.campos]
        escribir(f"   ambos mal, atrapado {_parte(sum(m.atrapada for m in leidas), len(leidas))}")
        escribir(f"   actas devueltas mal {_parte(sum(m.devuelta_bien for m in leidas), len(leidas))}")
        escribir(f"   tiempo de CPU       p50 {t[len(t) // 2]:.2f} s, p95 {t[int(len(t) * 0.95)]:.2f} s")
        causas: dict[str, int] = {}
        for m in ms:
            if m.rechazo:
                causas[m.rechazo] = causas.get(m.rechazo, 0) + 1
        if causas:
            escribir(f"   rechazos            {', '.join(f'{k} {v}' for k, v in sorted(causas.items()))}")


def svg_curvas(series: dict[str, list[tuple[float, float]]]) -> str:
    """Error among accepted (logarithmic) against fraction accepted, one line per series."""
    ancho, alto, m = 760, 420, 60
    colores = ("#1b5e9e", "#1e7b4f", "#b3541e", "#a8326e", "#4d4d4d", "#6a3d9a", "#00788a", "#8e5a00")
    piso, techo = 1e-4, 0.2

    def xy(p: tuple[float, float]) -> str:
        y = math.log(max(p[1], piso) / piso) / math.log(techo / piso)
        return f"{m + p[0] * (ancho - m - 150):.1f},{alto - m - min(y, 1.0) * (alto - 1.5 * m):.1f}"

    partes = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {ancho} {alto}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{ancho}" height="{alto}" fill="white"/>',
    ]
    for e in (1e-4, 5e-4, 1e-3, 1e-2, 1e-1):
        x, y = xy((0, e)).split(",")
        partes.append(
            f'<line x1="{x}" x2="{ancho - 150}" y1="{y}" y2="{y}" stroke="#ddd"/>'
            f'<text x="{m - 6}" y="{float(y) + 4:.1f}" text-anchor="end">{100 * e:g} %</text>'
        )
    for k in range(0, 11, 2):
        x = xy((k / 10, piso)).split(",")[0]
        partes.append(f'<text x="{x}" y="{alto - m + 18}" text-anchor="middle">{k * 10} %</text>')
    partes.append(
        f'<text x="{(ancho - 150 + m) / 2}" y="{alto - 16}" text-anchor="middle">números aceptados</text>'
        f'<text x="16" y="24">error entre los aceptados</text>'
    )
    for i, (nombre, puntos) in enumerate(series.items()):
        if puntos:
            color = colores[i % len(colores)]
            partes.append(
                f'<polyline fill="none" stroke="{color}" stroke-width="2" points="{" ".join(map(xy, puntos))}"/>'
                f'<text x="{ancho - 142}" y="{60 + 20 * i}" fill="{color}">{nombre}</text>'
            )
    return "\n".join([*partes, "</svg>\n"])


def mnist(carpeta: Path, uno_de: int = 1) -> tuple[int, int]:
    """Errors of the shipped model on MNIST's test set, or on one in so many of it, and of how many. Only the ten digits
    count as answers."""
    x = leer_idx(carpeta / "t10k-images-idx3-ubyte.gz")[::uno_de].astype(np.float32) / 255
    y = leer_idx(carpeta / "t10k-labels-idx1-ubyte.gz")[::uno_de]
    fallas = 0
    for i in range(0, len(x), 500):
        fallas += int((redes().digitos(x[i : i + 500])[:, :10].argmax(1) != y[i : i + 500]).sum())
    return fallas, len(y)


def huella(otras: OtrasManos | None, pasos: tuple[str, ...]) -> str:
    """Of all that an acta's measurements depend on: code that makes it and reads it, networks, who writes, steps."""
    resumen = sha256(repr(pasos).encode())
    cuartos = [_PREP / c for c in ("dominio/tabulacion", "evidencia", "laboratorio", "lectura", "papel")]
    archivos = [a for cuarto in cuartos for a in sorted(cuarto.rglob("*")) if a.is_file() and a.suffix != ".pyc"]
    if otras is not None:
        resumen.update(otras.digitos.imagenes.tobytes())
        archivos += otras.letras.archivos if otras.letras else []
    for archivo in archivos:
        resumen.update(archivo.read_bytes())
    return resumen.hexdigest()[:16]


def examinar(
    otras: OtrasManos | None,
    actas: int,
    escribir: Callable[[str], None] = print,
    pasos: tuple[str, ...] = tuple(PASOS),
    carpeta: Path | None = None,
) -> list[Medida]:
    """The frozen set: every acta at these steps. Our own hands: another seed.

    `carpeta`: where each acta's measurements are kept as soon as they are had. What one process left half done the
    next goes on with, as long as nothing that they depend on changed.
    """
    if carpeta is not None:
        carpeta = carpeta / huella(otras, pasos)
        carpeta.mkdir(parents=True, exist_ok=True)
    hechas = [carpeta is not None and _archivo(carpeta, k).exists() for k in range(actas)]
    faltan, medidas, inicio = hechas.count(False), [], time.monotonic()
    if faltan < actas:
        escribir(f"{actas - faltan} de {actas} actas ya estaban examinadas en {carpeta}")
    with obreros(os.cpu_count() or 1, conservar_memoria) as todos:
        tarea = partial(_examinar_acta, otras, pasos, carpeta)
        examinadas = 0
        for hecha, suyas in zip(hechas, todos.map(tarea, range(actas)), strict=True):
            medidas += suyas
            examinadas += not hecha
            if not hecha and (examinadas % 10 == 0 or examinadas == faltan):
                resta = (time.monotonic() - inicio) / examinadas * (faltan - examinadas) / 60
                escribir(f"… {examinadas} de {faltan} actas examinadas; faltan unos {math.ceil(resta)} minutos")
    return medidas


def _archivo(carpeta: Path, k: int) -> Path:
    return carpeta / f"{k:04d}.json"


def _examinar_acta(otras: OtrasManos | None, pasos: tuple[str, ...], carpeta: Path | None, k: int) -> list[Medida]:
    if carpeta is not None and _archivo(carpeta, k).exists():
        return [Medida.leer(m) for m in json.loads(_archivo(carpeta, k).read_text())]
    medidas = []
    for toma in tomas(SEMILLA_EXAMEN + (otras is None), range(k, k + 1), otras, pasos):
        medidas.append(medir(toma, LectorExaminado({toma.hoja.identificacion.clave_acta: toma.hoja})))
    if carpeta is not None:
        aparte = _archivo(carpeta, k).with_suffix(f".{os.getpid()}")
        aparte.write_text(json.dumps([asdict(m) for m in medidas]))
        aparte.replace(_archivo(carpeta, k))
    return medidas


_APARTE = """
import pickle, re, sys, time
from pathlib import Path
from prep.laboratorio.examen import LectorExaminado
fotos, hojas = pickle.load(sys.stdin.buffer)
lector, tiempos = LectorExaminado(hojas), []
for foto in fotos:
    inicio = time.process_time()
    lector.leer(foto)
    tiempos.append(time.process_time() - inicio)
tiempos = sorted(tiempos[1:])
memoria = int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024
print(tiempos[len(tiempos) // 2], tiempos[int(len(tiempos) * 0.95)], memoria)
"""


def tiempo_y_memoria(fotos: int = 20) -> tuple[float, float, int]:
    """CPU seconds (median, 95th percentile) to read a 12-megapixel photograph, and MB, in a process of its own."""
    casos = list(tomas(SEMILLA_EXAMEN + 2, range(fotos), None, ("mild",)))
    hojas = {t.hoja.identificacion.clave_acta: t.hoja for t in casos}
    entrada = pickle.dumps(([casos[0].foto.jpeg, *(t.foto.jpeg for t in casos)], hojas))
    salida = subprocess.run([sys.executable, "-c", _APARTE], input=entrada, capture_output=True, check=True).stdout
    mediana, alto, memoria = salida.split()
    return float(mediana), float(alto), int(memoria)


def imprimir(figuras: dict[str, Any], escribir: Callable[[str], None]) -> dict[str, list[tuple[float, float]]]:
    """Tables of what `bench` measured; returns the curves of the plot."""
    if "mnist" in figuras:
        escribir(f"MNIST, dígitos de prueba: error {_parte(*figuras['mnist'])}")
    series = {}
    for nombre, crudas in figuras["conjuntos"].items():
        medidas = [Medida.leer(m) for m in crudas]
        tabla(nombre, medidas, escribir)
        for nivel in PASOS:
            series[f"{nivel}, {nombre}"] = curva([m for m in medidas if m.nivel == nivel])
    if "foto de 12 MP" in figuras:
        p50, p95, memoria = figuras["foto de 12 MP"]
        escribir(f"\nFoto de 12 MP, un hilo: CPU p50 {p50:.2f} s, p95 {p95:.2f} s; memoria del proceso {memoria} MB")
    return series


def bench(
    digitos: Path | None = None,
    tipos: Path | None = None,
    actas: int = 25,
    escribir: Callable[[str], None] = print,
    salida: Path | None = None,
) -> dict[str, Any]:
    """Run the examination and print its tables. `digitos`: folder of MNIST; without it only our own hands are examined.
    `tipos`: folder of the handwriting typefaces; without it our own hand writes the words. Our own: a sixth of `actas`.

    `salida`: folder for the plot (`lectura-curvas.svg`) and the raw measurements; those of each acta are kept there as
    they are had, and what was stopped goes on. Returns the figures.
    """
    carpeta = salida / "actas" if salida is not None else None
    figuras: dict[str, Any] = {"modelo": redes().huella, "conjuntos": {}}
    if digitos is not None:
        figuras["mnist"] = mnist(digitos)
        otras = OtrasManos.de_examen(digitos, tipos)
        figuras["conjuntos"]["otras manos"] = [asdict(m) for m in examinar(otras, actas, escribir, carpeta=carpeta)]
    figuras["conjuntos"]["mano propia"] = [asdict(m) for m in examinar(None, -(-actas // 6), escribir, carpeta=carpeta)]
    figuras["foto de 12 MP"] = tiempo_y_memoria()
    series = imprimir(figuras, escribir)
    if salida is not None:
        salida.mkdir(parents=True, exist_ok=True)
        (salida / "lectura-curvas.svg").write_text(svg_curvas(series), encoding="utf-8")
        (salida / "lectura_medidas.json").write_text(json.dumps(figuras, ensure_ascii=False), encoding="utf-8")
    return figuras


def main() -> None:
    """The whole examination, of which `prep bench lectura` runs a part:

    python -m prep.laboratorio.examen DIGITOS [TIPOS]
    """
    ap = argparse.ArgumentParser(description=main.__doc__)
    ap.add_argument("digitos", type=Path)
    ap.add_argument("tipos", type=Path, nargs="?")
    ap.add_argument("--actas", type=int, default=450)
    ap.add_argument("--salida", type=Path, default=Path("salida"))
    a = ap.parse_args()
    figuras = bench(a.digitos, a.tipos, a.actas, salida=a.salida)
    if no := faltas([Medida.leer(m) for m in figuras["conjuntos"]["otras manos"]], a.actas):
        sys.exit("No cumple:\n" + "\n".join(no))


if __name__ == "__main__":
    main()

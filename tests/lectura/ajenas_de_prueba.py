"""Forms of other designs, drawn here without the product's template: other sheets, tables and marks, filled by hand.

A generator of its own: it knows nothing of `plantilla` or `papel` and describes what it drew in the documented JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from prep.laboratorio.fotografiar import Foto, fotografiar
from prep.laboratorio.llenar import entintar
from prep.laboratorio.mano import Escritor, escribir_digito, escribir_texto, escritor, garabatear
from prep.laboratorio.otras_manos import Digitos
from prep.lectura.lector import LectorAjeno
from prep.papel.numeros import en_letra
from prep.papel.plantilla import Caja

PX = 10.0
LIENZO = (431.8, 279.4)
"""What a photographer takes, mm: every sheet has its proportions, lying or standing, at some scale."""
HOJAS = {"tabloide": (431.8, 279.4), "media carta": (215.9, 139.7), "oficio de pie": (220.0, 340.0)}
DICCIONARIOS = ("DICT_5X5_100", "DICT_6X6_250", "DICT_4X4_100", "DICT_APRILTAG_36h11")
Imagen = np.ndarray


@dataclass
class Ajena:
    """A foreign form filled: its description, the page as it lies before the camera, and what was written."""

    descripcion: dict[str, Any]
    pagina: Imagen
    escala: float  # mm of the canvas per mm of the form
    cuartos: int
    valores: dict[str, int]

    @property
    def json(self) -> bytes:
        return json.dumps(self.descripcion, ensure_ascii=False).encode()

    def en_lienzo(self, mm: np.ndarray) -> np.ndarray:
        """Where points of the form are on the canvas."""
        x, y = np.asarray(mm, float).T * self.escala
        if self.cuartos == 1:  # standing form laid on its right side
            return np.column_stack([LIENZO[0] - y, x])
        if self.cuartos == 3:
            return np.column_stack([y, LIENZO[1] - x])
        return np.column_stack([x, y])


def _linea(
    pagina: Imagen,
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    grosor: float,
    tono: int,
    e: float,
    guion: float = 0.0,
) -> None:
    """`guion`: mm of each dash of a broken line, with gaps half as long; 0 for a whole one."""
    if guion:
        largo = max(x2 - x1, y2 - y1)
        ux, uy = (x2 - x1) / largo, (y2 - y1) / largo
        for desde in np.arange(0, largo, 1.5 * guion):
            hasta = min(desde + guion, largo)
            extremos = (x1 + ux * desde, y1 + uy * desde, x1 + ux * hasta, y1 + uy * hasta)
            _linea(pagina, *extremos, grosor, tono, e)
        return
    m = grosor / 2
    a, b = (round((min(v) - m) * e * PX) for v in ((x1, x2), (y1, y2)))
    c, d = (max(round((max(v) + m) * e * PX), w + 2) for v, w in (((x1, x2), a), ((y1, y2), b)))
    pagina[b:d, a:c] = tono


def _escribir(
    pagina: Imagen, signo: str, caja: Caja, e: Escritor, rng: np.random.Generator, reales: Digitos | None
) -> None:
    if signo == " ":
        return
    if reales is not None and signo.isdigit():
        tinta = reales.cifra(signo, caja.alto * PX * min(e.tamano, 0.85), rng)
        x = caja.x + (caja.ancho - tinta.shape[1] / PX) * float(np.clip(rng.normal(0.5, 0.2), 0, 1))
        y = caja.y + (caja.alto - tinta.shape[0] / PX) * float(np.clip(rng.normal(0.5, 0.2), 0, 1))
        entintar(pagina, Caja(x, y, 0, 0), tinta, e.tinta, 0.92)
        return
    trazos = escribir_digito(signo, (caja.x, caja.y, caja.ancho, caja.alto), e, rng)
    zona = caja.crecer(4.0)
    forma = (round(zona.alto * PX), round(zona.ancho * PX))
    entintar(pagina, zona, garabatear(trazos, forma, PX, (zona.x, zona.y)), e.tinta, 0.92)


def _frase(pagina: Imagen, texto: str, caja: Caja, e: Escritor, rng: np.random.Generator) -> None:
    trazos = escribir_texto(texto, (caja.x, caja.y, caja.ancho, caja.alto), e, rng)
    zona = caja.crecer(4.0)
    forma = (round(zona.alto * PX), round(zona.ancho * PX))
    entintar(pagina, zona, garabatear(trazos, forma, PX, (zona.x, zona.y)), e.tinta, 0.92)


def _marcas(pagina: Imagen, tipo: str, hoja: tuple[float, float], e: float, rng: np.random.Generator) -> dict[str, Any]:
    if tipo == "contorno":
        return {"tipo": tipo}
    lado = float(rng.uniform(5.0, 9.0)) if hoja[0] < 300 else float(rng.uniform(7.0, 11.0))
    m = [float(v) for v in rng.uniform(5, 12, 8)]
    x0, x1 = (m[0], m[1]), (hoja[0] - lado - m[2], hoja[0] - lado - m[3])
    y0, y1 = (m[4], m[5]), (hoja[1] - lado - m[6], hoja[1] - lado - m[7])
    if tipo == "cuadros":  # most forms put them in a rectangle
        x0, x1, y0, y1 = (m[0], m[0]), (x1[0], x1[0]), (m[4], m[4]), (y1[0], y1[0])
    sitios = [(x0[0], y0[0]), (x1[0], y0[1]), (x1[1], y1[0]), (x0[1], y1[1])]
    salida: dict[str, Any] = {"tipo": tipo, "lado": lado, "marcas": [{"x": x, "y": y} for x, y in sitios]}
    if tipo == "aruco":
        salida["diccionario"] = nombre = str(rng.choice(DICCIONARIOS))
        diccionario = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, nombre))
        for marca, i in zip(salida["marcas"], rng.permutation(len(diccionario.bytesList))[:4], strict=True):
            marca["id"] = int(i)
    falta = int(rng.integers(4)) if rng.random() < 0.2 else -1  # the scanner cut one
    for k, marca in enumerate(salida["marcas"]):
        if k == falta:
            continue
        a, b = round(marca["x"] * e * PX), round(marca["y"] * e * PX)
        n = round(lado * e * PX)
        if tipo == "aruco":
            celdas = cv2.aruco.generateImageMarker(diccionario, marca["id"], n)
            pagina[b : b + n, a : a + n] = celdas[:, :, None]
        else:
            pagina[b : b + n, a : a + n] = 15
    return salida


def dibujar(
    tipo: str,
    rng: np.random.Generator,
    reales: Digitos | None = None,
    hoja: str | None = None,
    cifras: int | None = None,
    vacia: bool = False,
    reglas: tuple[int, float, float] | None = None,
) -> Ajena:
    """A form with marks of `tipo` (`aruco`, `cuadros`, `contorno`), filled unless `vacia`; `cifras` boxes a row.

    `reglas`: grey, thickness (mm) and dash (mm; 0 for none) of the boxes' rules; any dark ones without."""
    nombre = hoja or str(rng.choice(list(HOJAS)))
    ancho, alto = HOJAS[nombre]
    de_pie = alto > ancho
    e = LIENZO[1 if de_pie else 0] / ancho
    lado = (LIENZO[0], LIENZO[1]) if de_pie else (LIENZO[1], LIENZO[0])
    pagina = np.full((round(lado[0] * PX), round(lado[1] * PX), 3), 250, np.uint8)
    anclas = _marcas(pagina, tipo, (ancho, alto), e, rng)
    tono, grosor, guion = reglas or (0, 0.0, 0.0)
    azar = int(rng.integers(0, 100)), float(rng.uniform(0.2, 0.5))
    tono, grosor = (tono, grosor) if reglas else azar

    def texto(x: float, y: float, t: str, mm: float) -> None:
        cv2.putText(
            pagina, t, (round(x * e * PX), round(y * e * PX)), cv2.FONT_HERSHEY_SIMPLEX, mm * e * PX / 22, (40,) * 3, 4
        )

    texto(35, 16, "TALLY SHEET / HOJA DE RECUENTO", 3.5)
    texto(35, 24, "Distrito 4   Mesa 0231   " + nombre, 2.6)
    caja_x, caja_y = float(rng.uniform(5.5, 8.5)), float(rng.uniform(7.0, 9.0))
    aire = float(rng.choice([0.0, 0.4, 2.0]))  # between a row and the next: one table, or boxes of their own
    separacion = float(rng.choice([0.0, 0.0, 1.2]))
    cifras = cifras or int(rng.choice([3, 3, 4]))
    con_letra = ancho > 215 and rng.random() < 0.5
    arriba = 34.0 + float(rng.uniform(0, 6))
    n = min(int(rng.integers(8, 18)), int((alto - arriba - 22) / (caja_y + aire)))
    derecha = ancho - float(rng.uniform(18, 30))
    x = derecha - cifras * caja_x - (cifras - 1) * separacion
    largo_letra = min(84.0, x - 70) if con_letra else 0.0
    mano = escritor(rng)
    campos, valores = [], {}
    relleno = str(rng.choice(["0", "0", " ", "-"]))
    for i in range(n):
        y = arriba + i * (caja_y + aire)
        clave = f"R{i + 1:02d}"
        campo: dict[str, Any] = {
            "clave": clave,
            "numero": {"x": x, "y": y, "ancho": caja_x, "alto": caja_y, "cifras": cifras, "separacion": separacion},
        }
        texto(24, y + caja_y * 0.7, f"{i + 1}. Lista {chr(65 + i)}", 2.4)
        for k in range(cifras):
            a = x + k * (caja_x + separacion)
            for u, v, w, z in (
                (a, y, a + caja_x, y),
                (a, y + caja_y, a + caja_x, y + caja_y),
                (a, y, a, y + caja_y),
                (a + caja_x, y, a + caja_x, y + caja_y),
            ):
                _linea(pagina, u, v, w, z, grosor, tono, e, guion)
        _linea(pagina, 20, y + caja_y, x - 2, y + caja_y, grosor, tono, e)
        v = int(rng.integers(0, 10 ** min(int(rng.integers(1, 4)), cifras)))
        signos = " " * cifras if vacia else str(v).rjust(cifras, relleno)
        for k, signo in enumerate(signos):
            caja = Caja((x + k * (caja_x + separacion)) * e, y * e, caja_x * e, caja_y * e)
            _escribir(pagina, signo, caja, mano, rng, reales)
        if con_letra:
            campo["letra"] = {"x": x - largo_letra - 3, "y": y, "ancho": largo_letra, "alto": caja_y}
            renglon = Caja((x - largo_letra - 3) * e, y * e, largo_letra * e, caja_y * e)
            if not vacia:
                _frase(pagina, en_letra(v), renglon, mano, rng)
        campos.append(campo)
        valores[clave] = v
    # What forms also have: a box for signatures, a logo, bullets.
    _linea(pagina, 24, alto - 14, ancho * 0.5, alto - 14, 0.3, 60, e)
    cv2.circle(pagina, (round(26 * e * PX), round(22 * e * PX)), round(4 * e * PX), (120, 60, 30), -1)
    for k in range(3):
        b, a = round((alto - 17 + 3 * k) * e * PX), round(ancho * 0.6 * e * PX)
        pagina[b : b + round(1.5 * e * PX), a : a + round(1.5 * e * PX)] = 20
    cuartos = int(rng.choice([1, 3])) if de_pie else 0
    descripcion = {
        "forma": f"Hoja {nombre}",
        "hoja": {"ancho": ancho, "alto": alto},
        "anclas": anclas,
        "campos": campos,
    }
    if cuartos:
        pagina = np.ascontiguousarray(np.rot90(pagina, -cuartos))
    return Ajena(descripcion, pagina, e, cuartos, valores)


def tomar(ajena: Ajena, nivel: str, rng: np.random.Generator) -> Foto:
    return fotografiar(ajena.pagina, nivel, rng)


def lejos_mm(ajena: Ajena, foto: Foto, lector: LectorAjeno, gris: Imagen) -> np.ndarray:
    """Distance of the centre of every box, as registered, from where it is, mm of the form; inf when its row was not
    found. Raise `Rechazo`."""
    vista = lector.situar(gris)[0]
    esquinas = foto.en_foto(np.array([[0, 0], [LIENZO[0], 0], [LIENZO[0], LIENZO[1]], [0, LIENZO[1]]]))
    px_mm = ajena.escala * np.sqrt(cv2.contourArea(esquinas.astype(np.float32)) / (LIENZO[0] * LIENZO[1]))
    salida: list[float] = []
    for campo in lector.forma.campos:
        a = vista.ajustes[campo.clave]
        hallados = vista.pagina.en_foto(np.array([a.caja(campo, k).centro for k in range(len(campo.cajas))]))
        ciertos = foto.en_foto(ajena.en_lienzo(np.array([c.centro for c in campo.cajas])))
        lejos = np.linalg.norm(hallados - ciertos, axis=1) / px_mm
        salida += list(lejos if a.claridad > 0 else np.full(len(lejos), np.inf))
    return np.array(salida)

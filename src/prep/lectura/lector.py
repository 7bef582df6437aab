"""The automatic reader: a third, independent pair of eyes. It never fills a field, breaks a tie or publishes.

An image goes through: decode, QR, corner marks, homography, row registration, boxes, networks, numbers. At any point it
may refuse, with a reason. What it accepts it is sure of; what it does not accept, it does not say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import cv2
import numpy as np

from prep.dominio.valores import SIN_DATO, Valor
from prep.lectura import qr
from prep.lectura.cajas import Recortes, recortar
from prep.lectura.calidad import es_pantalla, medir
from prep.lectura.modelo import CLASES, Modelo, modelo
from prep.lectura.numeral import Calibracion, calibracion, juzgar
from prep.lectura.pagina import Ajuste, Gris, Marca, Pagina, afinar, ajustar, hallar_marcas, situar
from prep.lectura.plantilla import Campo, Plantilla, marcas_de
from prep.lectura.resultado import MOTIVOS, Lectura, LecturaCampo


@dataclass(frozen=True)
class Vista:
    """A page found and registered in a picture: what the reader, the derivatives and the capture desk share."""

    pagina: Pagina
    rectificada: Gris
    plantilla: Plantilla
    ajustes: dict[str, Ajuste]


class Rechazo(Exception):
    """The image cannot be read; `motivo` is a key of `MOTIVOS`, `detalle` says it for people."""

    def __init__(self, motivo: str, detalle: str = "", **datos: object) -> None:
        self.motivo = motivo
        self.detalle = detalle or MOTIVOS[motivo].format(**datos)
        super().__init__(self.detalle)


def descifrar(datos: bytes) -> Gris:
    """Grey pixels of a JPEG or PNG already admitted by `evidencia`; raise `Rechazo`."""
    imagen = cv2.imdecode(np.frombuffer(datos, np.uint8), cv2.IMREAD_GRAYSCALE) if datos else None
    if imagen is None:
        raise Rechazo("no_es_imagen")
    return np.ascontiguousarray(imagen, dtype=np.uint8)


class Lector:
    """Reads actas of one process.

    `plantilla_de` gives the form of a clave_acta, or None when it is not in the catalogue. `proceso` is the key as in
    `qr.clave_proceso`; `llave` the secret of its QR codes. One instance per thread.
    """

    def __init__(
        self,
        plantilla_de: Callable[[str], Plantilla | None],
        proceso: str,
        llave: bytes,
        pesos: Modelo | None = None,
        ajuste: Calibracion | None = None,
    ) -> None:
        cv2.setNumThreads(1)  # one acta, one thread
        self.plantilla_de, self.proceso, self.llave = plantilla_de, proceso, llave
        self.modelo = pesos or modelo()
        self.calibracion = ajuste or calibracion()

    def leer(self, datos: bytes, esperada: str | None = None) -> Lectura:
        """Read an image. `esperada`: clave_acta under which it was received, if known; a sticker that cannot be read is
        then no obstacle as long as the paper's marks are that acta's."""
        return self.leer_y_ver(datos, esperada)[0]

    def leer_y_ver(self, datos: bytes, esperada: str | None = None) -> tuple[Lectura, Vista | None]:
        """`leer`, and the page it found, from which the published image and the crops are made."""
        imagen = sha256(datos).hexdigest()
        try:
            gris = descifrar(datos)
            vista, acta, avisos = self.situar(gris, esperada)
        except Rechazo as r:
            return Lectura(imagen, self.modelo.huella, r.motivo, r.detalle), None
        campos = self._campos(vista)
        if all(c.valor == SIN_DATO and "rayado" not in c.motivos for c in campos):
            avisos.append("en_blanco")
        lectura = Lectura(
            imagen,
            self.modelo.huella,
            None,
            "",
            tuple(avisos),
            acta,
            vista.plantilla.id,
            vista.pagina.giro,
            len(vista.pagina.marcas),
            medir(gris, vista.pagina, vista.rectificada).como_dict(),
            campos,
        )
        return lectura, vista

    def situar(self, gris: Gris, esperada: str | None = None) -> tuple[Vista, str, list[str]]:
        """Identify the acta, find its page and rows; raise `Rechazo`. Returns the view, the clave_acta and warnings."""
        textos = qr.hallar(gris)
        marcas = hallar_marcas(gris)
        if not textos and not marcas:
            raise Rechazo("sin_pagina")
        if len(textos) > 1 or len({m.esquina for m in marcas}) < len(marcas):
            marcas = _sin_fantasmas(marcas, gris)
            if len(textos) > 1 or len({m.esquina for m in marcas}) < len(marcas):
                raise Rechazo("varias_actas")
        acta = self._identificar(textos, marcas, esperada)
        plantilla = self.plantilla_de(acta)
        if plantilla is None:
            raise Rechazo("acta_desconocida")
        if textos and qr.descodificar(textos[0], self.proceso, self.llave).plantilla != plantilla.id:
            raise Rechazo("plantilla_distinta")
        if len(marcas) < 3:
            raise Rechazo("media_acta", marcas=len(marcas))
        propias = marcas_de(acta)
        if sum(m.id != propias[m.esquina] for m in marcas) > 1 or (
            len(marcas) < 4 and any(m.id != propias[m.esquina] for m in marcas)
        ):
            raise Rechazo("qr_cambiado")
        pagina = situar(afinar(gris, marcas))
        if pagina is None:
            raise Rechazo("media_acta", marcas=len(marcas))
        rectificada = pagina.rectificar(gris)
        ajustes = ajustar(rectificada, plantilla)
        if sum(a.claridad > 0 for a in ajustes.values()) < len(ajustes) / 2:
            raise Rechazo("renglones_no_hallados")
        avisos = []
        if pagina.giro:
            avisos.append("girada")
        if len(marcas) < 4:
            avisos.append("marca_faltante")
        if es_pantalla(gris, pagina):
            avisos.append("pantalla")
        return Vista(pagina, rectificada, plantilla, ajustes), acta, avisos

    def _identificar(self, textos: list[str], marcas: list[Marca], esperada: str | None) -> str:
        if textos:
            try:
                acta = qr.descodificar(textos[0], self.proceso, self.llave).acta
            except qr.QRInvalido as error:
                raise Rechazo(error.motivo, str(error)) from error
            if esperada is not None and acta != esperada:
                raise Rechazo("otra_acta", esperada=esperada, acta=acta)
            return acta
        if len(marcas) < 3:
            raise Rechazo("media_acta", marcas=len(marcas))
        if esperada is None:
            raise Rechazo("sin_qr")
        return esperada

    def _campos(self, vista: Vista) -> tuple[LecturaCampo, ...]:
        campos = vista.plantilla.campos
        recortes = [recortar(vista.rectificada, c, vista.ajustes[c.clave]) for c in campos]
        puntos = self.modelo.digitos(np.concatenate([r.cifras for r in recortes]))
        letras = self.modelo.letras(np.stack([r.letra for r in recortes]))
        salida, i = [], 0
        for campo, recorte, letra in zip(campos, recortes, letras, strict=True):
            propios = puntos[i : i + len(campo.cajas)]
            i += len(campo.cajas)
            salida.append(self._campo(campo, recorte, propios, letra, vista.ajustes[campo.clave]))
        return tuple(salida)

    def _campo(
        self, campo: Campo, recorte: Recortes, puntos: np.ndarray, letra: np.ndarray, ajuste: Ajuste
    ) -> LecturaCampo:
        juicio = juzgar(puntos, letra, self.calibracion)
        cifras = "".join(CLASES[int(k)] for k in puntos.argmax(1))
        motivos, conf = juicio.motivos, juicio.confianza
        if ajuste.claridad <= 0:
            motivos, conf = ("renglon_no_hallado",), 0.0
        valor: Valor | None = juicio.valor
        if juicio.caso == "vacio" and "ilegible" not in motivos:
            valor = SIN_DATO
        huella = sha256(recorte.zona.tobytes() + (recorte.letra * 255).astype(np.uint8).tobytes()).hexdigest()
        return LecturaCampo(campo.clave, valor, conf, not motivos, juicio.caso, motivos, cifras, juicio.mejores, huella)


def _sin_fantasmas(marcas: list[Marca], gris: Gris) -> list[Marca]:
    """Without patches of wood or print that happen to look like a mark: much smaller than the largest of its corner."""
    lado = {id(m): float(np.linalg.norm(m.puntos[0] - m.puntos[2])) for m in marcas}
    mayor = max(lado.values())
    return [m for m in marcas if lado[id(m)] > 0.55 * mayor]

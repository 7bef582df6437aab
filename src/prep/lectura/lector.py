"""The automatic reader: a third, independent pair of eyes. It never fills a field, breaks a tie or publishes.

An image goes through: decode, QR, corner marks, homography, row registration, boxes, networks, numbers. At any point it
may refuse, with a reason. What it accepts it is sure of; what it does not accept, it does not say. `Lector` reads the
actas that this system prints; `LectorAjeno`, a form of another design that somebody described. They differ in how the
sheet is found and in how much it takes to accept a number; everything between is the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

import numpy as np

from prep.dominio.comun.valores import SIN_DATO, Valor
from prep.evidencia import contorno, cortada, cuadros
from prep.evidencia.calidad import es_pantalla, medir
from prep.evidencia.pagina import Gris, Marca, Pagina, afinar, hallar_marcas, situar
from prep.evidencia.renglones import Ajuste, ajustar
from prep.lectura.cajas import Recortes, Tono, recortar
from prep.lectura.numeral import Calibracion, Juicio, calibracion, juzgar
from prep.lectura.redes import CLASES, Redes, redes, suavizar
from prep.lectura.resultado import MOTIVOS, Lectura, LecturaCampo
from prep.papel import qr
from prep.papel.marcas import marcas_de
from prep.papel.plantilla import Caja, Campo, Forma, Plantilla
from prep.plataforma.opencv import cv2

SEGURO: Final = 0.997
"""Where nothing was calibrated (another's form, a loose digit) or nothing else says the number (digits without words),
the probability each box must reach to be accepted."""
NEGRA: Final = 60
"""Nothing of a picture so dark, 0-255, is paper."""
BLANCA: Final = 245
"""Nothing of a picture so light is print."""
_NO_SE_HALLA: Final = ("sin_pagina", "forma_desconocida", "media_acta", "hoja_no_hallada", "renglones_no_hallados")
ORIENTACION_CLARA: Final = 0.6
"""Another way of turning the sheet may find at most this fraction of the rows found."""


@dataclass(frozen=True)
class Vista:
    """A page found and registered in a picture: what the reader, the derivatives and the capture desk share."""

    pagina: Pagina
    rectificada: Gris
    plantilla: Forma
    ajustes: dict[str, Ajuste]

    @property
    def hallados(self) -> int:
        """How many fields have their printed boxes where they should be."""
        return sum(a.claridad > 0 for a in self.ajustes.values())


class Rechazo(Exception):
    """The image cannot be read; `motivo` is a key of `MOTIVOS`, `detalle` says it for people; `vista`, the page where
    one was found and its rows were not."""

    def __init__(self, motivo: str, detalle: str = "", vista: Vista | None = None, **datos: object) -> None:
        self.motivo, self.vista = motivo, vista
        self.detalle = detalle or MOTIVOS[motivo].format(**datos)
        super().__init__(self.detalle)


def descifrar(datos: bytes) -> Gris:
    """Grey pixels of a JPEG or PNG already admitted by `evidencia`; raise `Rechazo`."""
    imagen = cv2.imdecode(np.frombuffer(datos, np.uint8), cv2.IMREAD_GRAYSCALE) if datos else None
    if imagen is None:
        raise Rechazo("no_es_imagen")
    return np.ascontiguousarray(imagen, dtype=np.uint8)


def mirar(gris: Gris, pagina: Pagina, forma: Forma) -> Vista:
    """A page straightened and its rows registered. Nothing may be read in a row that leaves the picture."""
    rectificada = pagina.rectificar(gris)
    ajustes = ajustar(rectificada, forma, pagina.anclas)
    for campo in forma.campos:
        if not (pagina.en_cuadro(gris, campo.numero) and pagina.en_cuadro(gris, campo.letra)):
            ajustes[campo.clave] = replace(ajustes[campo.clave], claridad=0.0)
    return Vista(pagina, rectificada, forma, ajustes)


class _Lector(ABC):
    """Reads pages once they are situated. One instance per thread."""

    def __init__(self, pesos: Redes | None, ajuste: Calibracion | None) -> None:
        self.redes = pesos or redes()
        self.calibracion = ajuste or calibracion()

    @abstractmethod
    def situar(self, gris: Gris, esperada: str | None = None) -> tuple[Vista, str | None, list[str]]:
        """Find the page and its rows; raise `Rechazo`. Returns the view, the clave_acta if known, and warnings."""

    def _sabe_de_espejos(self) -> bool:
        """Whether only a mirrored picture of a sheet can be situated in a mirror: its marks tell left from right."""
        return True

    def _menos_clara(self, puntos: np.ndarray) -> float:
        """Probability of the likeliest sign of the least clear box."""
        return float(suavizar(puntos, self.calibracion.temperatura_cifra).max(1).min())

    @abstractmethod
    def _juzgar(self, puntos: np.ndarray, letra: np.ndarray) -> Juicio: ...

    def leer(self, datos: bytes, esperada: str | None = None) -> Lectura:
        """Read an image. `esperada`: clave_acta under which it was received, if known; a sticker that cannot be read is
        then no obstacle as long as the paper's marks are that acta's."""
        return self.leer_y_ver(datos, esperada)[0]

    def leer_y_ver(self, datos: bytes, esperada: str | None = None) -> tuple[Lectura, Vista | None]:
        """`leer`, and the page it found, from which the published image and the crops are made. One whose rows were
        not found is given too."""
        imagen = sha256(datos).hexdigest()
        try:
            gris = descifrar(datos)
            vista, acta, avisos = self.ubicar(gris, esperada)
        except Rechazo as r:
            return Lectura(imagen, self.redes.huella, r.motivo, r.detalle), r.vista
        campos, tono = self._campos(vista)
        if all(c.valor == SIN_DATO and "rayado" not in c.motivos for c in campos):
            avisos.append("en_blanco")
        lectura = Lectura(
            imagen,
            self.redes.huella,
            None,
            "",
            tuple(avisos),
            acta,
            vista.plantilla.id,
            vista.pagina.giro,
            len(vista.pagina.marcas),
            medir(gris, vista.pagina, vista.rectificada, tono.tinta).como_dict(),
            campos,
        )
        return lectura, vista

    def ubicar(self, gris: Gris, esperada: str | None) -> tuple[Vista, str | None, list[str]]:
        """`situar`; of a picture where no page can be placed, say it if the picture itself is the reason."""
        try:
            return self.situar(gris, esperada)
        except Rechazo as r:
            if r.motivo not in _NO_SE_HALLA:
                raise
            muestra = gris[::4, ::4]
            if float(np.quantile(muestra, 0.98)) < NEGRA:
                raise Rechazo("oscura") from None
            if float(np.quantile(muestra, 0.05)) > BLANCA:
                raise Rechazo("quemada") from None
            if self._sabe_de_espejos() and self._se_situa(np.ascontiguousarray(gris[:, ::-1]), esperada):
                raise Rechazo("en_espejo") from None
            raise

    def _se_situa(self, gris: Gris, esperada: str | None) -> bool:
        try:
            self.situar(gris, esperada)
        except Rechazo:
            return False
        return True

    def _campos(self, vista: Vista) -> tuple[tuple[LecturaCampo, ...], Tono]:
        campos = vista.plantilla.campos
        recortes, tono = recortar(vista.rectificada, campos, vista.ajustes)
        puntos = self.redes.digitos(np.concatenate([r.cifras for r in recortes]))
        letras = self.redes.letras(np.stack([r.letra for r in recortes]))
        salida, i = [], 0
        for campo, recorte, letra in zip(campos, recortes, letras, strict=True):
            propios = puntos[i : i + len(campo.cajas)]
            i += len(campo.cajas)
            salida.append(self._campo(campo, recorte, propios, letra, vista.ajustes[campo.clave]))
        return tuple(salida), tono

    def _campo(
        self, campo: Campo, recorte: Recortes, puntos: np.ndarray, letra: np.ndarray, ajuste: Ajuste
    ) -> LecturaCampo:
        juicio = self._juzgar(puntos, letra)
        cifras = "".join(CLASES[int(k)] for k in puntos.argmax(1))
        motivos, conf = juicio.motivos, juicio.confianza
        mejores = juicio.mejores if ajuste.claridad > 0 else ()
        valor: Valor | None = juicio.valor
        if juicio.caso == "vacio" and "ilegible" not in motivos:
            valor = SIN_DATO
        if recorte.a_medias:
            motivos = (*motivos, "tinta_tenue")
            valor = None if valor == SIN_DATO else valor
        if ajuste.claridad <= 0:  # whatever was cut there may be of another row
            valor, motivos, conf = None, ("renglon_no_hallado",), 0.0
        huella = sha256(recorte.zona.tobytes() + (recorte.letra * 255).astype(np.uint8).tobytes()).hexdigest()
        return LecturaCampo(campo.clave, valor, conf, not motivos, juicio.caso, motivos, cifras, mejores, huella)


class Lector(_Lector):
    """Reads actas of one process.

    `plantilla_de` gives the form of a clave_acta, or None when it is not in the catalogue. `proceso` is the key as in
    `qr.clave_proceso`; `llave` the secret of its QR codes.
    """

    def __init__(
        self,
        plantilla_de: Callable[[str], Plantilla | None],
        proceso: str,
        llave: bytes,
        pesos: Redes | None = None,
        ajuste: Calibracion | None = None,
    ) -> None:
        super().__init__(pesos, ajuste)
        self.plantilla_de, self.proceso, self.llave = plantilla_de, proceso, llave

    def situar(self, gris: Gris, esperada: str | None = None) -> tuple[Vista, str, list[str]]:
        """Identify the acta, find its page and rows; raise `Rechazo`. Returns the view, the clave_acta and warnings."""
        textos = qr.hallar(gris)
        marcas = hallar_marcas(gris)
        if not textos and not marcas:
            raise Rechazo("forma_desconocida" if contorno.hay_hoja(gris) else "sin_pagina")
        if len(textos) > 1 or len({m.esquina for m in marcas}) < len(marcas):
            marcas = _sin_fantasmas(marcas, gris)
            esquinas = {m.esquina for m in marcas}
            if len(textos) > 1 or len(esquinas) < len(marcas):
                # The same kind of marks with other numbers: two upper left corners, and no acta around them.
                ajena = not textos and len(esquinas) < 3 and contorno.hay_hoja(gris)
                raise Rechazo("forma_desconocida" if ajena else "varias_actas")
        acta = self._identificar(textos, marcas, esperada)
        plantilla = self.plantilla_de(acta)
        if plantilla is None:
            raise Rechazo("acta_desconocida")
        if textos and qr.descodificar(textos[0], self.proceso, self.llave).plantilla != plantilla.id:
            raise Rechazo("plantilla_distinta")
        if len(marcas) < 2:
            raise Rechazo("media_acta", marcas=len(marcas))
        propias = marcas_de(acta)
        if sum(m.id != propias[m.esquina] for m in marcas) > 1 or (
            len(marcas) < 4 and any(m.id != propias[m.esquina] for m in marcas)
        ):
            raise Rechazo("qr_cambiado")
        marcas = afinar(gris, marcas)
        pagina = situar(marcas) if len(marcas) > 2 else cortada.seguir(gris, marcas, plantilla)
        if pagina is None:
            raise Rechazo("media_acta", marcas=len(marcas))
        vista = mirar(gris, pagina, plantilla)
        if vista.hallados < len(plantilla.campos) / 2:
            raise Rechazo("renglones_no_hallados" if len(marcas) > 2 else "media_acta", vista=vista, marcas=len(marcas))
        return vista, acta, [*_avisos(gris, pagina), *([] if textos else ["identidad_por_marcas"])]

    def _juzgar(self, puntos: np.ndarray, letra: np.ndarray) -> Juicio:
        juicio = juzgar(puntos, letra, self.calibracion)
        # Without words nothing catches a digit written in a way that trained nothing: each box must be sure by itself.
        if juicio.caso == "numero" and self._menos_clara(puntos) < SEGURO:
            return replace(juicio, motivos=(*juicio.motivos, "numero_solo"))
        return juicio

    def _identificar(self, textos: list[str], marcas: list[Marca], esperada: str | None) -> str:
        if textos:
            try:
                acta = qr.descodificar(textos[0], self.proceso, self.llave).acta
            except qr.QRInvalido as error:
                raise Rechazo(error.motivo, str(error)) from error
            if esperada is not None and acta != esperada:
                raise Rechazo("otra_acta", esperada=esperada, acta=acta)
            return acta
        if len(marcas) < 2:
            raise Rechazo("media_acta", marcas=len(marcas))
        if esperada is None:
            raise Rechazo("sin_qr")
        return esperada


class LectorAjeno(_Lector):
    """Reads a form of another design. What turns a sheet the right way up is its marks or its printed rows; nothing of
    it was calibrated, so a number needs every box clear, and words alone or an empty field are never accepted."""

    def __init__(self, forma: Forma, pesos: Redes | None = None, ajuste: Calibracion | None = None) -> None:
        super().__init__(pesos, ajuste)
        self.forma = forma

    def situar(self, gris: Gris, esperada: str | None = None) -> tuple[Vista, str | None, list[str]]:
        forma = self.forma
        vistas: list[Vista] = []
        for tanda in self._paginas(gris):
            vistas = sorted([*vistas, *(mirar(gris, p, forma) for p in tanda)], key=lambda v: -v.hallados)
            if vistas[0].hallados >= len(forma.campos) / 2:
                break
        vista = vistas[0]
        al_reves = max((v.hallados for v in vistas if v.pagina.giro != vista.pagina.giro), default=0)
        if vista.hallados < len(forma.campos) / 2:
            raise Rechazo("renglones_no_hallados", vista=vista)
        if al_reves > ORIENTACION_CLARA * vista.hallados:
            raise Rechazo("orientacion_ambigua", vista=vista)
        if forma.pliego.tipo == "contorno" and _corrida(vista):
            raise Rechazo("renglones_ambiguos", vista=vista)
        return vista, None, _avisos(gris, vista.pagina)

    def _sabe_de_espejos(self) -> bool:
        return self.forma.pliego.tipo == "aruco"

    def _paginas(self, gris: Gris) -> list[list[Pagina]]:
        """Where the sheet may be, at least one, the likeliest lists first; raise `Rechazo`."""
        pliego = self.forma.pliego
        if pliego.tipo == "contorno":
            hoja = contorno.hallar(gris)
            if hoja is None:
                raise Rechazo("hoja_no_hallada" if contorno.hay_hoja(gris) else "sin_pagina")
            paginas = hoja.paginas(pliego)
            if not paginas:
                raise Rechazo("plantilla_distinta", "La hoja no tiene las proporciones de la forma descrita.")
            return [paginas]
        if pliego.tipo == "cuadros":
            tandas, vistas = cuadros.paginas(gris, pliego)
        else:
            marcas = hallar_marcas(gris, pliego)
            if len({m.esquina for m in marcas}) < len(marcas):
                marcas = _sin_fantasmas(marcas, gris)
                if len({m.esquina for m in marcas}) < len(marcas):
                    raise Rechazo("varias_actas")
            pagina = situar(afinar(gris, marcas), pliego)
            tandas, vistas = [[pagina]] if pagina else [], len(marcas)
        if not tandas and vistas >= 3:
            raise Rechazo("marcas_distintas")
        if not tandas:
            raise Rechazo("media_acta" if vistas or contorno.hay_hoja(gris) else "sin_pagina", marcas=vistas)
        return tandas

    def _juzgar(self, puntos: np.ndarray, letra: np.ndarray) -> Juicio:
        juicio = juzgar(puntos, letra, self.calibracion)
        # Words may only confirm what the boxes say.
        if juicio.valor is not None and juicio.valor == juicio.numero and self._menos_clara(puntos) >= SEGURO:
            return juicio
        return replace(juicio, motivos=(*juicio.motivos, "sin_calibrar"))


def _avisos(gris: Gris, pagina: Pagina) -> list[str]:
    avisos = []
    if pagina.giro:
        avisos.append("girada")
    if len(pagina.marcas) < len(pagina.pliego.marcas):
        avisos.append("marca_faltante")
    if es_pantalla(gris, pagina):
        avisos.append("pantalla")
    return avisos


def _corrida(vista: Vista) -> bool:
    """Whether the rows fit as well one place up or down. Marks say which row is which; a contour that is a few
    millimetres off does not, and a whole table would be read one row away from where it is."""
    forma = vista.plantilla
    for dy in (-forma.paso, forma.paso):
        campos = tuple(_subir(c, dy) for c in forma.campos)
        if (
            sum(
                a.claridad > 0
                for a in ajustar(vista.rectificada, replace(forma, campos=campos), vista.pagina.anclas).values()
            )
            >= vista.hallados
        ):
            return True
    return False


def _subir(campo: Campo, dy: float) -> Campo:
    cajas = tuple(Caja(c.x, c.y + dy, c.ancho, c.alto) for c in campo.cajas)
    return replace(campo, cajas=cajas)


def _sin_fantasmas(marcas: list[Marca], gris: Gris) -> list[Marca]:
    """Without patches of wood or print that happen to look like a mark: much smaller than the largest of its corner."""
    lado = {id(m): float(np.linalg.norm(m.puntos[0] - m.puntos[2])) for m in marcas}
    mayor = max(lado.values())
    return [m for m in marcas if lado[id(m)] > 0.55 * mayor]

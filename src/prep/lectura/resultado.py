"""What a reading is: refused with a reason, or read field by field. Data only; cheap to import and to store."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from prep.dominio.comun.valores import Valor, valor

FORMATO: Final = "prep/lectura/1"

MOTIVOS: Final = {
    # Why a whole image is refused.
    "no_es_imagen": "El archivo no se puede leer como imagen.",
    "oscura": "La imagen está casi negra: encienda una luz, destape la lente y vuelva a tomarla.",
    "quemada": "La imagen está casi blanca, sin detalle: quite el flash y la luz directa y vuelva a tomarla.",
    "en_espejo": "La imagen está en espejo, con la izquierda a la derecha: tómela con la cámara trasera.",
    "sin_pagina": "No se reconoce un acta en la imagen: no se ven una hoja, su código QR ni sus marcas de esquina.",
    "forma_desconocida": "Es una hoja, pero no es un acta impresa por este sistema: no lleva su QR ni sus marcas. "
    "Si es de otro diseño, descríbalo y use «prep leer --forma».",
    "media_acta": "Falta parte del acta: se ven {marcas} de sus 4 marcas de esquina. Fotografíela entera.",
    "varias_actas": "Hay más de un acta en la imagen: fotografíe o digitalice una a la vez.",
    "sin_qr": "El código QR no se puede leer: identifique el acta a mano.",
    "qr_ajeno": "El código QR de la imagen no es de un acta de este sistema.",
    "qr_otro_proceso": "El código QR es de otro proceso electoral.",
    "qr_falso": "El código QR no lleva la autenticación de este proceso: la etiqueta pudo ser alterada o falsificada.",
    "acta_desconocida": "El acta del código QR no está en el catálogo.",
    "otra_acta": "La imagen es de otra acta: se esperaba {esperada} y el código QR dice {acta}.",
    "qr_cambiado": "El código QR no corresponde a este papel: sus marcas de esquina son de otra acta.",
    "plantilla_distinta": "El formato del papel no es el de esta elección y demarcación.",
    "marcas_distintas": "Las marcas que se ven no están donde dice la forma descrita.",
    "hoja_no_hallada": "No se distingue la orilla de la hoja: fotografíela entera, sobre algo más oscuro.",
    "orientacion_ambigua": "No se sabe si la hoja está de cabeza: sus recuadros se ven igual al derecho y al revés.",
    "renglones_ambiguos": "Los recuadros se ven igual un renglón más arriba o más abajo: no se sabe cuál es cuál.",
    "renglones_no_hallados": "Los recuadros no están donde deben: es otro formato o la hoja está muy doblada.",
    # Why a match of two captures was not read.
    "imagen_perdida": "La imagen no está entre las evidencias.",
    "imagen_alterada": "La imagen guardada no es la que dice su huella: se dañó o alguien la cambió.",
    "archivo_rechazado": "El archivo guardado no se admite como imagen de un acta.",
    "lectura_fallida": "La lectura falló sin terminar.",
    # What is worth knowing of an image that was read.
    "girada": "La imagen estaba girada; se leyó derecha.",
    "marca_faltante": "No se ven todas las marcas de esquina; lo que quede fuera de la imagen no se lee.",
    "identidad_por_marcas": "El código QR no se lee: que sea esta acta lo dicen sus marcas de esquina.",
    "en_blanco": "El acta está en blanco.",
    "pantalla": "Parece la fotografía de una pantalla, no de un papel.",
    # Why a field is not accepted.
    "renglon_no_hallado": "No se hallaron los recuadros de este renglón.",
    "numero_ilegible": "El número no se puede leer.",
    "letra_ilegible": "La letra no se puede leer.",
    "letra_y_numero_difieren": "La letra y el número no dicen lo mismo.",
    "rayado": "Los recuadros están cruzados con rayas.",
    "ilegible": "Hay algo escrito que no se puede leer.",
    "confianza_baja": "La lectura no es bastante segura.",
    "numero_solo": "No hay letra que confirme el número, y algún recuadro no es muy claro.",
    "tinta_tenue": "Hay tinta tan tenue que no se puede leer.",
    "sin_calibrar": "En una forma de otro diseño sólo se acepta un número con cada recuadro muy claro.",
}


@dataclass(frozen=True)
class LecturaCampo:
    """One field. `valor` is None when nothing could be made of it; only an `aceptado` one means anything."""

    clave: str
    valor: Valor | None
    confianza: float
    aceptado: bool
    caso: str
    motivos: tuple[str, ...]
    cifras: str  # what each box seems to hold, in the signs of `redes.CLASES`
    mejores: tuple[tuple[int, float], ...]
    recorte: str  # SHA-256 of the pixels of its boxes

    def como_dict(self) -> dict[str, Any]:
        return {
            "clave": self.clave,
            "valor": self.valor if self.valor is None or isinstance(self.valor, int) else str(self.valor),
            "confianza": self.confianza,
            "aceptado": self.aceptado,
            "caso": self.caso,
            "motivos": list(self.motivos),
            "cifras": self.cifras,
            "mejores": [list(m) for m in self.mejores],
            "recorte": self.recorte,
        }


@dataclass(frozen=True)
class Lectura:
    """What the reader made of one image: refused with `rechazo`, or read field by field."""

    imagen: str  # SHA-256 of the bytes received
    modelo: str
    rechazo: str | None
    detalle: str  # the refusal for people, or ""
    avisos: tuple[str, ...] = ()
    acta: str | None = None
    plantilla: str | None = None
    giro: int = 0  # quarters of a turn, clockwise
    marcas: int = 0
    calidad: dict[str, Any] | None = None
    campos: tuple[LecturaCampo, ...] = ()

    @property
    def leida(self) -> bool:
        return self.rechazo is None

    def como_dict(self) -> dict[str, Any]:
        return {
            "formato": FORMATO,
            "imagen": self.imagen,
            "modelo": self.modelo,
            "rechazo": self.rechazo,
            "detalle": self.detalle,
            "avisos": list(self.avisos),
            "acta": self.acta,
            "plantilla": self.plantilla,
            "giro": self.giro * 90,
            "marcas": self.marcas,
            "calidad": self.calidad,
            "campos": [c.como_dict() for c in self.campos],
        }

    def canonica(self) -> bytes:
        """`como_dict` in the one UTF-8 form that is hashed: sorted keys, no spaces, shortest decimals."""
        texto = json.dumps(self.como_dict(), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        return texto.encode()

    @classmethod
    def de_dict(cls, d: dict[str, Any]) -> Lectura:
        """Read back what `como_dict` wrote; raise `KeyError` or `ValueError`."""
        if d["formato"] != FORMATO:
            raise ValueError(f"Formato de lectura desconocido: {d['formato']}.")
        campos = tuple(
            LecturaCampo(
                c["clave"],
                None if c["valor"] is None else valor(c["valor"]),
                c["confianza"],
                c["aceptado"],
                c["caso"],
                tuple(c["motivos"]),
                c["cifras"],
                tuple((int(v), float(p)) for v, p in c["mejores"]),
                c["recorte"],
            )
            for c in d["campos"]
        )
        return cls(
            d["imagen"],
            d["modelo"],
            d["rechazo"],
            d["detalle"],
            tuple(d["avisos"]),
            d["acta"],
            d["plantilla"],
            d["giro"] // 90,
            d["marcas"],
            d["calidad"],
            campos,
        )

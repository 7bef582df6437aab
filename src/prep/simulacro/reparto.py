"""What leaves each casilla of a drill, when, and by which door: phones and packages, with their pictures."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from prep.papel.formas import Formas
from prep.plataforma.consola import barra
from prep.simulacro.gente import Paquete
from prep.simulacro.noche import salida
from prep.simulacro.plan import Plan
from prep.simulacro.retratos import ESCANER, MOVIL, Retrato, retratar
from prep.simulacro.votos import Papel, Suerte

_TRASLADO_MIN: Final = (20, 150)
"""Minutes from a casilla to its centre, in a night of `_NOCHE_MIN`."""
_NOCHE_MIN: Final = 6 * 60


@dataclass(slots=True)
class Reparto:
    """`salidas`: of each phone, when which acta is photographed and its picture; `paquetes`: of each CATD, in order;
    `de_quien`: the acta of each picture, by its hash."""

    plan: Plan
    formas: Formas
    salidas: dict[int, list[tuple[float, str, Path]]] = field(default_factory=dict)
    paquetes: dict[str, list[Paquete]] = field(default_factory=dict)
    de_quien: dict[str, str] = field(default_factory=dict)
    _azar: random.Random = field(init=False)
    _retratos: list[tuple[Retrato, Callable[[Path], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._azar = random.Random(f"{self.plan.semilla}|reparto")

    def repartir(self, papeles: Sequence[Papel], telefono_de: Mapping[str, int]) -> None:
        """By phone and in the package of each casilla, along the curve of a real night squeezed until `hasta`."""
        de: dict[str, list[Papel]] = {}
        for p in papeles:
            de.setdefault(str(p.esperada.casilla.clave), []).append(p)
        minutos = [salida(self._azar) for _ in de]
        for (casilla, suyos), minuto in zip(de.items(), minutos, strict=True):
            sale = minuto * self.plan.hasta / max(minutos)
            llega = sale + self._azar.uniform(*_TRASLADO_MIN) * self.plan.hasta / _NOCHE_MIN
            paquete = Paquete(llega, casilla, {}, {}, {})
            for papel in suyos:
                self._mandar(papel, paquete, sale, telefono_de[casilla])
            self.paquetes.setdefault(suyos[0].esperada.casilla.catd, []).append(paquete)
        for llegan in self.paquetes.values():
            llegan.sort()

    def retratar(self, carpeta: Path) -> tuple[int, int]:
        """Take the pictures, keep them in a new folder and put each where it leaves from; how many, and their bytes."""
        retratos, bytes_ = [r for r, _ in self._retratos], 0
        with barra() as avance:
            fotos = avance.track(retratar(self.formas, retratos, carpeta), len(retratos), description="Fotografías")
            for (retrato, poner), foto in zip(self._retratos, fotos, strict=True):
                self.de_quien[foto.huella] = retrato.papel.esperada.clave
                poner(foto.archivo)
                bytes_ += foto.bytes_
        return len(retratos), bytes_

    def _mandar(self, papel: Papel, paquete: Paquete, sale: float, telefono: int) -> None:
        clave = papel.esperada.clave
        movil, doble = (self._azar.randrange(100) < parte for parte in (self.plan.movil, self.plan.dobles))
        if papel.suerte is Suerte.SIN_ACTA:
            paquete.faltan[clave] = papel.motivo
            return
        paquete.actas[clave] = self.formas.hoja(clave).qr
        if movil:
            suyas = self.salidas.setdefault(telefono, [])
            real = telefono < self.plan.telefonos_reales  # the app looks at what it takes
            self._pedir(papel, MOVIL, lambda foto: suyas.append((sale, clave, foto)), real)
        if doble or not movil:
            self._pedir(papel, ESCANER, lambda foto: paquete.escanear.update({clave: foto}))

    def _pedir(self, papel: Papel, como: str, poner: Callable[[Path], None], llena: bool = False) -> None:
        llena = llena or len(self._retratos) < self.plan.retratadas
        self._retratos.append((Retrato(papel, como, llena, self.plan.semilla), poner))

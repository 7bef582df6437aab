"""Nights for the reader: a few actas on real paper, and as many as needed on paper that a function makes up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from noche import Noche, fundar, imagen
from prep.bitacora.models import Acta as FilaActa
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.nodos import NodoLocal
from prep.bitacora.services import anotar
from prep.catalogo.ejemplo import ejemplo
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.hecho import Hecho
from prep.dominio.comun.valores import Valor
from prep.lectura.lectores import Lectores, Leer
from prep.lectura.models import Lectura as FilaLectura
from prep.lectura.obrero import Obrero
from prep.lectura.resultado import Lectura, LecturaCampo
from prep.papel.formas import Formas
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.reloj import RelojFijo
from prep.simulacro.noche import ActaSimulada, Suerte
from prep.simulacro.noche import Noche as NocheSimulada
from prep.simulacro.papel import retratar_todas

CIERRE = datetime(2027, 6, 7, 0, 0, tzinfo=UTC)
LLAVE = b"secreto de los qr de las pruebas"
VOTOS: dict[str, Valor] = {"SOL": 117, "RIO": 20, "NULOS": 3}


class Papeles:
    """Real photographs in an evidence folder. `imagenes`: SHA-256 by acta."""

    def __init__(self, carpeta: Path) -> None:
        self.proceso, self.informativo = ejemplo(60)
        self.formas = Formas(self.proceso, self.informativo, LLAVE, "SIMULACRO")
        todas = NocheSimulada(self.proceso, self.informativo, CIERRE, 5).papeles()
        self.actas: list[ActaSimulada] = [a for a in todas if a.suerte is Suerte.NORMAL and a.movil][:4]
        self.carpeta = carpeta
        self.imagenes = dict(retratar_todas(self.formas, self.actas, carpeta, 5))

    @property
    def almacen(self) -> AlmacenCarpeta:
        return AlmacenCarpeta(self.carpeta)


@dataclass
class NocheLeida:
    """People and the reader on an empty database. `hora` moves with the facts."""

    nodo: NodoLocal = field(default_factory=fundar)
    noche: Noche = field(default_factory=Noche)
    reloj: RelojFijo = field(default_factory=lambda: RelojFijo(CIERRE))

    def anotar(self, *hechos: Hecho) -> None:
        anotar(hechos, self.nodo, self.noche.ahora)
        self.reloj.poner(self.noche.ahora)

    def hecho(self, tipo: Tipo, acta: str, operador: str, **contenido: Any) -> Hecho:
        """Done by somebody who knows all that there is of the acta, the reader's facts too."""
        cabezas = FilaActa.objects.filter(clave=acta).values_list("cabezas", flat=True).first()
        self.noche.conoce[acta] = list(cabezas or ())
        hecho = self.noche.hecho(tipo, acta, operador, **contenido)
        self.anotar(hecho)
        return hecho

    def llega(self, acta: str, foto: str | None = None) -> None:
        foto = foto or imagen(acta)
        self.hecho(Tipo.DIGITALIZADA, acta, "digital-1", imagen=foto)
        self.hecho(Tipo.IDENTIFICADA, acta, "digital-1", imagen=foto, por="qr")

    def teclea(self, acta: str, quien: str, valores: Mapping[str, Any], foto: str | None = None) -> Hecho:
        return self.hecho(Tipo.CAPTURADA, acta, quien, imagen=foto or imagen(acta), valores=dict(valores))

    def coincide(self, acta: str, valores: Mapping[str, Any], foto: str | None = None) -> Hecho:
        """From nothing to two people who typed the same; the fact that made the match."""
        self.llega(acta, foto)
        self.teclea(acta, "captura-1", valores, foto)
        return self.teclea(acta, "captura-2", valores, foto)

    def obrero(self, lectores: Lectores, actua: bool = True) -> Obrero:
        return Obrero(lectores, self.nodo, self.reloj, actua)

    def leer(self, leer: Leer, actua: bool = True, procesos: int = 2) -> Any:
        """One turn of a worker that has just started."""
        with Lectores(leer, procesos) as lectores:
            return self.obrero(lectores, actua).vuelta()

    def captura_de(self, acta: str) -> str:
        return FilaActa.objects.get(clave=acta).captura

    def lecturas(self) -> dict[str, FilaLectura]:
        return {f.acta: f for f in FilaLectura.objects.order_by("id")}

    def revisadas(self) -> list[FilaHecho]:
        return list(FilaHecho.objects.filter(tipo=Tipo.REVISADA.value).order_by("posicion"))


def clave(i: int) -> str:
    return f"14{i:04d}B010005"


def valores(**cambios: Valor) -> dict[str, Any]:
    return {"votos": {**VOTOS, **cambios}}


def leida(acta: str, foto: str, conf: float = 0.9999, **cambios: Valor) -> Lectura:
    """What the reader would make of a paper that says `VOTOS` with `cambios`."""
    campos = tuple(
        LecturaCampo(c, v, conf, True, "ambos", (), "", ((v, conf),) if isinstance(v, int) else (), "ab" * 32)
        for c, v in {**VOTOS, **cambios}.items()
    )
    return Lectura(foto, "cd" * 32, None, "", acta=acta, plantilla="PLANTILLA", campos=campos)


def leer_votos(acta: str, foto: str) -> Lectura:
    """A reader for which every paper says `VOTOS`."""
    return leida(acta, foto)


def apuntar(carpeta: Path, leer: Leer = leer_votos) -> tuple[Leer, Callable[[], list[str]]]:
    """The same reader, which leaves a mark of every acta it is given; and what marks there are."""

    def con_marca(acta: str, foto: str) -> Lectura:
        with (carpeta / "leidas.txt").open("a") as f:
            f.write(f"{acta}\n")
        return leer(acta, foto)

    def marcas() -> list[str]:
        archivo = carpeta / "leidas.txt"
        return archivo.read_text().split() if archivo.exists() else []

    return con_marca, marcas


def hijos(veces: int, hacer: Callable[[int], None]) -> Iterator[int]:
    """Fork `veces` processes that do something and end at once; their ids."""
    import os

    for i in range(veces):
        pid = os.fork()
        if pid == 0:
            codigo = 3
            try:
                hacer(i)
                codigo = 0
            finally:
                os._exit(codigo)
        yield pid

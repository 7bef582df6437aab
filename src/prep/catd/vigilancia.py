"""A scanner's folder: each file that has come to rest goes through the same door as those that somebody sends.

What was taken moves to `hechas/`, what was not to `rechazadas/` with a text that says why. A file moves after its facts
are written: one that was in hand when everything stopped is looked at again, and its pictures are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from prep.catd.digitalizacion import Que, Resultado, digitalizar
from prep.catd.oficina import NoTrabaja, Quien, marcha_de
from prep.evidencia.imagenes import PESO_MAXIMO

HECHAS: Final = "hechas"
RECHAZADAS: Final = "rechazadas"
_A_MEDIAS: Final = (".part", ".tmp", ".crdownload", ".filepart")
"""Ends of the names that files have while they are being written."""
_Talla = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hecho:
    """One file that left the folder. `bien`: something of it came in, or was here."""

    nombre: str
    bien: bool
    resultados: list[Resultado]


@dataclass(slots=True)
class Vigilancia:
    """Looks at a folder. A file is at rest when two looks in a row find it of one size and date."""

    carpeta: Path
    quien: Quien
    documento: str
    _vistos: dict[Path, _Talla] = field(default_factory=dict)
    _detenidos: dict[Path, NoTrabaja] = field(default_factory=dict)
    """Files of work that is new at a centre that is paused or closed: nobody looks at them again until it opens."""

    def vuelta(self) -> Iterator[Hecho]:
        """Take what is at rest; yield each as it leaves. What cannot be taken now stays, and whoever asked is told."""
        if self._detenidos and not marcha_de(self.quien.catd).detenido:
            self._detenidos.clear()
        ahora = {ruta: talla for ruta in sorted(self.carpeta.iterdir()) if (talla := _talla(ruta)) is not None}
        quietos = [ruta for ruta, talla in ahora.items() if self._vistos.get(ruta) == talla]
        self._vistos = ahora
        for ruta in quietos:
            try:
                if ruta not in self._detenidos:
                    yield self._tomar(ruta)
            except NoTrabaja as error:
                self._detenidos[ruta] = error
        self._detenidos = {r: e for r, e in self._detenidos.items() if r in ahora}
        if self._detenidos:
            raise next(iter(self._detenidos.values()))

    def _tomar(self, ruta: Path) -> Hecho:
        with ruta.open("rb") as archivo:
            datos = archivo.read(PESO_MAXIMO + 1)
        resultados = digitalizar(self.quien, ruta.name, datos, self.documento)
        bien = any(r.que is not Que.NO for r in resultados)
        destino = _libre(self.carpeta / (HECHAS if bien else RECHAZADAS), ruta.name)
        if dicho := [_frase(r) for r in resultados if r.que is Que.NO or r.consejos]:
            destino.with_name(f"{destino.name}.txt").write_text("\n".join(dicho) + "\n", encoding="utf-8")
        ruta.replace(destino)
        del self._vistos[ruta]
        return Hecho(ruta.name, bien, resultados)


def _talla(ruta: Path) -> _Talla | None:
    """Size and date of a file that may be taken; None of anything else."""
    if ruta.name.startswith((".", "~")) or ruta.name.lower().endswith(_A_MEDIAS) or ruta.is_symlink():
        return None
    try:
        visto = ruta.stat()
    except FileNotFoundError:
        return None
    return (visto.st_size, visto.st_mtime_ns) if ruta.is_file() and visto.st_size else None


def _libre(carpeta: Path, nombre: str) -> Path:
    """A name that nothing has there: scanners begin to count again."""
    carpeta.mkdir(exist_ok=True)
    ruta, n = carpeta / nombre, 2
    while ruta.exists():
        ruta = carpeta / f"{Path(nombre).stem}-{n}{Path(nombre).suffix}"
        n += 1
    return ruta


def _frase(r: Resultado) -> str:
    donde = f"Página {r.pagina} de {r.de}: " if r.de > 1 else ""
    return donde + " ".join((*r.notas, *r.consejos))

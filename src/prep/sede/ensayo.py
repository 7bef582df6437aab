"""A rehearsal of losing the machine: the very commands that one would type, each in a process, on an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from prep.plataforma import lugares
from prep.plataforma.almacen import abrir_existente
from prep.plataforma.arranque import django_listo
from prep.plataforma.consola import esperando
from prep.plataforma.errores import Impedimento
from prep.plataforma.procesos import carpeta_aparte


@dataclass(frozen=True, slots=True)
class Paso:
    que: str
    segundos: float
    bien: bool
    dicho: str


@dataclass(slots=True)
class Ensayo:
    """`antes`: facts that had been acknowledged when it began; `faltan`: those that the restored one has not;
    `despues`: that came once the copy had been made. `rto`: seconds from an empty machine to the corte made again."""

    antes: int
    corte: int = 0
    faltan: int = 0
    despues: int = 0
    pasos: list[Paso] = field(default_factory=list)

    @property
    def rto(self) -> float:
        return sum(p.segundos for p in self.pasos[1:])


def ensayar(lugar: str, destino: str | None, en: Path | None) -> Ensayo:
    """Copy, restore aside and recompute; stops at the first step that fails."""
    with django_listo() as url:
        from prep.bitacora.asientos import cabeza, frontera_en
        from prep.publicacion.corte import ruta_de
        from prep.sede.respaldo import ultimo

        ensayo = Ensayo(cabeza().tamano)
        donde = ["--destino", destino] if destino else []
        if not _dar(ensayo, "Respaldar", ["respaldo", "hacer", lugar, *donde], os.environ | {"DATABASE_URL": url}):
            return ensayo
        respaldo = ultimo(abrir_existente(lugar, privado=True))
        if respaldo is None or not respaldo.corte:
            raise Impedimento("Todavía no hay ningún corte publicado: ensaye después de la puesta en ceros.")
        ensayo.corte = respaldo.corte
        with _maquina(en) as carpeta:
            entorno = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"PREP_DATOS_DIR": str(carpeta)}
            publicacion = carpeta / "publicacion"
            for que, orden in (
                ("Restaurar en una máquina vacía", ["respaldo", "restaurar", lugar]),
                (
                    "Comprobar firma por firma, contra lo publicado",
                    ["bitacora", "verificar", "--publicacion", str(publicacion)],
                ),
                (
                    f"Volver a calcular el corte {respaldo.corte}",
                    ["corte", "rehacer", str(publicacion / ruta_de(respaldo.corte))],
                ),
            ):
                if not _dar(ensayo, que, orden, entorno):
                    return ensayo
        iguales = frontera_en(respaldo.hechos)
        if iguales is None or iguales.raiz().hex() != respaldo.raiz:
            raise Impedimento("Los hechos del respaldo no son los primeros de esta instalación.")
        ensayo.faltan = max(0, ensayo.antes - respaldo.hechos)
        ensayo.despues = cabeza().tamano - respaldo.hechos
    return ensayo


def _dar(ensayo: Ensayo, que: str, orden: list[str], entorno: dict[str, str]) -> bool:
    """One command, in a process of its own; whether it did what was asked."""
    desde = time.monotonic()
    with esperando(f"{que}…"):
        hecho = subprocess.run(
            [sys.executable, "-m", "prep", *orden],
            env=entorno,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    ensayo.pasos.append(Paso(que, time.monotonic() - desde, hecho.returncode == 0, hecho.stdout))
    return hecho.returncode == 0


@contextmanager
def _maquina(en: Path | None) -> Iterator[Path]:
    """An empty installation, with the keys of this one, that is gone at the end."""
    with carpeta_aparte("prep-ensayo-", en) as carpeta:
        carpeta.chmod(0o711)  # the database runs as another user when we are root
        if lugares.dir_llaves().is_dir():
            shutil.copytree(lugares.dir_llaves(), carpeta / "llaves")
        if lugares.llave_de_django().exists():
            shutil.copy2(lugares.llave_de_django(), carpeta / "llave_django")
        try:
            yield carpeta
        finally:  # the database's may be a link to where its user can be
            shutil.rmtree((carpeta / "postgres").resolve(), ignore_errors=True)

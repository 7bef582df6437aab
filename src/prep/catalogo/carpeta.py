"""The files of a process folder as they came, and every problem found in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prep.catalogo.archivos import ARCHIVOS, OPCIONALES, POR_ELECCION
from prep.catalogo.cabecera import ARCHIVO, Cabecera, EleccionDeclarada, leer_cabecera
from prep.catalogo.campos import parecido, recortado
from prep.catalogo.problemas import Problema
from prep.catalogo.tablas import MALO, Bloc, Fila, leer_tabla


class Carpeta:
    """`cabecera`: proceso.toml, `None` if it could not be read; `elecciones`: those it declares; `tablas`: rows of each
    CSV. Whoever checks them adds to `problemas`."""

    def __init__(self, raiz: Path) -> None:
        self.raiz = raiz
        self.problemas: list[Problema] = []
        self._blocs = {nombre: Bloc(nombre, self.problemas) for nombre in (*ARCHIVOS, ARCHIVO)}
        self.tablas: dict[str, list[Fila]] = {nombre: [] for nombre in ARCHIVOS}
        self.cabecera: Cabecera | None = None
        self.elecciones: dict[str, EleccionDeclarada] = {}
        if not raiz.is_dir():
            self.problemas.append(
                Problema(str(raiz), 0, "", "no es una carpeta.", "Indique la carpeta que contiene proceso.toml.")
            )
            return
        self._archivos_desconocidos()
        self.cabecera = leer_cabecera(raiz, self.problemas)
        if self.cabecera:
            self.elecciones = {e.clave: e for e in self.cabecera.elecciones if e.clave}
        for nombre, columnas in ARCHIVOS.items():
            self.tablas[nombre] = leer_tabla(
                raiz / nombre,
                raiz,
                self.problemas,
                columnas,
                {c: columnas[c] for c in POR_ELECCION} if nombre == "casillas.csv" else None,
                list(self.elecciones),
                opcional=nombre in OPCIONALES,
            )

    def mal(self, archivo: str, linea: int, campo: str, mensaje: str, sugerencia: str | Callable[[], str] = "") -> None:
        """Note a problem of a file."""
        self._blocs[archivo].anotar(linea, campo, mensaje, sugerencia)

    def con_problemas(self, *archivos: str) -> bool:
        """Whether some of these files has any."""
        return any(p.archivo in archivos for p in self.problemas)

    def unico(
        self, archivo: str, fila: Fila, clave: tuple[Any, ...], vistas: dict[Any, int], que: str, campo: str
    ) -> bool:
        """Note a repeated key; True when it is the first of its kind."""
        if any(parte is MALO for parte in clave):
            return False
        anterior = vistas.setdefault(clave, fila.linea)
        if anterior != fila.linea:
            self.mal(archivo, fila.linea, campo, f"{que} ya estaba en la línea {anterior}.", "Deje una sola.")
            return False
        return True

    def hay_eleccion(self, archivo: str, fila: Fila, campo: str, clave: Any) -> EleccionDeclarada | None:
        """The election named, noting when there is none."""
        if clave is None or clave is MALO or not self.elecciones:
            return None
        eleccion = self.elecciones.get(clave)
        if eleccion is None:
            self.mal(
                archivo,
                fila.linea,
                campo,
                f"la elección «{clave}» no está en proceso.toml.",
                parecido(clave, list(self.elecciones)) or f"Las elecciones son: {', '.join(self.elecciones)}.",
            )
        return eleccion

    def _archivos_desconocidos(self) -> None:
        for ruta in sorted(self.raiz.iterdir()):
            nombre = ruta.name
            if nombre.startswith((".", "~")) or ruta.suffix.lower() not in (".csv", ".toml"):
                continue
            if nombre not in ARCHIVOS and nombre != ARCHIVO:
                self.problemas.append(
                    Problema(
                        recortado(nombre, 80),
                        0,
                        "",
                        "no se conoce este archivo.",
                        parecido(nombre, [*ARCHIVOS, ARCHIVO]) or "Quítelo o cámbiele la extensión.",
                    )
                )

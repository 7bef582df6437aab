"""Where people vote and where papers arrive: demarcaciones, secciones, CATD, casillas, and who works where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from typing import Any

from prep.catalogo.cabecera import ARCHIVO, EleccionDeclarada
from prep.catalogo.campos import parecido
from prep.catalogo.carpeta import Carpeta
from prep.catalogo.informativo import LUGARES
from prep.catalogo.tablas import MALO, Fila
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.proceso import Ambito


class Territorio:
    """Checks those files of a folder as it is made.

    `nombres`: kind of demarcation → id → name; `secciones`: (entidad, sección) → its row; `catds`: their keys;
    `grupos`: election → demarcaciones where it is held, id → name: those with some casilla that receives it.
    """

    def __init__(self, carpeta: Carpeta, entidad: int) -> None:
        self.c = carpeta
        self.entidad = entidad
        self._demarcaciones()
        self._secciones()
        self._catds()
        self._rutas()
        self._casillas()
        self._grupos()
        self._personas()

    def _demarcaciones(self) -> None:
        self.nombres: dict[str, dict[int, str]] = {Ambito.DISTRITO.value: {}, Ambito.MUNICIPIO.value: {}}
        self._lineas: dict[tuple[str, int], int] = {}
        vistas: dict[Any, int] = {}
        for f in self.c.tablas["demarcaciones.csv"]:
            clave = (f["tipo"], f["id"])
            if self.c.unico("demarcaciones.csv", f, clave, vistas, f"el {f['tipo']} {f['id']}", "id"):
                self.nombres[f["tipo"]][f["id"]] = f["nombre"]
                self._lineas[clave] = f.linea

    def _hay_demarcacion(self, archivo: str, fila: Fila, campo: str, tipo: str, id_: Any) -> bool:
        """Note a reference to a demarcation that is not declared. `None` and `MALO` are somebody else's business."""
        if id_ is None or id_ is MALO or not self.c.tablas["demarcaciones.csv"]:
            return False
        if id_ not in self.nombres[tipo]:
            self.c.mal(
                archivo,
                fila.linea,
                campo,
                f"el {tipo} {id_} no está en demarcaciones.csv.",
                f"Agréguelo allí: {tipo},{id_},<nombre>",
            )
            return False
        return True

    def _secciones(self) -> None:
        self.secciones: dict[tuple[int, int], Fila] = {}
        vistas: dict[Any, int] = {}
        for f in self.c.tablas["secciones.csv"]:
            if f["entidad"] is None:
                f["entidad"] = self.entidad
            clave = (f["entidad"], f["seccion"])
            if self.c.unico("secciones.csv", f, clave, vistas, f"la sección {f['seccion']}", "seccion"):
                self.secciones[clave] = f
            for tipo in (Ambito.DISTRITO.value, Ambito.MUNICIPIO.value):
                self._hay_demarcacion("secciones.csv", f, tipo, tipo, f[tipo])

    def _catds(self) -> None:
        self.catds: set[str] = set()
        vistas: dict[Any, int] = {}
        for f in self.c.tablas["catd.csv"]:
            if self.c.unico("catd.csv", f, (f["clave"],), vistas, f"el CATD {f['clave']}", "clave"):
                self.catds.add(f["clave"])
                if f["clave"] in LUGARES:
                    self.c.mal(
                        "catd.csv",
                        f.linea,
                        "clave",
                        f"«{f['clave']}» es el nombre de otro lugar: {LUGARES[f['clave']]}.",
                    )
            if f["municipio"]:
                self._hay_demarcacion("catd.csv", f, "municipio", Ambito.MUNICIPIO.value, f["municipio"])

    def _rutas(self) -> None:
        assert self.c.cabecera is not None
        for ruta, centros in asdict(self.c.cabecera.rutas).items():
            for clave in centros or ():
                if clave not in self.catds:
                    cual = partial(parecido, clave, list(self.catds))
                    self.c.mal(ARCHIVO, 0, f"rutas.{ruta}", f"el CATD «{clave}» no está en catd.csv.", cual)

    def _casillas(self) -> None:
        archivo = "casillas.csv"
        vistas: dict[Any, int] = {}
        con_casillas: set[tuple[str, int]] = set()
        self._votan: dict[str, set[int]] = {clave: set() for clave in self.c.elecciones}
        sin_lugar: set[tuple[int, str]] = set()
        hay_secciones = bool(self.c.tablas["secciones.csv"])
        for f in self.c.tablas[archivo]:
            if f["entidad"] is None:
                f["entidad"] = self.entidad
            clave = (f["entidad"], f["seccion"], f["tipo"], f["id"], f["extension"])
            if MALO not in clave:
                self.c.unico(archivo, f, clave, vistas, f"la casilla {ClaveCasilla(*clave)}", "seccion")
            seccion = self.secciones.get(clave[:2])
            if seccion is not None:
                con_casillas.update((t, seccion[t]) for t in self.nombres if seccion[t] is not MALO)
            elif hay_secciones and MALO not in clave[:2]:
                self.c.mal(archivo, f.linea, "seccion", f"la sección {f['seccion']} no está en secciones.csv.")
            if f["tipo"] == "S":
                if f["lista_nominal"]:
                    self.c.mal(
                        archivo,
                        f.linea,
                        "lista_nominal",
                        "una casilla especial no tiene lista nominal.",
                        "Déjela vacía.",
                    )
            elif f["tipo"] is not MALO:
                if f["lista_nominal"] is None:
                    self.c.mal(archivo, f.linea, "lista_nominal", "está vacío.")
                if f["boletas"] is not None and f["boletas"] is not MALO:
                    self.c.mal(
                        archivo,
                        f.linea,
                        "boletas",
                        "solo las casillas especiales (S) llevan número de boletas.",
                        "Déjelo vacío.",
                    )
            if f["catd"] and f["catd"] not in self.catds:
                self.c.mal(
                    archivo,
                    f.linea,
                    "catd",
                    f"el CATD «{f['catd']}» no está en catd.csv.",
                    partial(parecido, f["catd"], list(self.catds)),
                )
            for clave_eleccion in f["elecciones"] or ():
                self.c.hay_eleccion(archivo, f, "elecciones", clave_eleccion)
            for e in self._elecciones_de(f) if seccion is not None else ():
                donde: Any = seccion[e.agrupa.value] if seccion and e.agrupa else MALO
                if donde is None and seccion and (seccion.linea, e.agrupa.value) not in sin_lugar:
                    sin_lugar.add((seccion.linea, e.agrupa.value))
                    self.c.mal(
                        "secciones.csv", seccion.linea, e.agrupa.value, "está vacío.", f"En ella se vota {e.clave}."
                    )
                elif donde is not None and donde is not MALO:
                    self._votan[e.clave].add(donde)
        for e in self.c.elecciones.values() if self.c.tablas[archivo] else ():
            if all(f["elecciones"] and e.clave not in f["elecciones"] for f in self.c.tablas[archivo]):
                self.c.mal(archivo, 0, "elecciones", f"ninguna casilla recibe la elección {e.clave}.")
        if not self.c.tablas[archivo] and not self.c.con_problemas(archivo):
            self.c.mal(archivo, 0, "", "no tiene ninguna casilla.")
        elif not self._filas_perdidas():
            for (tipo, id_), linea in self._lineas.items():
                if (tipo, id_) not in con_casillas:
                    self.c.mal("demarcaciones.csv", linea, "id", f"el {tipo} {id_} no tiene ninguna casilla.")

    def _elecciones_de(self, f: Fila) -> Iterable[EleccionDeclarada]:
        """The elections that a casilla receives."""
        if f["elecciones"] is MALO:
            return ()
        return (e for e in self.c.elecciones.values() if not f["elecciones"] or e.clave in f["elecciones"])

    def _filas_perdidas(self) -> bool:
        """Whether some casilla or section may have been left out, and what seems empty may not be."""
        return any(
            p.archivo == "secciones.csv" or (p.archivo == "casillas.csv" and p.campo in ("", "seccion", "elecciones"))
            for p in self.c.problemas
        )

    def _grupos(self) -> None:
        """Demarcations where each election is held: those with some casilla that receives it."""
        todas = self._filas_perdidas()
        self.grupos: dict[str, dict[int, str]] = {}
        for clave, e in self.c.elecciones.items():
            nombres = self.nombres.get(e.agrupa.value, {}) if e.agrupa else {}
            self.grupos[clave] = {i: n for i, n in nombres.items() if todas or i in self._votan[clave]}

    def _personas(self) -> None:
        vistas: dict[Any, int] = {}
        for f in self.c.tablas["personas.csv"]:
            clave = (f["persona"], f["rol"], f["lugar"])
            self.c.unico("personas.csv", f, clave, vistas, f"{f['persona']} con ese rol y lugar", "persona")
            if f["lugar"] and f["lugar"] not in LUGARES and f["lugar"] not in self.catds:
                self.c.mal(
                    "personas.csv",
                    f.linea,
                    "lugar",
                    f"«{f['lugar']}» no es un CATD de catd.csv ni {' ni '.join(LUGARES)}.",
                    partial(parecido, f["lugar"], [*self.catds, *LUGARES]),
                )

    def revisar_demarcacion(self, archivo: str, f: Fila, eleccion: EleccionDeclarada) -> None:
        """Note a row whose `demarcacion` is missing, is too much or is not one where its election is held."""
        if eleccion.ambito is Ambito.ENTIDAD:
            if f["demarcacion"] is not None and f["demarcacion"] is not MALO:
                self.c.mal(
                    archivo, f.linea, "demarcacion", f"en {eleccion.clave} vota toda la entidad.", "Déjela vacía."
                )
        elif f["demarcacion"] is None:
            self.c.mal(
                archivo, f.linea, "demarcacion", "está vacío.", f"{eleccion.clave} se elige por {eleccion.ambito}."
            )
        elif (
            eleccion.agrupa
            and self._hay_demarcacion(archivo, f, "demarcacion", eleccion.agrupa.value, f["demarcacion"])
            and f["demarcacion"] not in self.grupos[eleccion.clave]
        ):
            donde = f"{eleccion.agrupa} {f['demarcacion']}"
            self.c.mal(archivo, f.linea, "demarcacion", f"no se vota {eleccion.clave} en {donde}.")

    def demarcaciones_de(self, archivo: str, f: Fila, eleccion: EleccionDeclarada) -> tuple[int, ...]:
        """Where a row applies: the ids written, or all."""
        escritas = f["demarcaciones"]
        if escritas is MALO or not eleccion.agrupa:
            return ()
        grupo = self.grupos[eleccion.clave]
        if escritas is None:
            return tuple(grupo)
        if eleccion.ambito is Ambito.ENTIDAD:
            self.c.mal(
                archivo, f.linea, "demarcaciones", f"en {eleccion.clave} vota toda la entidad.", "Déjelas vacías."
            )
            return ()
        if grupo and (faltan := [d for d in escritas if d not in grupo]):
            self.c.mal(
                archivo,
                f.linea,
                "demarcaciones",
                f"no se vota {eleccion.clave} en {eleccion.agrupa} {', '.join(map(str, faltan[:10]))}.",
            )
        return tuple(d for d in escritas if d in grupo)

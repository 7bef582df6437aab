"""A process folder → `Proceso` and `Informativo`, or every problem it has.

The folder: docs/manual_proceso.md. Two passes: every file is read and every reference checked, noting all problems;
only a folder without any is assembled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from prep.catalogo.armado import Planilla, boletas_de, columnas_de
from prep.catalogo.cabecera import ARCHIVO, Cabecera, EleccionDeclarada, leer_cabecera
from prep.catalogo.campos import COLOR, SIGLAS, entero, lista, numeros, opcion, parecido, patron, recortado, texto
from prep.catalogo.documento import sellar
from prep.catalogo.informativo import (
    LUGARES,
    ROLES,
    Catd,
    Coalicion,
    Independiente,
    Informativo,
    NombreCandidatura,
    Partido,
    Persona,
)
from prep.catalogo.problemas import Problema, ProcesoInvalido
from prep.catalogo.tablas import MALO, Bloc, Columna, Fila, leer_tabla
from prep.dominio.boleta import Boleta, Recuadro, TipoRecuadro
from prep.dominio.claves import TIPOS_CASILLA, ClaveCasilla
from prep.dominio.proceso import ActaEsperada, Ambito, Casilla, Demarcacion, Eleccion, Proceso

PARTIDOS_MAXIMO: Final = 8
"""Of one coalition: 2^8 - 9 = 247 boxes is already more than any acta can print."""

_ID = entero(0, 999)
_CATD = patron(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,29}", "una clave: se esperan letras sin acentos, dígitos y guiones, como CATD-014"
)
_PERSONA = patron(
    r"[A-Za-z0-9][A-Za-z0-9_-]{1,39}",
    "un identificador: se esperan letras sin acentos, dígitos y guiones, como op-0147; nunca un nombre ni un correo",
)
_ELECCION = patron(r"[A-Z][A-Z0-9_]{0,15}", "una clave de elección")
_SI_NO_HAY = ""

ARCHIVOS: Final[dict[str, dict[str, Columna]]] = {
    "demarcaciones.csv": {
        "tipo": Columna(opcion([Ambito.DISTRITO.value, Ambito.MUNICIPIO.value])),
        "id": Columna(_ID),
        "nombre": Columna(texto()),
    },
    "secciones.csv": {
        "entidad": Columna(entero(0, 99), None),
        "seccion": Columna(entero(0, 9999)),
        "distrito": Columna(_ID, None),
        "municipio": Columna(_ID, None),
    },
    "casillas.csv": {
        "entidad": Columna(entero(0, 99), None),
        "seccion": Columna(entero(0, 9999)),
        "tipo": Columna(opcion(TIPOS_CASILLA)),
        "id": Columna(entero(0, 99), 1),
        "extension": Columna(entero(0, 99), 0),
        "ubicacion": Columna(entero(1, 2), 1),
        "lista_nominal": Columna(entero(0, 99_999), None),
        "representantes": Columna(entero(0, 999), None),
        "boletas": Columna(entero(0, 9999), None),
        "catd": Columna(_CATD, _SI_NO_HAY),
        "mecanismos": Columna(
            patron(r"[DFI](-[DFI]){0,2}", "un mecanismo de traslado: D, F, I o varios, como D-F"), ""
        ),
        "elecciones": Columna(lista(_ELECCION), ()),
    },
    "contendientes.csv": {
        "siglas": Columna(SIGLAS),
        "tipo": Columna(opcion(["partido", "independiente"])),
        "nombre": Columna(texto()),
        "color": Columna(COLOR, ""),
        "orden": Columna(entero(1, 999), None),
        "eleccion": Columna(_ELECCION, None),
        "demarcacion": Columna(_ID, None),
    },
    "coaliciones.csv": {
        "eleccion": Columna(_ELECCION),
        "clave": Columna(SIGLAS),
        "tipo": Columna(opcion(["coalicion", "comun"])),
        "partidos": Columna(lista(SIGLAS)),
        "demarcaciones": Columna(numeros(), None),
        "nombre": Columna(texto(), ""),
    },
    "sin_candidatura.csv": {
        "eleccion": Columna(_ELECCION),
        "partido": Columna(SIGLAS),
        "demarcaciones": Columna(numeros(), None),
    },
    "candidaturas.csv": {
        "eleccion": Columna(_ELECCION),
        "demarcacion": Columna(_ID, None),
        "candidatura": Columna(patron(r"[A-ZÑ][A-ZÑ0-9_]{0,199}", "la clave de quien postula, como SOL o CAND_IND_1")),
        "propietaria": Columna(texto()),
        "suplente": Columna(texto(), ""),
    },
    "catd.csv": {
        "clave": Columna(_CATD),
        "nombre": Columna(texto()),
        "municipio": Columna(_ID, 0),
        "domicilio": Columna(texto(), ""),
    },
    "personas.csv": {
        "persona": Columna(_PERSONA),
        "rol": Columna(opcion(ROLES)),
        "lugar": Columna(_CATD),
    },
    "columnas.csv": {
        "eleccion": Columna(_ELECCION),
        "clave": Columna(patron(r"[A-ZÑ][A-ZÑ0-9_]{0,199}", "el nombre de una columna, como SOL_RIO")),
        "tipo": Columna(opcion([t.value for t in TipoRecuadro])),
        "partidos": Columna(lista(SIGLAS), ()),
    },
}
"""Every file and column. The order of columns in a file does not matter."""

OPCIONALES: Final = frozenset(
    {"coaliciones.csv", "sin_candidatura.csv", "candidaturas.csv", "catd.csv", "personas.csv", "columnas.csv"}
)
POR_ELECCION: Final = ("representantes", "mecanismos")
"""Columns of casillas.csv that may also come as `<nombre>_<ELEC>`, for one election."""


def leer_proceso(carpeta: Path | str) -> tuple[Proceso, Informativo]:
    """Read and check a folder. Raises `ProcesoInvalido` with every problem found."""
    lectura = _Lectura(Path(carpeta))
    armado = lectura.leer()
    if lectura.problemas or armado is None:
        raise ProcesoInvalido(lectura.problemas)
    proceso, informativo = armado
    return sellar(proceso, informativo), informativo


class _Lectura:
    def __init__(self, raiz: Path) -> None:
        self.raiz = raiz
        self.problemas: list[Problema] = []
        self.blocs = {nombre: Bloc(nombre, self.problemas) for nombre in (*ARCHIVOS, ARCHIVO)}
        self.t: dict[str, list[Fila]] = {}
        self.elecciones: dict[str, EleccionDeclarada] = {}

    def mal(self, archivo: str, linea: int, campo: str, mensaje: str, sugerencia: str | Callable[[], str] = "") -> None:
        self.blocs[archivo].anotar(linea, campo, mensaje, sugerencia)

    def leer(self) -> tuple[Proceso, Informativo] | None:
        if not self.raiz.is_dir():
            self.problemas.append(
                Problema(str(self.raiz), 0, "", "no es una carpeta.", "Indique la carpeta que contiene proceso.toml.")
            )
            return None
        self._archivos_desconocidos()
        cabecera = leer_cabecera(self.raiz, self.problemas)
        self.elecciones = {e.clave: e for e in cabecera.elecciones if e.clave} if cabecera else {}
        for nombre, columnas in ARCHIVOS.items():
            self.t[nombre] = leer_tabla(
                self.raiz / nombre,
                self.raiz,
                self.problemas,
                columnas,
                {c: columnas[c] for c in POR_ELECCION} if nombre == "casillas.csv" else None,
                list(self.elecciones),
                opcional=nombre in OPCIONALES,
            )
        if cabecera is None:
            return None
        self._demarcaciones()
        self._secciones(cabecera)
        self._catds()
        self._casillas(cabecera)
        self._grupos()
        self._contendientes()
        self._personas()
        planillas = self._planillas()
        columnas_elec = self._columnas(planillas)
        boletas = self._boletas(columnas_elec, planillas)
        candidaturas = self._candidaturas(boletas)
        self._empates(cabecera)
        if self.problemas:
            return None
        return self._armar(cabecera, columnas_elec, boletas, planillas, candidaturas)

    # -- checks, file by file ------------------------------------------------------------------------------------

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

    def _unico(
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

    def _demarcaciones(self) -> None:
        self.nombres: dict[str, dict[int, str]] = {Ambito.DISTRITO.value: {}, Ambito.MUNICIPIO.value: {}}
        self.linea_demarcacion: dict[tuple[str, int], int] = {}
        vistas: dict[Any, int] = {}
        for f in self.t["demarcaciones.csv"]:
            clave = (f["tipo"], f["id"])
            if self._unico("demarcaciones.csv", f, clave, vistas, f"el {f['tipo']} {f['id']}", "id"):
                self.nombres[f["tipo"]][f["id"]] = f["nombre"]
                self.linea_demarcacion[clave] = f.linea

    def _hay_demarcacion(self, archivo: str, fila: Fila, campo: str, tipo: str, id_: Any) -> bool:
        """Note a reference to a demarcation that is not declared. `None` and `MALO` are somebody else's business."""
        if id_ is None or id_ is MALO or not self.t["demarcaciones.csv"]:
            return False
        if id_ not in self.nombres[tipo]:
            self.mal(
                archivo,
                fila.linea,
                campo,
                f"el {tipo} {id_} no está en demarcaciones.csv.",
                f"Agréguelo allí: {tipo},{id_},<nombre>",
            )
            return False
        return True

    def _secciones(self, cabecera: Cabecera) -> None:
        self.secciones: dict[tuple[int, int], Fila] = {}
        vistas: dict[Any, int] = {}
        for f in self.t["secciones.csv"]:
            if f["entidad"] is None:
                f["entidad"] = cabecera.entidad or 0
            clave = (f["entidad"], f["seccion"])
            if self._unico("secciones.csv", f, clave, vistas, f"la sección {f['seccion']}", "seccion"):
                self.secciones[clave] = f
            for tipo in (Ambito.DISTRITO.value, Ambito.MUNICIPIO.value):
                self._hay_demarcacion("secciones.csv", f, tipo, tipo, f[tipo])

    def _catds(self) -> None:
        self.catds: set[str] = set()
        vistas: dict[Any, int] = {}
        for f in self.t["catd.csv"]:
            if self._unico("catd.csv", f, (f["clave"],), vistas, f"el CATD {f['clave']}", "clave"):
                self.catds.add(f["clave"])
                if f["clave"] in LUGARES:
                    self.mal(
                        "catd.csv",
                        f.linea,
                        "clave",
                        f"«{f['clave']}» es el nombre de otro lugar: {LUGARES[f['clave']]}.",
                    )
            if f["municipio"]:
                self._hay_demarcacion("catd.csv", f, "municipio", Ambito.MUNICIPIO.value, f["municipio"])

    def _casillas(self, cabecera: Cabecera) -> None:
        archivo = "casillas.csv"
        vistas: dict[Any, int] = {}
        con_casillas: set[tuple[str, int]] = set()
        self.votan: dict[str, set[int]] = {clave: set() for clave in self.elecciones}
        sin_lugar: set[tuple[int, str]] = set()
        hay_secciones = bool(self.t["secciones.csv"])
        for f in self.t[archivo]:
            if f["entidad"] is None:
                f["entidad"] = cabecera.entidad or 0
            clave = (f["entidad"], f["seccion"], f["tipo"], f["id"], f["extension"])
            if MALO not in clave:
                self._unico(archivo, f, clave, vistas, f"la casilla {ClaveCasilla(*clave)}", "seccion")
            seccion = self.secciones.get(clave[:2])
            if seccion is not None:
                con_casillas.update((t, seccion[t]) for t in self.nombres if seccion[t] is not MALO)
            elif hay_secciones and MALO not in clave[:2]:
                self.mal(archivo, f.linea, "seccion", f"la sección {f['seccion']} no está en secciones.csv.")
            if f["tipo"] == "S":
                if f["lista_nominal"]:
                    self.mal(
                        archivo,
                        f.linea,
                        "lista_nominal",
                        "una casilla especial no tiene lista nominal.",
                        "Déjela vacía.",
                    )
            elif f["tipo"] is not MALO:
                if f["lista_nominal"] is None:
                    self.mal(archivo, f.linea, "lista_nominal", "está vacío.")
                if f["boletas"] is not None and f["boletas"] is not MALO:
                    self.mal(
                        archivo,
                        f.linea,
                        "boletas",
                        "solo las casillas especiales (S) llevan número de boletas.",
                        "Déjelo vacío.",
                    )
            if f["catd"] and f["catd"] not in self.catds:
                self.mal(
                    archivo,
                    f.linea,
                    "catd",
                    f"el CATD «{f['catd']}» no está en catd.csv.",
                    partial(parecido, f["catd"], list(self.catds)),
                )
            for clave_eleccion in f["elecciones"] or ():
                self._hay_eleccion(archivo, f, "elecciones", clave_eleccion)
            for e in self._elecciones_de(f) if seccion is not None else ():
                donde: Any = seccion[e.agrupa.value] if seccion and e.agrupa else MALO
                if donde is None and seccion and (seccion.linea, e.agrupa.value) not in sin_lugar:
                    sin_lugar.add((seccion.linea, e.agrupa.value))
                    self.mal(
                        "secciones.csv", seccion.linea, e.agrupa.value, "está vacío.", f"En ella se vota {e.clave}."
                    )
                elif donde is not None and donde is not MALO:
                    self.votan[e.clave].add(donde)
        for e in self.elecciones.values() if self.t[archivo] else ():
            if all(f["elecciones"] and e.clave not in f["elecciones"] for f in self.t[archivo]):
                self.mal(archivo, 0, "elecciones", f"ninguna casilla recibe la elección {e.clave}.")
        if not self.t[archivo] and self.blocs[archivo].limpio and not any(p.archivo == archivo for p in self.problemas):
            self.mal(archivo, 0, "", "no tiene ninguna casilla.")
        elif not self._filas_perdidas():
            for (tipo, id_), linea in self.linea_demarcacion.items():
                if (tipo, id_) not in con_casillas:
                    self.mal("demarcaciones.csv", linea, "id", f"el {tipo} {id_} no tiene ninguna casilla.")

    def _elecciones_de(self, f: Fila) -> Iterable[EleccionDeclarada]:
        """The elections that a casilla receives."""
        if f["elecciones"] is MALO:
            return ()
        return (e for e in self.elecciones.values() if not f["elecciones"] or e.clave in f["elecciones"])

    def _filas_perdidas(self) -> bool:
        """Whether some casilla or section may have been left out, and what seems empty may not be."""
        return any(
            p.archivo == "secciones.csv" or (p.archivo == "casillas.csv" and p.campo in ("", "seccion", "elecciones"))
            for p in self.problemas
        )

    def _hay_eleccion(self, archivo: str, fila: Fila, campo: str, clave: Any) -> EleccionDeclarada | None:
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

    def _contendientes(self) -> None:
        archivo = "contendientes.csv"
        self.orden: dict[str, int] = {}
        self.independientes: list[tuple[Fila, EleccionDeclarada]] = []
        siglas: dict[Any, int] = {}
        ordenes: dict[Any, int] = {}
        claves: dict[Any, int] = {}
        for f in self.t[archivo]:
            if f["tipo"] == "partido":
                for campo in ("eleccion", "demarcacion"):
                    if f[campo] is not None and f[campo] is not MALO:
                        self.mal(
                            archivo,
                            f.linea,
                            campo,
                            "los partidos no llevan este dato.",
                            "Donde un partido no postula se anota en sin_candidatura.csv.",
                        )
                if f["orden"] is None:
                    self.mal(
                        archivo,
                        f.linea,
                        "orden",
                        "está vacío.",
                        "Escriba el lugar del partido por antigüedad de registro.",
                    )
                else:
                    self._unico(archivo, f, (f["orden"],), ordenes, f"el orden {f['orden']}", "orden")
                if self._unico(archivo, f, (f["siglas"],), siglas, f"el partido {f['siglas']}", "siglas"):
                    self.orden[f["siglas"]] = f["orden"] or 0
            elif f["tipo"] == "independiente":
                if f["orden"] is not None and f["orden"] is not MALO:
                    self.mal(
                        archivo,
                        f.linea,
                        "orden",
                        "las candidaturas independientes no llevan orden de registro.",
                        "Déjelo vacío.",
                    )
                if f["eleccion"] is None:
                    self.mal(archivo, f.linea, "eleccion", "está vacío.", "Escriba en qué elección contiende.")
                    continue
                eleccion = self._hay_eleccion(archivo, f, "eleccion", f["eleccion"])
                if eleccion is None or not eleccion.ambito:
                    continue
                self._demarcacion_segun_ambito(archivo, f, eleccion)
                clave = (f["eleccion"], f["demarcacion"], f["siglas"])
                if self._unico(archivo, f, clave, claves, f"{f['siglas']}", "siglas"):
                    self.independientes.append((f, eleccion))
        for f, _ in self.independientes:
            if f["siglas"] in self.orden:
                self.mal(archivo, f.linea, "siglas", f"«{f['siglas']}» es también un partido.")
        if not self.orden and not self.independientes and not any(p.archivo == archivo for p in self.problemas):
            self.mal(archivo, 0, "", "no hay ningún contendiente.")

    def _demarcacion_segun_ambito(self, archivo: str, f: Fila, eleccion: EleccionDeclarada) -> None:
        if eleccion.ambito is Ambito.ENTIDAD:
            if f["demarcacion"] is not None and f["demarcacion"] is not MALO:
                self.mal(archivo, f.linea, "demarcacion", f"en {eleccion.clave} vota toda la entidad.", "Déjela vacía.")
        elif f["demarcacion"] is None:
            self.mal(
                archivo, f.linea, "demarcacion", "está vacío.", f"{eleccion.clave} se elige por {eleccion.ambito}."
            )
        elif (
            eleccion.agrupa
            and self._hay_demarcacion(archivo, f, "demarcacion", eleccion.agrupa.value, f["demarcacion"])
            and f["demarcacion"] not in self._grupo(eleccion)
        ):
            donde = f"{eleccion.agrupa} {f['demarcacion']}"
            self.mal(archivo, f.linea, "demarcacion", f"no se vota {eleccion.clave} en {donde}.")

    def _personas(self) -> None:
        vistas: dict[Any, int] = {}
        for f in self.t["personas.csv"]:
            clave = (f["persona"], f["rol"], f["lugar"])
            self._unico("personas.csv", f, clave, vistas, f"{f['persona']} con ese rol y lugar", "persona")
            if f["lugar"] and f["lugar"] not in LUGARES and f["lugar"] not in self.catds:
                self.mal(
                    "personas.csv",
                    f.linea,
                    "lugar",
                    f"«{f['lugar']}» no es un CATD de catd.csv ni {' ni '.join(LUGARES)}.",
                    partial(parecido, f["lugar"], [*self.catds, *LUGARES]),
                )

    def _empates(self, cabecera: Cabecera) -> None:
        empates = cabecera.parametros.empates
        if empates and set(empates) != set(self.orden):
            sobran = [s for s in empates if s not in self.orden]
            faltan = [s for s in self.orden if s not in empates]
            detalle = "; ".join(
                f"{que} {', '.join(cuales)}" for que, cuales in (("sobran", sobran), ("faltan", faltan)) if cuales
            )
            self.mal(ARCHIVO, 0, "parametros.empates", f"debe nombrar a todos los partidos: {detalle}.")

    # -- who stands where ----------------------------------------------------------------------------------------

    def _grupos(self) -> None:
        """Demarcations where each election is held: those with some casilla that receives it."""
        todas = self._filas_perdidas()
        self.grupos: dict[str, dict[int, str]] = {}
        for clave, e in self.elecciones.items():
            nombres = self.nombres.get(e.agrupa.value, {}) if e.agrupa else {}
            self.grupos[clave] = {i: n for i, n in nombres.items() if todas or i in self.votan[clave]}

    def _grupo(self, eleccion: EleccionDeclarada) -> dict[int, str]:
        return self.grupos[eleccion.clave]

    def _demarcaciones_de_fila(self, archivo: str, f: Fila, eleccion: EleccionDeclarada) -> tuple[int, ...]:
        """Where a row applies: the ids written, or all."""
        escritas = f["demarcaciones"]
        if escritas is MALO or not eleccion.agrupa:
            return ()
        grupo = self._grupo(eleccion)
        if escritas is None:
            return tuple(grupo)
        if eleccion.ambito is Ambito.ENTIDAD:
            self.mal(archivo, f.linea, "demarcaciones", f"en {eleccion.clave} vota toda la entidad.", "Déjelas vacías.")
            return ()
        if grupo and (faltan := [d for d in escritas if d not in grupo]):
            self.mal(
                archivo,
                f.linea,
                "demarcaciones",
                f"no se vota {eleccion.clave} en {eleccion.agrupa} {', '.join(map(str, faltan[:10]))}.",
            )
        return tuple(d for d in escritas if d in grupo)

    def _planillas(self) -> dict[str, dict[int, Planilla]]:
        ausentes: dict[tuple[str, int], set[str]] = defaultdict(set)
        for f in self.t["sin_candidatura.csv"]:
            eleccion = self._hay_eleccion("sin_candidatura.csv", f, "eleccion", f["eleccion"])
            if not self._es_partido("sin_candidatura.csv", f, "partido", f["partido"]) or eleccion is None:
                continue
            for d in self._demarcaciones_de_fila("sin_candidatura.csv", f, eleccion):
                ausentes[eleccion.clave, d].add(f["partido"])

        juntos: dict[tuple[str, int], list[tuple[str, str, tuple[str, ...]]]] = defaultdict(list)
        dueno: dict[tuple[str, int, str], int] = {}
        usadas: dict[tuple[str, int, str], int] = {}
        for f in self.t["coaliciones.csv"]:
            self._coalicion(f, ausentes, juntos, dueno, usadas)

        independientes: dict[tuple[str, int], list[str]] = defaultdict(list)
        for f, eleccion in self.independientes:
            for d in self._grupo(eleccion) if f["demarcacion"] is None else (f["demarcacion"],):
                independientes[eleccion.clave, d].append(f["siglas"])

        orden = sorted(self.orden, key=lambda s: self.orden[s])
        planillas: dict[str, dict[int, Planilla]] = {}
        for clave, eleccion in self.elecciones.items():
            planillas[clave] = {}
            for d in self._grupo(eleccion):
                grupos = juntos[clave, d]
                en_comun = {p for tipo, _, ps in grupos if tipo == "comun" for p in ps}
                planillas[clave][d] = Planilla(
                    partidos=tuple(p for p in orden if p not in ausentes[clave, d] and p not in en_comun),
                    coaliciones=[ps for tipo, _, ps in grupos if tipo == "coalicion"],
                    comunes=[(k, ps) for tipo, k, ps in grupos if tipo == "comun"],
                    independientes=independientes[clave, d],
                )
        return planillas

    def _es_partido(self, archivo: str, f: Fila, campo: str, siglas: Any) -> bool:
        if siglas is MALO or not self.t["contendientes.csv"]:
            return False
        if siglas not in self.orden:
            self.mal(
                archivo,
                f.linea,
                campo,
                f"el partido «{siglas}» no está en contendientes.csv.",
                parecido(siglas, list(self.orden)),
            )
            return False
        return True

    def _coalicion(
        self,
        f: Fila,
        ausentes: dict[tuple[str, int], set[str]],
        juntos: dict[tuple[str, int], list[tuple[str, str, tuple[str, ...]]]],
        dueno: dict[tuple[str, int, str], int],
        usadas: dict[tuple[str, int, str], int],
    ) -> None:
        archivo = "coaliciones.csv"
        eleccion = self._hay_eleccion(archivo, f, "eleccion", f["eleccion"])
        partidos = f["partidos"]
        if partidos is MALO:
            return
        if len(partidos) < 2:
            self.mal(
                archivo, f.linea, "partidos", "hacen falta al menos dos partidos.", "Sepárelos con espacios: SOL RIO"
            )
            return
        if len(partidos) > PARTIDOS_MAXIMO:
            self.mal(archivo, f.linea, "partidos", f"son {len(partidos)} partidos; el máximo es {PARTIDOS_MAXIMO}.")
            return
        conocidos = [
            self._es_partido(archivo, f, "partidos", p) for p in partidos
        ]  # all of them: each notes its problem
        if not all(conocidos):
            return
        if eleccion is None or f["tipo"] is MALO or f["clave"] is MALO:
            return
        partidos = tuple(sorted(partidos, key=lambda s: self.orden[s] or 0))
        avisados: set[str] = set()
        for d in self._demarcaciones_de_fila(archivo, f, eleccion):
            donde = "" if eleccion.ambito is Ambito.ENTIDAD else f" en el {eleccion.agrupa} {d}"
            for p in partidos:
                if p in ausentes[eleccion.clave, d] and p not in avisados:
                    avisados.add(p)
                    self.mal(archivo, f.linea, "partidos", f"{p} está en sin_candidatura.csv{donde}.")
                anterior = dueno.setdefault((eleccion.clave, d, p), f.linea)
                if anterior != f.linea and p not in avisados:
                    avisados.add(p)
                    self.mal(
                        archivo, f.linea, "partidos", f"{p} ya está en la coalición de la línea {anterior}{donde}."
                    )
            anterior = usadas.setdefault((eleccion.clave, d, f["clave"]), f.linea)
            if anterior != f.linea and "" not in avisados:
                avisados.add("")
                self.mal(archivo, f.linea, "clave", f"«{f['clave']}» ya se usó en la línea {anterior}{donde}.")
            juntos[eleccion.clave, d].append((f["tipo"], f["clave"], partidos))

    def _columnas(self, planillas: dict[str, dict[int, Planilla]]) -> dict[str, tuple[Recuadro, ...]]:
        """Columns of each election: as written in columnas.csv, or by default."""
        archivo = "columnas.csv"
        orden = sorted(self.orden, key=lambda s: self.orden[s])
        columnas = {clave: columnas_de(ps.values(), orden) for clave, ps in planillas.items()}
        escritas: dict[str, list[Fila]] = defaultdict(list)
        vistas: dict[Any, int] = {}
        for f in self.t[archivo]:
            eleccion = self._hay_eleccion(archivo, f, "eleccion", f["eleccion"])
            if eleccion and self._unico(
                archivo, f, (eleccion.clave, f["clave"]), vistas, f"la columna {f['clave']}", "clave"
            ):
                escritas[eleccion.clave].append(f)
        for clave, filas in escritas.items():
            if any(MALO in f.values() for f in filas):
                continue
            hechas = tuple(Recuadro(f["clave"], TipoRecuadro(f["tipo"]), f["partidos"]) for f in filas)
            if self._columnas_completas(clave, hechas, columnas[clave], filas):
                columnas[clave] = hechas
        return columnas

    def _columnas_completas(
        self, clave: str, hechas: Sequence[Recuadro], esperadas: Sequence[Recuadro], filas: Sequence[Fila]
    ) -> bool:
        """Written columns must hold the boxes that the ballots need, under whatever name and order."""

        def identidad(r: Recuadro) -> tuple[str, Any]:
            if r.tipo in (TipoRecuadro.PARTIDO, TipoRecuadro.COMBINACION):
                return r.tipo.value, frozenset(r.partidos)
            return r.tipo.value, r.clave

        sobran = {identidad(r): f for r, f in zip(hechas, filas, strict=True)}
        bien = len(sobran) == len(hechas)
        if not bien:
            self.mal("columnas.csv", filas[0].linea, "clave", f"{clave} tiene dos columnas para lo mismo.")
        for esperada in esperadas:
            if sobran.pop(identidad(esperada), None) is None and esperada.tipo is not TipoRecuadro.COMBINACION:
                bien = False
                self.mal(
                    "columnas.csv",
                    filas[-1].linea,
                    "clave",
                    f"a {clave} le falta la columna de {esperada.clave} ({esperada.tipo}).",
                )
        for (tipo, _), f in sobran.items():
            bien = False
            self.mal(
                "columnas.csv",
                f.linea,
                "clave",
                f"nadie postula así en {clave}: sobra la columna {f['clave']} ({tipo}).",
            )
        if bien and [r.tipo for r in hechas[-2:]] != [TipoRecuadro.NO_REGISTRADAS, TipoRecuadro.NULOS]:
            bien = False
            self.mal("columnas.csv", filas[-1].linea, "clave", f"{clave} debe terminar con NO_REGISTRADAS y NULOS.")
        return bien

    def _boletas(
        self, columnas: dict[str, tuple[Recuadro, ...]], planillas: dict[str, dict[int, Planilla]]
    ) -> dict[str, dict[int, Boleta]]:
        boletas: dict[str, dict[int, Boleta]] = {}
        if any(p.archivo in ("coaliciones.csv", "contendientes.csv", "columnas.csv") for p in self.problemas):
            return boletas
        for clave, planilla in planillas.items():
            try:
                boletas[clave] = boletas_de(columnas[clave], planilla)
            except ValueError as error:  # two boxes with one name: PAZ_SOCIAL the party and PAZ with SOCIAL
                self.mal(
                    "contendientes.csv", 0, "siglas", f"en {clave}: {error}", "Cambie las siglas que se confunden."
                )
        return boletas

    def _candidaturas(self, boletas: dict[str, dict[int, Boleta]]) -> list[NombreCandidatura]:
        archivo = "candidaturas.csv"
        cortas: dict[tuple[str, int, str], str] = {}
        for f in self.t["coaliciones.csv"]:
            if MALO in f.values() or f["eleccion"] not in boletas:
                continue
            eleccion = self.elecciones[f["eleccion"]]
            juntos = tuple(sorted(f["partidos"], key=lambda s: self.orden.get(s, 0)))
            for d in f["demarcaciones"] if f["demarcaciones"] is not None else self._grupo(eleccion):
                cortas[f["eleccion"], d, f["clave"]] = f["clave"] if f["tipo"] == "comun" else "_".join(juntos)
        leidas: list[NombreCandidatura] = []
        vistas: dict[Any, int] = {}
        for f in self.t[archivo]:
            eleccion_o = self._hay_eleccion(archivo, f, "eleccion", f["eleccion"])
            if eleccion_o is None or not eleccion_o.ambito or not eleccion_o.agrupa:
                continue
            self._demarcacion_segun_ambito(archivo, f, eleccion_o)
            demarcacion = f["demarcacion"]
            if demarcacion is None:
                demarcacion = next(iter(self._grupo(eleccion_o)), None)
            boleta = boletas.get(eleccion_o.clave, {}).get(demarcacion) if demarcacion is not MALO else None
            if boleta is None or f["candidatura"] is MALO:
                continue
            validas = {c.clave for c in boleta.candidaturas}
            clave = cortas.get((eleccion_o.clave, demarcacion, f["candidatura"]), f["candidatura"])
            if clave not in validas:
                opciones = sorted(
                    {k for (e, d, k) in cortas if (e, d) == (eleccion_o.clave, demarcacion)}
                    | {c.clave for c in boleta.candidaturas if "_".join(c.partidos) != c.clave or len(c.partidos) == 1}
                )
                donde = "" if f["demarcacion"] is None else f" en el {eleccion_o.agrupa} {demarcacion}"
                self.mal(
                    archivo,
                    f.linea,
                    "candidatura",
                    f"«{recortado(f['candidatura'])}» no contiende en {eleccion_o.clave}{donde}.",
                    parecido(f["candidatura"], opciones) or f"Contienden: {', '.join(opciones[:15])}.",
                )
                continue
            if self._unico(
                archivo,
                f,
                (eleccion_o.clave, f["demarcacion"], clave),
                vistas,
                f"la candidatura de {f['candidatura']}",
                "candidatura",
            ):
                leidas.append(
                    NombreCandidatura(eleccion_o.clave, f["demarcacion"], clave, f["propietaria"], f["suplente"])
                )
        return leidas

    # -- assembly ------------------------------------------------------------------------------------------------

    def _armar(
        self,
        cabecera: Cabecera,
        columnas: dict[str, tuple[Recuadro, ...]],
        boletas: dict[str, dict[int, Boleta]],
        planillas: dict[str, dict[int, Planilla]],
        candidaturas: list[NombreCandidatura],
    ) -> tuple[Proceso, Informativo]:
        registro = sorted(self.orden, key=lambda s: self.orden[s])
        empates = cabecera.parametros.empates or tuple(registro)
        casillas = [(f, self._casilla(f, cabecera)) for f in self.t["casillas.csv"]]
        casillas.sort(key=lambda par: par[1].clave)
        elecciones = []
        for e in cabecera.elecciones:
            contienden = {p for planilla in planillas[e.clave].values() for p in planilla.partidos}
            contienden |= {p for planilla in planillas[e.clave].values() for _, ps in planilla.comunes for p in ps}
            elecciones.append(
                Eleccion(
                    clave=e.clave,
                    nombre=e.nombre,
                    tipo_acta=e.tipo_acta,
                    ambito=e.ambito,
                    agrupa=e.agrupa,
                    columnas=columnas[e.clave],
                    demarcaciones={i: Demarcacion(i, n) for i, n in sorted(self._grupo(e).items())},
                    boletas=boletas[e.clave],
                    actas=_actas(e, casillas),
                    orden_registro=tuple(s for s in empates if s in contienden),
                )
            )
        proceso = Proceso(
            clave=cabecera.clave,
            nombre=cabecera.nombre,
            entidad=cabecera.entidad,
            entidad_nombre=cabecera.entidad_nombre,
            entidad_abreviatura=cabecera.entidad_abreviatura,
            zona_horaria=cabecera.zona_horaria,
            elecciones=tuple(elecciones),
            huella="",
        )
        nombrados = {f["siglas"]: f for f in self.t["contendientes.csv"] if f["tipo"] == "partido"}
        informativo = Informativo(
            partidos=tuple(Partido(s, nombrados[s]["nombre"], nombrados[s]["color"].upper()) for s in registro),
            independientes=tuple(
                sorted(
                    (
                        Independiente(f["eleccion"], f["demarcacion"], f["siglas"], f["nombre"], f["color"].upper())
                        for f, _ in self.independientes
                    ),
                    key=lambda i: (i.eleccion, i.demarcacion or 0, i.clave),
                )
            ),
            coaliciones=tuple(sorted({self._nombre_coalicion(f) for f in self.t["coaliciones.csv"]})),
            candidaturas=tuple(sorted(candidaturas, key=lambda c: (c.eleccion, c.demarcacion or 0, c.candidatura))),
            distritos=dict(sorted(self.nombres[Ambito.DISTRITO.value].items())),
            municipios=dict(sorted(self.nombres[Ambito.MUNICIPIO.value].items())),
            catds=tuple(sorted(Catd(**f) for f in self.t["catd.csv"])),
            personas=tuple(sorted(Persona(**f) for f in self.t["personas.csv"])),
            institucion=replace(
                cabecera.institucion,
                color_principal=cabecera.institucion.color_principal.upper(),
                color_acento=cabecera.institucion.color_acento.upper(),
            ),
            difusores=cabecera.difusores,
            publicacion=cabecera.publicacion,
            parametros=cabecera.parametros,
            textos=cabecera.textos,
        )
        return proceso, informativo

    def _nombre_coalicion(self, f: Fila) -> Coalicion:
        partidos = tuple(sorted(f["partidos"], key=lambda s: self.orden[s]))
        return Coalicion(f["eleccion"], f["clave"], partidos, f["nombre"])

    def _casilla(self, f: Fila, cabecera: Cabecera) -> Casilla:
        seccion = self.secciones[f["entidad"], f["seccion"]]
        boletas = f["boletas"]
        if f["tipo"] == "S" and boletas is None:
            boletas = cabecera.parametros.boletas_especiales
        return Casilla(
            clave=ClaveCasilla(f["entidad"], f["seccion"], f["tipo"], f["id"], f["extension"]),
            distrito=seccion["distrito"] or 0,
            municipio=seccion["municipio"] or 0,
            lista_nominal=f["lista_nominal"] or 0,
            boletas=boletas,
            ubicacion=f["ubicacion"],
            catd=f["catd"],
        )


def _actas(e: EleccionDeclarada, casillas: list[tuple[Fila, Casilla]]) -> tuple[ActaEsperada, ...]:
    """The actas of one election, in the order of the database. `casillas` come in the order of their keys."""
    por_distrito = e.agrupa is Ambito.DISTRITO
    propia = {campo: f"{campo}_{e.clave}" for campo in POR_ELECCION}
    actas = []
    for f, casilla in casillas:
        if f["elecciones"] and e.clave not in f["elecciones"]:
            continue
        representantes = f.get(propia["representantes"])
        mecanismos = f.get(propia["mecanismos"])
        actas.append(
            ActaEsperada(
                clave=f"{casilla.clave}{e.tipos_acta.get(casilla.clave.tipo, e.tipo_acta)}",
                casilla=casilla,
                demarcacion=casilla.distrito if por_distrito else casilla.municipio,
                representantes=f["representantes"] if representantes is None else representantes,
                mecanismos=mecanismos or f["mecanismos"],
            )
        )
    actas.sort(key=lambda a: a.demarcacion)
    return tuple(actas)

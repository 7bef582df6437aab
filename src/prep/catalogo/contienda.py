"""Who stands: parties, coalitions, independents and their names; from that, the columns and ballots of an election."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from prep.catalogo.armado import Planilla, boletas_de, columnas_de
from prep.catalogo.cabecera import ARCHIVO, EleccionDeclarada
from prep.catalogo.campos import parecido, recortado
from prep.catalogo.carpeta import Carpeta
from prep.catalogo.informativo import NombreCandidatura
from prep.catalogo.tablas import MALO, Fila
from prep.catalogo.territorio import Territorio
from prep.dominio.tabulacion.boleta import Boleta, Recuadro, TipoRecuadro
from prep.dominio.tabulacion.proceso import Ambito

PARTIDOS_MAXIMO: Final = 8
"""Of one coalition: 2^8 - 9 = 247 boxes is already more than any acta can print."""


class Contienda:
    """Checks those files of a folder as it is made.

    `orden`: party → its order of registration; `independientes`: rows and elections; `planillas`, `boletas`: election →
    demarcación → who stands there and the ballot; `columnas`: election → columns of its database; `candidaturas`: names
    of people. Ballots are made only where the files of which they are made have no problem.
    """

    def __init__(self, carpeta: Carpeta, territorio: Territorio, empates: Sequence[str]) -> None:
        self.c, self.territorio = carpeta, territorio
        self._contendientes()
        self.planillas = self._planillas()
        self.columnas = self._columnas()
        self.boletas = self._boletas()
        self.candidaturas = self._candidaturas()
        self._empates(empates)

    def _contendientes(self) -> None:
        archivo = "contendientes.csv"
        self.orden: dict[str, int] = {}
        self.independientes: list[tuple[Fila, EleccionDeclarada]] = []
        siglas: dict[Any, int] = {}
        ordenes: dict[Any, int] = {}
        claves: dict[Any, int] = {}
        for f in self.c.tablas[archivo]:
            if f["tipo"] == "partido":
                for campo in ("eleccion", "demarcacion"):
                    if f[campo] is not None and f[campo] is not MALO:
                        self.c.mal(
                            archivo,
                            f.linea,
                            campo,
                            "los partidos no llevan este dato.",
                            "Donde un partido no postula se anota en sin_candidatura.csv.",
                        )
                if f["orden"] is None:
                    self.c.mal(
                        archivo,
                        f.linea,
                        "orden",
                        "está vacío.",
                        "Escriba el lugar del partido por antigüedad de registro.",
                    )
                else:
                    self.c.unico(archivo, f, (f["orden"],), ordenes, f"el orden {f['orden']}", "orden")
                if self.c.unico(archivo, f, (f["siglas"],), siglas, f"el partido {f['siglas']}", "siglas"):
                    self.orden[f["siglas"]] = f["orden"] or 0
            elif f["tipo"] == "independiente":
                if f["orden"] is not None and f["orden"] is not MALO:
                    self.c.mal(
                        archivo,
                        f.linea,
                        "orden",
                        "las candidaturas independientes no llevan orden de registro.",
                        "Déjelo vacío.",
                    )
                if f["eleccion"] is None:
                    self.c.mal(archivo, f.linea, "eleccion", "está vacío.", "Escriba en qué elección contiende.")
                    continue
                eleccion = self.c.hay_eleccion(archivo, f, "eleccion", f["eleccion"])
                if eleccion is None or not eleccion.ambito:
                    continue
                self.territorio.revisar_demarcacion(archivo, f, eleccion)
                clave = (f["eleccion"], f["demarcacion"], f["siglas"])
                if self.c.unico(archivo, f, clave, claves, f"{f['siglas']}", "siglas"):
                    self.independientes.append((f, eleccion))
        for f, _ in self.independientes:
            if f["siglas"] in self.orden:
                self.c.mal(archivo, f.linea, "siglas", f"«{f['siglas']}» es también un partido.")
        if not self.orden and not self.independientes and not self.c.con_problemas(archivo):
            self.c.mal(archivo, 0, "", "no hay ningún contendiente.")

    def _planillas(self) -> dict[str, dict[int, Planilla]]:
        ausentes: dict[tuple[str, int], set[str]] = defaultdict(set)
        for f in self.c.tablas["sin_candidatura.csv"]:
            eleccion = self.c.hay_eleccion("sin_candidatura.csv", f, "eleccion", f["eleccion"])
            if not self._es_partido("sin_candidatura.csv", f, "partido", f["partido"]) or eleccion is None:
                continue
            for d in self.territorio.demarcaciones_de("sin_candidatura.csv", f, eleccion):
                ausentes[eleccion.clave, d].add(f["partido"])

        juntos: dict[tuple[str, int], list[tuple[str, str, tuple[str, ...]]]] = defaultdict(list)
        dueno: dict[tuple[str, int, str], int] = {}
        usadas: dict[tuple[str, int, str], int] = {}
        for f in self.c.tablas["coaliciones.csv"]:
            self._coalicion(f, ausentes, juntos, dueno, usadas)

        independientes: dict[tuple[str, int], list[str]] = defaultdict(list)
        for f, eleccion in self.independientes:
            for d in self.territorio.grupos[eleccion.clave] if f["demarcacion"] is None else (f["demarcacion"],):
                independientes[eleccion.clave, d].append(f["siglas"])

        orden = sorted(self.orden, key=lambda s: self.orden[s])
        planillas: dict[str, dict[int, Planilla]] = {}
        for clave, eleccion in self.c.elecciones.items():
            planillas[clave] = {}
            for d in self.territorio.grupos[eleccion.clave]:
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
        if siglas is MALO or not self.c.tablas["contendientes.csv"]:
            return False
        if siglas not in self.orden:
            self.c.mal(
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
        eleccion = self.c.hay_eleccion(archivo, f, "eleccion", f["eleccion"])
        partidos = f["partidos"]
        if partidos is MALO:
            return
        if len(partidos) < 2:
            self.c.mal(
                archivo, f.linea, "partidos", "hacen falta al menos dos partidos.", "Sepárelos con espacios: SOL RIO"
            )
            return
        if len(partidos) > PARTIDOS_MAXIMO:
            self.c.mal(archivo, f.linea, "partidos", f"son {len(partidos)} partidos; el máximo es {PARTIDOS_MAXIMO}.")
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
        for d in self.territorio.demarcaciones_de(archivo, f, eleccion):
            donde = "" if eleccion.ambito is Ambito.ENTIDAD else f" en el {eleccion.agrupa} {d}"
            for p in partidos:
                if p in ausentes[eleccion.clave, d] and p not in avisados:
                    avisados.add(p)
                    self.c.mal(archivo, f.linea, "partidos", f"{p} está en sin_candidatura.csv{donde}.")
                anterior = dueno.setdefault((eleccion.clave, d, p), f.linea)
                if anterior != f.linea and p not in avisados:
                    avisados.add(p)
                    self.c.mal(
                        archivo, f.linea, "partidos", f"{p} ya está en la coalición de la línea {anterior}{donde}."
                    )
            anterior = usadas.setdefault((eleccion.clave, d, f["clave"]), f.linea)
            if anterior != f.linea and "" not in avisados:
                avisados.add("")
                self.c.mal(archivo, f.linea, "clave", f"«{f['clave']}» ya se usó en la línea {anterior}{donde}.")
            juntos[eleccion.clave, d].append((f["tipo"], f["clave"], partidos))

    def _columnas(self) -> dict[str, tuple[Recuadro, ...]]:
        """Columns of each election: as written in columnas.csv, or by default."""
        archivo = "columnas.csv"
        orden = sorted(self.orden, key=lambda s: self.orden[s])
        columnas = {clave: columnas_de(ps.values(), orden) for clave, ps in self.planillas.items()}
        escritas: dict[str, list[Fila]] = defaultdict(list)
        vistas: dict[Any, int] = {}
        for f in self.c.tablas[archivo]:
            eleccion = self.c.hay_eleccion(archivo, f, "eleccion", f["eleccion"])
            if eleccion and self.c.unico(
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
            self.c.mal("columnas.csv", filas[0].linea, "clave", f"{clave} tiene dos columnas para lo mismo.")
        for esperada in esperadas:
            if sobran.pop(identidad(esperada), None) is None and esperada.tipo is not TipoRecuadro.COMBINACION:
                bien = False
                self.c.mal(
                    "columnas.csv",
                    filas[-1].linea,
                    "clave",
                    f"a {clave} le falta la columna de {esperada.clave} ({esperada.tipo}).",
                )
        for (tipo, _), f in sobran.items():
            bien = False
            self.c.mal(
                "columnas.csv",
                f.linea,
                "clave",
                f"nadie postula así en {clave}: sobra la columna {f['clave']} ({tipo}).",
            )
        if bien and [r.tipo for r in hechas[-2:]] != [TipoRecuadro.NO_REGISTRADAS, TipoRecuadro.NULOS]:
            bien = False
            self.c.mal("columnas.csv", filas[-1].linea, "clave", f"{clave} debe terminar con NO_REGISTRADAS y NULOS.")
        return bien

    def _boletas(self) -> dict[str, dict[int, Boleta]]:
        boletas: dict[str, dict[int, Boleta]] = {}
        if self.c.con_problemas("coaliciones.csv", "contendientes.csv", "columnas.csv"):
            return boletas
        for clave, planilla in self.planillas.items():
            try:
                boletas[clave] = boletas_de(self.columnas[clave], planilla)
            except ValueError as error:  # two boxes with one name: PAZ_SOCIAL the party and PAZ with SOCIAL
                self.c.mal(
                    "contendientes.csv", 0, "siglas", f"en {clave}: {error}", "Cambie las siglas que se confunden."
                )
        return boletas

    def _candidaturas(self) -> list[NombreCandidatura]:
        archivo = "candidaturas.csv"
        cortas: dict[tuple[str, int, str], str] = {}
        for f in self.c.tablas["coaliciones.csv"]:
            if MALO in f.values() or f["eleccion"] not in self.boletas:
                continue
            eleccion = self.c.elecciones[f["eleccion"]]
            juntos = tuple(sorted(f["partidos"], key=lambda s: self.orden.get(s, 0)))
            for d in f["demarcaciones"] if f["demarcaciones"] is not None else self.territorio.grupos[eleccion.clave]:
                cortas[f["eleccion"], d, f["clave"]] = f["clave"] if f["tipo"] == "comun" else "_".join(juntos)
        leidas: list[NombreCandidatura] = []
        vistas: dict[Any, int] = {}
        for f in self.c.tablas[archivo]:
            eleccion_o = self.c.hay_eleccion(archivo, f, "eleccion", f["eleccion"])
            if eleccion_o is None or not eleccion_o.ambito or not eleccion_o.agrupa:
                continue
            self.territorio.revisar_demarcacion(archivo, f, eleccion_o)
            demarcacion = f["demarcacion"]
            if demarcacion is None:
                demarcacion = next(iter(self.territorio.grupos[eleccion_o.clave]), None)
            boleta = self.boletas.get(eleccion_o.clave, {}).get(demarcacion) if demarcacion is not MALO else None
            if f["candidatura"] is MALO:
                continue
            if boleta is None:
                self._nombrada(f, eleccion_o)
                continue
            validas = {c.clave for c in boleta.candidaturas}
            clave = cortas.get((eleccion_o.clave, demarcacion, f["candidatura"]), f["candidatura"])
            if clave not in validas:
                opciones = sorted(
                    {k for (e, d, k) in cortas if (e, d) == (eleccion_o.clave, demarcacion)}
                    | {c.clave for c in boleta.candidaturas if "_".join(c.partidos) != c.clave or len(c.partidos) == 1}
                )
                donde = "" if f["demarcacion"] is None else f" en el {eleccion_o.agrupa} {demarcacion}"
                self.c.mal(
                    archivo,
                    f.linea,
                    "candidatura",
                    f"«{recortado(f['candidatura'])}» no contiende en {eleccion_o.clave}{donde}.",
                    parecido(f["candidatura"], opciones) or f"Contienden: {', '.join(opciones[:15])}.",
                )
                continue
            if self.c.unico(
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

    def _nombrada(self, f: Fila, eleccion: EleccionDeclarada) -> None:
        """Note a candidacy that nobody of the election bears, where problems of other files leave it without ballots:
        they are all listed at once."""
        filas = [*self.c.tablas["contendientes.csv"], *self.c.tablas["coaliciones.csv"]]
        suyas = [g for g in filas if g["eleccion"] in (None, MALO, eleccion.clave)]
        nombres = {g["siglas"] if "siglas" in g else g["clave"] for g in suyas}
        if MALO in nombres or not self.orden:
            return  # it may be one of those that could not be read
        if f["candidatura"] not in nombres and not set(f["candidatura"].split("_")) <= self.orden.keys():
            self.c.mal(
                "candidaturas.csv",
                f.linea,
                "candidatura",
                f"«{recortado(f['candidatura'])}» no contiende en {eleccion.clave}.",
                parecido(f["candidatura"], sorted(nombres)),
            )

    def _empates(self, empates: Sequence[str]) -> None:
        if empates and set(empates) != set(self.orden):
            sobran = [s for s in empates if s not in self.orden]
            faltan = [s for s in self.orden if s not in empates]
            detalle = "; ".join(
                f"{que} {', '.join(cuales)}" for que, cuales in (("sobran", sobran), ("faltan", faltan)) if cuales
            )
            self.c.mal(ARCHIVO, 0, "parametros.empates", f"debe nombrar a todos los partidos: {detalle}.")

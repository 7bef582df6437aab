"""From the fields of one line to a row: what each cell says, and what could not be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations, islice
from typing import Final

from prep.dominio.comun.valores import MAXIMO, Marca
from prep.dominio.tabulacion.claves import TIPOS_CASILLA, ClaveCasilla, ClaveInvalida
from prep.dominio.tabulacion.porcentajes import porcentaje
from prep.reproduccion.campos import (
    CeldaInvalida,
    celda,
    codigo,
    entero,
    es_nada,
    fecha,
    limpiar,
    misma_cifra,
    notas,
    numero,
    partes_de_casilla,
    texto_o_nada,
)
from prep.reproduccion.columnas import TOTALES, Columnas
from prep.reproduccion.lugares import numerar
from prep.reproduccion.publicado import (
    MAX_ANOMALIAS,
    NOTAS_NINGUNO,
    UNA_NOCHE,
    Anomalia,
    BasePublicada,
    Celda,
    ErrorDeLectura,
    Hueco,
    NoLeido,
    Nota,
    Renglon,
)
from prep.reproduccion.sumas import leida
from prep.reproduccion.vocabulario import CONTABILIZADAS, entidad_de, normalizar, tipo_de_casilla

MAX_IGUALES: Final = 20
"""Cells of one column with the same unreadable text that are listed one by one."""
MAX_FRASES: Final = 200
"""Most different phrases of OBSERVACIONES that are not understood."""
MAX_CONOCIDAS: Final = 50_000
"""Most different ways of writing a cell that are remembered."""
POCOS: Final = 10
"""Rows before anything can be said of most of them."""
CON_HORA: Final = ("acopio", "captura", "verificacion")
_LUGARES: Final = {"id_distrito": "distrito", "id_municipio": "municipio"}
"""Number of a place -> its name."""
_GUIONES: Final = re.compile("[-–—−]+")
MAX_MANERAS: Final = 5_000
"""Most ways tried of joining the fields of one line."""


class LectorDeRenglones:
    """Turns the fields of one line into a `Renglon`, and says everything odd about them."""

    def __init__(self, base: BasePublicada, columnas: Columnas) -> None:
        self.base, self.columnas = base, columnas
        self.ancho = len(columnas.nombres)
        self.lugar = columnas.lugar
        self.perdidos: list[tuple[NoLeido, int]] = []
        self.frases: dict[str, NoLeido] = {}
        self.celdas: dict[tuple[int, str], list[NoLeido]] = {}
        self.en_blanco = 0
        self.leidos = 0
        self.conocidas: dict[str, Celda] = {}
        self.anchos: Counter[int] = Counter()
        self.faltas: list[tuple[str, int, str]] = []
        self.sin_numero: dict[str, dict[int, str]] = {c: {} for c in _LUGARES}
        self.fechas = [(c, self.lugar.get(c)) for c in CON_HORA]
        self.totales = [(c, self.lugar[c]) for c in TOTALES if c in self.lugar]
        self.numericas = {
            *columnas.votos,
            *(i for _, i in self.totales),
            *(self.lugar[c] for c in ("calculado", "lista_nominal", "representantes") if c in self.lugar),
        }

    def anotar(self, linea: int, campo: str, mensaje: str) -> None:
        self.base.anomalias.append(Anomalia(self.base.archivo, linea, campo, mensaje))

    def leer(self, linea: int, campos: list[str]) -> Renglon | None:
        self.faltas = []
        self.leidos += 1
        if len(campos) != self.ancho:
            ajustados = self._ajustar(linea, campos)
            if ajustados is None:
                return self._no_leido(linea, [*campos, *[""] * self.ancho][: self.ancho])
            campos = ajustados
        halladas, motivo, ajenas = notas(self._texto(campos, "observaciones"))
        votos = self._votos(campos)
        numeros = [v for v in votos if type(v) is int]
        suma = sum(numeros)
        dice_algo = bool(numeros) or any(isinstance(v, Marca) or v is Hueco.NO_LEIDO for v in votos)
        contabilizada, espera = self._contabilizada(campos, halladas, suma, votos)
        fuera = contabilizada == 2 or Nota.FUERA_DE_CATALOGO in halladas
        claves = self._claves(linea, campos, fuera)
        if claves is None:
            self._perder(linea, campos)
            return None
        r = self._identificado(linea, campos, claves, fuera)
        r.votos, r.suma, r.dice_algo = votos, suma, dice_algo
        r.notas, r.motivo = halladas, motivo
        r.contabilizada, r.espera = contabilizada, espera
        r.acopio, r.captura, r.verificacion = [self._fecha(campos, c, i) for c, i in self.fechas]
        r.totales = {c: self._celda(campos, i, c, MAXIMO) for c, i in self.totales}
        i_calculado = self.lugar.get("calculado")
        r.calculado = None if i_calculado is None else self._celda(campos, i_calculado, "calculado", None)
        r.lista_nominal = self._entero(campos, "lista_nominal")
        r.representantes = self._entero(campos, "representantes")
        r.mecanismos = self._texto(campos, "mecanismos")
        r.codigo_integridad = self._texto(campos, "codigo_integridad").lower()
        r.origen = self._texto(campos, "origen")
        r.digitalizacion = self._texto(campos, "digitalizacion")
        r.tipo_documento = self._texto(campos, "tipo_documento")
        r.cotejada = self._codigo(campos, "cotejada")
        # Why an acta does not count may be what a column that the file does not have said.
        calla = r.contabilizada == 0 and "observaciones" not in self.lugar
        r.no_leidas = frozenset({"observaciones"} if calla else ())
        return self._cerrar(r, ajenas)

    def _cerrar(self, r: Renglon, ajenas: Sequence[str]) -> Renglon:
        """Say what could not be read of a row."""
        for frase in ajenas:
            antes = self.frases.get(frase)
            if antes is not None:
                self.frases[frase] = replace(antes, veces=antes.veces + 1)
            elif len(self.frases) < MAX_FRASES:
                self.frases[frase] = NoLeido(r.linea, "", "OBSERVACIONES", frase[:120])
        for _, i, texto in self.faltas:
            iguales = self.celdas.setdefault((i, texto[:60]), [])
            nuevo = NoLeido(r.linea, r.clave_acta, self.columnas.nombres[i], texto[:60])
            if len(iguales) < MAX_IGUALES:
                iguales.append(nuevo)
            else:
                iguales[-1] = replace(iguales[-1], veces=iguales[-1].veces + 1)
        if len(self.celdas) > MAX_ANOMALIAS:
            raise ErrorDeLectura(self.base.archivo, "tiene demasiadas celdas que no se pueden leer.", r.linea)
        if self.faltas or Nota.OTRA in r.notas:
            r.no_leidas |= frozenset([c for c, _, _ in self.faltas] + ["observaciones"] * (Nota.OTRA in r.notas))
        return r

    def _no_leido(self, linea: int, campos: list[str]) -> Renglon | None:
        """A row whose cells are not under their columns: only which acta it is can be known."""
        claves = self._claves(linea, campos, False) if self._encaja(campos) else None
        if claves is None:
            self.base.no_leidos.append(NoLeido(linea, "", "", "El renglón no coincide con sus columnas."))
            self.base.perdidos += 1
            return None
        r = self._identificado(linea, campos, claves)
        self.base.no_leidos.append(NoLeido(linea, r.clave_acta, "", "El renglón no coincide con sus columnas."))
        return r

    def _perder(self, linea: int, campos: list[str]) -> None:
        """A row that names no casilla. With votes, or of a sección, it is an acta that could not be read; without
        them, or with more than an acta holds, a footnote or a line of totals."""
        votos = [leida(campos, i) for i in self.columnas.votos]
        numeros = [v for v in votos if isinstance(v, int)]
        dice = bool(numeros) or any(isinstance(v, Marca) for v in votos) or self._codigo(campos, "seccion").isdecimal()
        if dice and max(numeros, default=0) <= MAXIMO:
            clave = self._texto(campos, "clave_casilla")[:40]
            texto = f"«{clave}» no dice de qué casilla es: este renglón no se usa."
            self.perdidos.append((NoLeido(linea, "", "", texto), sum(numeros)))

    def _identificado(
        self, linea: int, campos: list[str], claves: tuple[str, str, int | None, str], fuera: bool = False
    ) -> Renglon:
        """Which acta a row is, with everything that it says of it unread. `claves`: what `_claves` gave."""
        clave_casilla, clave_acta, id_entidad, tipo = claves
        nombrada = self._texto(campos, "id_entidad")
        return Renglon(
            linea=linea,
            clave_casilla=clave_casilla,
            clave_acta=clave_acta,
            id_entidad=int(clave_casilla[:2]) if id_entidad is None and not fuera else id_entidad or 0,
            entidad=self._texto(campos, "entidad") or ("" if nombrada.isdecimal() else nombrada),
            id_distrito=self._entero(campos, "id_distrito", linea),
            distrito=self._texto(campos, "distrito"),
            id_municipio=self._entero(campos, "id_municipio", linea),
            municipio=self._texto(campos, "municipio"),
            seccion=self._entero(campos, "seccion"),
            id_casilla=self._entero(campos, "id_casilla"),
            tipo_casilla=tipo or clave_casilla[6:7],
            ext_contigua=self._entero(campos, "ext_contigua"),
            ubicacion=self._entero(campos, "ubicacion", linea),
            tipo_acta=self._codigo(campos, "tipo_acta").upper(),
            totales={c: Hueco.NO_LEIDO for c, _ in self.totales},
            votos=(Hueco.NO_LEIDO,) * len(self.columnas.votos),
            calculado=Hueco.NO_LEIDO if "calculado" in self.lugar else None,
            lista_nominal=None,
            representantes=None,
            notas=(),
            motivo="",
            contabilizada=None,
            mecanismos="",
            codigo_integridad="",
            acopio=None,
            captura=None,
            verificacion=None,
            origen="",
            digitalizacion="",
            tipo_documento="",
            cotejada="",
            espera=False,
            no_leidas=frozenset(
                ("votos", "calculado", "lista_nominal", "representantes", "contabilizada", "observaciones")
            ),
            suma=0,
            dice_algo=True,
        )

    def _claves(self, linea: int, campos: list[str], fuera: bool) -> tuple[str, str, int | None, str] | None:
        """Key of the casilla, of the acta, entidad and type of casilla; `None` when no casilla is named."""
        tipo_dicho = self._texto(campos, "tipo_casilla")
        tipo = tipo_de_casilla(tipo_dicho)
        clave_casilla = self._texto(campos, "clave_casilla").upper()
        # Small and capital letters may tell two actas apart.
        clave_acta = self._texto(campos, "clave_acta")
        id_entidad = self._entidad(campos, linea, self.base.archivo if not clave_casilla else "")
        seccion = self._entero(campos, "seccion", linea)
        id_casilla = self._entero(campos, "id_casilla", linea)
        ext = self._entero(campos, "ext_contigua", linea)
        if "clave_casilla" not in self.lugar and "tipo_casilla" not in self.lugar:
            tipo, id_casilla, ext = partes_de_casilla(self._texto(campos, "casilla")) or ("", None, None)
        armada = ""
        # A letter that nobody knows is a type only when it is written alone: the first of «TOTAL» is none.
        if id_entidad is not None and (tipo in TIPOS_CASILLA or tipo == tipo_dicho.upper() != "") and not fuera:
            armada = f"{id_entidad:02d}{seccion or 0:04d}{tipo}{id_casilla or 0:02d}{ext or 0:02d}"
        if not fuera and not _es_clave(clave_casilla):
            if not _es_clave(armada):
                self.anotar(linea, "CLAVE_CASILLA", f"«{clave_casilla[:40]}» no dice de qué casilla es: no se usa.")
                return None
            if clave_casilla:
                self.anotar(
                    linea, "CLAVE_CASILLA", f"«{clave_casilla[:40]}» no es una clave; por sus partes, {armada}."
                )
            clave_casilla = armada
        elif None not in (seccion, id_casilla) and _es_clave(armada) and clave_casilla != armada:
            self.anotar(linea, "CLAVE_CASILLA", f"«{clave_casilla}» no coincide con sus partes ({armada}).")
        if not clave_acta and not fuera:
            clave_acta = clave_casilla + normalizar(self._codigo(campos, "tipo_acta")).replace("_", "")
        return clave_casilla, clave_acta, id_entidad, tipo

    def terminar(self) -> None:
        """What can only be said once every row was read."""
        self._decir_perdidos()
        self._decir_sin_listar()
        self._decir_tipos()
        self.base.no_leidos += sorted([n for iguales in self.celdas.values() for n in iguales], key=lambda n: n.linea)
        self.base.no_leidos += self.frases.values()
        for campo in _LUGARES:
            self._numerar(campo)
        if self.en_blanco:
            mensaje = f"En blanco en {self.en_blanco:,} renglones cuya OBSERVACIONES dice que valen 0: así se leen."
            self.anotar(0, "CONTABILIZADA", mensaje)
        self._poner_dia_y_mes()

    def _decir_perdidos(self) -> None:
        """What two rows or more add up to is the line of totals, and no acta."""
        con_votos = [r for r in self.base.renglones if r.suma]
        totales = [[r.suma for r in cuales] for cuales in (con_votos, [r for r in con_votos if r.contabilizada == 1])]
        perdidos = [n for n, suma in self.perdidos if not any(len(t) > 1 and sum(t) == suma for t in totales)]
        self.base.no_leidos += perdidos
        self.base.perdidos += len(perdidos)

    def _decir_sin_listar(self) -> None:
        """A file whose rows are those that the header says captured, and none waits, lists no others: unless it is the
        header that is wrong, because its own percentage is not of as many expected."""
        dentro = [r for r in self.base.renglones if not r.fuera]
        esperadas, capturadas = (self.base.resumen.get(f"ACTAS_{n}") for n in ("ESPERADAS", "CAPTURADAS"))
        if not isinstance(esperadas, int) or capturadas != len(dentro) or esperadas <= len(dentro):
            return
        dicho = self.base.resumen.get("PORCENTAJE_ACTAS_CAPTURADAS")
        if dicho is not None and not misma_cifra(dicho, porcentaje(len(dentro), esperadas)):
            return
        if all(not r.espera and (r.contabilizada is not None or r.dice_algo) for r in dentro):
            faltan = self.base.sin_listar = esperadas - len(dentro)
            texto = (
                f"La base solo lista las {len(dentro):,} actas capturadas: las {faltan:,} que faltan no están en ella."
            )
            self.base.no_leidos.append(NoLeido(self.base.linea_resumen, "", "", texto))

    def _decir_tipos(self) -> None:
        ajenos = Counter([r.clave_casilla[6] for r in self.base.renglones if not r.fuera])
        for letra in sorted(ajenos.keys() - TIPOS_CASILLA):
            mensaje = f"«{letra}» no es un tipo conocido: sus actas ({ajenos[letra]:,}) cuentan como las demás."
            self.anotar(0, "TIPO_CASILLA", mensaje)

    def _numerar(self, campo: str) -> None:
        """Places that are never a number; where others are, one that is not is only odd."""
        textos = self.sin_numero[campo]
        if not textos:
            return
        columna = self.columnas.nombres[self.lugar[campo]]
        if any(getattr(r, campo) is not None for r in self.base.renglones):
            for linea, texto in textos.items():
                self.anotar(linea, columna, f"«{texto[:60]}» no es un número.")
            return
        numeros, dicho = numerar(textos.values())
        uno = next(iter(numeros))
        como = f"el de «{uno[:40]}» es {numeros[uno]}" if dicho else "sus lugares se numeran por orden alfabético"
        self.anotar(0, columna, f"La columna no trae números solos: {como}.")
        for r in self.base.renglones:
            if r.linea in textos:
                setattr(r, campo, numeros[textos[r.linea]])
                if not getattr(r, _LUGARES[campo]):
                    setattr(r, _LUGARES[campo], textos[r.linea])

    def _poner_dia_y_mes(self) -> None:
        """Where more times fall in one night with the month before the day, that is how they were written.

        The night is the header's; where it has no time, the one around the middle of each reading, and between two as
        good the one of a Sunday, when elections are held (LGIPE 22.1), or its Monday.
        """
        horas = [(r, c, h) for r in self.base.renglones for c in CON_HORA if (h := getattr(r, c)) is not None]
        volteadas = [
            (r, c, h.replace(month=h.day, day=h.month) if h.day <= 12 and h.day != h.month else h) for r, c, h in horas
        ]
        mejor, otra = [self._de_una_noche([h for _, _, h in lectura]) for lectura in (horas, volteadas)]
        if self.base.corte is not None:
            mejor, otra = mejor[:1], otra[:1]
        if otra <= mejor:
            return
        cambian = [(r, c, nueva) for (r, c, h), (_, _, nueva) in zip(horas, volteadas, strict=True) if h != nueva]
        if self.base.corte is not None:
            # Those of that night as they are written stay as they are.
            cambian = [(r, c, n) for r, c, n in cambian if abs(n - self.base.corte) <= UNA_NOCHE]
        self.anotar(0, "", f"{len(cambian)} horas están escritas con el mes antes del día: así se leen.")
        for r, campo, nueva in cambian:
            setattr(r, campo, nueva)

    def _de_una_noche(self, horas: Sequence[datetime]) -> tuple[int, ...]:
        """How many of these times are of one night, and how many of a Sunday or Monday."""
        if not horas:
            return 0, 0
        centro = self.base.corte or sorted(horas)[len(horas) // 2]
        cerca = [h for h in horas if abs(h - centro) <= UNA_NOCHE]
        return len(cerca), sum(h.weekday() in (6, 0) for h in cerca)

    def _ajustar(self, linea: int, campos: list[str]) -> list[str] | None:
        """Make the line as wide as the columns: rejoin what a separator inside a text or a number cut, when there is
        one way to do it; `None` when there is none, or more."""
        while len(campos) > self.ancho and not campos[-1].strip():
            campos.pop()
        if len(campos) == self.ancho:
            return campos
        if len(campos) < self.ancho:
            # Trailing fields that hold nothing are often not written.
            faltan = self.ancho - len(campos)
            self.anotar(linea, "", f"Tiene {len(campos)} campos y hay {self.ancho} columnas: faltan {faltan}.")
            completos = campos + [""] * faltan
            return completos if self._legible(completos) or not self._encaja(completos) else None
        self.anchos[len(campos)] += 1
        self.anotar(linea, "", f"Tiene {len(campos)} campos y hay {self.ancho} columnas.")
        cortados = campos[: self.ancho]
        if 2 * self.anchos[len(campos)] > max(self.leidos, POCOS) and self._legible(cortados):
            return cortados  # most rows carry the same fields that no column names
        maneras = {tuple(m) for m in self._rejuntar(campos) if self._cuadra(m)}
        if not maneras and self._cuadra(cortados):
            return cortados
        if not maneras and not self._encaja(campos):
            return cortados  # not an acta: a footnote, a line of totals
        return list(maneras.pop()) if len(maneras) == 1 else None

    def _rejuntar(self, campos: list[str]) -> Iterator[list[str]]:
        """Ways of joining fields until there are as many as columns."""
        sobran = len(campos) - self.ancho
        i = self.lugar.get("observaciones")
        if i is not None and i < len(campos) and campos[i].strip(' "').startswith("["):
            fin = next((j for j in range(i, len(campos)) if campos[j].strip(' "').endswith("]")), i)
            if 0 < fin - i <= sobran:
                campos = [*campos[:i], ",".join(campos[i : fin + 1]), *campos[fin + 1 :]]
                sobran = len(campos) - self.ancho
        if not sobran:
            yield campos
            return
        for campo in ("entidad", "distrito", "municipio"):
            j = self.lugar.get(campo)
            if j is not None and j + sobran < len(campos):
                yield [*campos[:j], self.base.separador.join(campos[j : j + sobran + 1]), *campos[j + sobran + 1 :]]
        if self.base.separador == ",":
            yield from self._con_miles(campos, sobran)

    def _con_miles(self, campos: list[str], sobran: int) -> Iterator[list[str]]:
        """Ways of taking a digit and the three of the next field as one number of an acta (1,157)."""
        posibles = [
            i
            for i in range(len(campos) - 1)
            if len(campos[i]) == 1 and campos[i] in "123456789" and re.fullmatch(r"[0-9]{3}", campos[i + 1])
        ]
        if sobran > len(posibles):
            return
        for elegidas in islice(combinations(posibles, sobran), MAX_MANERAS):
            juntos: list[str] = []
            saltar = False
            for i, campo in enumerate(campos):
                if saltar:
                    saltar = False
                elif i in elegidas and len(juntos) in self.numericas:
                    juntos.append(campo + campos[i + 1])
                    saltar = True
                else:
                    juntos.append(campo)
            if len(juntos) == self.ancho:
                yield juntos

    def _cuadra(self, campos: list[str]) -> bool:
        """Every cell under its column, and the votes add up to the published sum."""
        if not self._legible(campos):
            return False
        i = self.lugar.get("calculado")
        total = None if i is None else celda(campos[i])
        suma = sum(v for j in self.columnas.votos if isinstance(v := celda(campos[j]), int))
        return not isinstance(total, int) or total == suma

    def _legible(self, campos: list[str]) -> bool:
        """The casilla's parts are its key, and numbers, dates and CONTABILIZADA are such."""
        if not self._encaja(campos):
            return False
        try:
            for i in self.numericas:
                celda(campos[i])
            for _, j in self.fechas:
                if j is not None:
                    fecha(campos[j], self.base.zona)
        except CeldaInvalida:
            return False
        k = self.lugar.get("contabilizada")
        return k is None or _contabilizada(campos[k]) is not None

    def _encaja(self, campos: list[str]) -> bool:
        """The sección and type where they should be and the same as in the key, and numbers where numbers go."""
        clave, seccion, tipo = (self._codigo(campos, c) for c in ("clave_casilla", "seccion", "tipo_casilla"))
        numeros = [self._codigo(campos, c) for c in ("id_entidad", "id_distrito", "id_municipio")]
        return (
            _es_clave(clave.upper())
            and seccion.isdecimal()
            and numero(seccion) == int(clave[2:6])
            and tipo_de_casilla(tipo) == clave[6].upper()
            and all(n.isdecimal() or not n for n in numeros)
        )

    def _texto(self, campos: list[str], campo: str) -> str:
        i = self.lugar.get(campo)
        return "" if i is None else texto_o_nada(campos[i])

    def _codigo(self, campos: list[str], campo: str) -> str:
        i = self.lugar.get(campo)
        return "" if i is None or i >= len(campos) else codigo(campos[i])

    def _votos(self, campos: list[str]) -> tuple[Celda, ...]:
        """The vote boxes; a cell written as one seen before is what that one was."""
        votos = tuple([self.conocidas.get(campos[i]) for i in self.columnas.votos])
        if None not in votos:
            return votos  # type: ignore[return-value]
        leidos = []
        for i in self.columnas.votos:
            v = self._celda(campos, i, "votos", MAXIMO)
            if v is not Hueco.NO_LEIDO and len(self.conocidas) < MAX_CONOCIDAS:
                self.conocidas[campos[i]] = v
            leidos.append(v)
        return tuple(leidos)

    def _celda(self, campos: list[str], i: int, campo: str, tope: int | None) -> Celda:
        try:
            valor = celda(campos[i])
        except CeldaInvalida:
            self.faltas.append((campo, i, limpiar(campos[i])))
            return Hueco.NO_LEIDO
        if tope is not None and isinstance(valor, int) and valor > tope:
            self.faltas.append((campo, i, f"{valor} no cabe en un acta"))
            return Hueco.NO_LEIDO
        return valor

    def _entero(self, campos: list[str], campo: str, linea: int = 0) -> int | None:
        """A whole number. In the columns that say which casilla it is, what is not one is only odd, and said once."""
        i = self.lugar.get(campo)
        if i is None:
            return None
        try:
            return entero(campos[i])
        except CeldaInvalida as error:
            if campo in _LUGARES:
                self.sin_numero[campo][linea] = limpiar(campos[i])
            elif linea:
                self.anotar(linea, self.columnas.nombres[i], f"{error}.")
            elif campo in ("lista_nominal", "representantes"):
                self.faltas.append((campo, i, limpiar(campos[i])))
            return None

    def _entidad(self, campos: list[str], linea: int, archivo: str) -> int | None:
        """The number of the entidad; of one that is written with its name, that name's."""
        if "id_entidad" in self.lugar and ("entidad" in self.lugar or self._codigo(campos, "id_entidad").isdecimal()):
            return self._entero(campos, "id_entidad", linea)
        hallada = entidad_de(self._texto(campos, "id_entidad") or self._texto(campos, "entidad"), archivo)
        return self._entero(campos, "id_entidad", linea) if hallada is None else hallada

    def _contabilizada(
        self, campos: list[str], halladas: Sequence[Nota], suma: int, votos: Sequence[Celda]
    ) -> tuple[int | None, bool]:
        """0, 1, 2 or nothing, and whether the acta is said to wait. A blank does not gainsay what is written beside it:
        an observation that decides, or votes."""
        i = self.lugar.get("contabilizada")
        if i is None:
            return None, False
        valor = _contabilizada(campos[i])
        if valor is None:
            self.faltas.append(("contabilizada", i, limpiar(campos[i])))
            return None, False
        if isinstance(valor, int):
            return valor, False
        if any(n in NOTAS_NINGUNO or n in (Nota.SIN_ACTA, Nota.EXCEDE) for n in halladas):
            self.en_blanco += 1
            return 0, False
        dice = suma > 0 or Hueco.NO_LEIDO in votos or any(isinstance(v, Marca) for v in votos)
        return None, valor is Hueco.GUION or not dice

    def _fecha(self, campos: list[str], campo: str, i: int | None) -> datetime | None:
        if i is None:
            return None
        try:
            return fecha(campos[i], self.base.zona)
        except CeldaInvalida:
            self.faltas.append((campo, i, limpiar(campos[i])))
            return None


def _contabilizada(texto: str) -> int | Hueco | None:
    """What CONTABILIZADA says; `None` when it cannot be read. Only dashes say that the acta waits: `NULL` or `#N/D` are
    how a program writes a blank."""
    limpio = limpiar(texto)
    if es_nada(limpio):
        return Hueco.GUION if _GUIONES.fullmatch(limpio) else Hueco.VACIO
    return CONTABILIZADAS.get(normalizar(codigo(texto)))


def _es_clave(clave: str) -> bool:
    try:
        ClaveCasilla.leer(clave)
    except ClaveInvalida:
        return False
    return True

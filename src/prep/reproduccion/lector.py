"""`leer(rutas)`: every published PREP database found in files, folders and archives.

Reading survives what publishers have really done (docs/reproducir.md lists it); every oddity is an `Anomalia`, and what
cannot be understood without guessing is an `ErrorDeLectura` that says where.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import Final

from prep.dominio.comun.valores import MAXIMO
from prep.dominio.tabulacion.claves import ClaveCasilla, ClaveInvalida
from prep.reproduccion import publicado as modelo
from prep.reproduccion.campos import (
    CeldaInvalida,
    celda,
    cifra,
    entero,
    fecha,
    hora_de_corte,
    limpiar,
    normalizar,
    notas,
    texto_o_nada,
    zona_de,
)
from prep.reproduccion.columnas import (
    TOTALES,
    Columnas,
    es_candidaturas,
    es_columnas,
    es_resumen,
    leer_columnas,
    nombre_resumen,
)
from prep.reproduccion.fuentes import Fuente, abrir
from prep.reproduccion.lineas import Lineas, declara_separador, partir, registros, separador_de
from prep.reproduccion.publicado import (
    Anomalia,
    BasePublicada,
    Candidato,
    Celda,
    ErrorDeLectura,
    Hueco,
    Nota,
    Renglon,
)

ZONA_SUPUESTA: Final = timezone(timedelta(hours=-6))
"""Central Mexico: where the header does not say."""


def leer(rutas: Iterable[Path | str], avance: Callable[[str], None] | None = None) -> list[BasePublicada]:
    """Every results file in `rutas`, with the candidaturas file that goes with it.

    `avance` is told the name of each file. Raises `ErrorDeLectura` for what cannot be read and when there is nothing.
    """
    anomalias = _Anomalias()
    bases: list[BasePublicada] = []
    candidaturas: list[tuple[str, list[Candidato]]] = []
    renglones = 0
    for fuente in abrir([Path(r) for r in rutas], anomalias):
        if avance:
            avance(fuente.nombre)
        leido = _leer_fuente(fuente, renglones)
        if isinstance(leido, BasePublicada):
            renglones += len(leido.renglones)
            _agregar(bases, leido)
        elif leido is not None:
            candidaturas.append((fuente.nombre, leido))
    if not bases:
        raise ErrorDeLectura(
            ", ".join(str(r) for r in rutas) or "(ninguno)",
            "no hay ninguna base del PREP: falta un CSV cuya línea de columnas empiece con CLAVE_CASILLA.",
        )
    bases[0].anomalias[:0] = anomalias
    _unir_candidaturas(bases, candidaturas)
    return bases


class _Anomalias(list[Anomalia]):
    """Oddities of one file, up to the limit; the last one says how many more there were."""

    sobran = 0

    def append(self, anomalia: Anomalia) -> None:
        if len(self) < modelo.MAX_ANOMALIAS:
            super().append(anomalia)
            return
        self.sobran += 1
        self[-1] = Anomalia(anomalia.archivo, 0, "", f"Hay {self.sobran + 1} anomalías más que no se listan.")


def _agregar(bases: list[BasePublicada], nueva: BasePublicada) -> None:
    claves = {b.eleccion for b in bases}
    if nueva.eleccion in claves:
        igual = next(b for b in bases if b.eleccion == nueva.eleccion)
        if (igual.titulo, igual.columnas, igual.corte) != (nueva.titulo, nueva.columnas, nueva.corte) or len(
            igual.renglones
        ) != len(nueva.renglones):
            raise ErrorDeLectura(
                nueva.archivo,
                f"es otra base de la elección {nueva.eleccion}, que ya se leyó de {igual.archivo}. "
                "Entregue una sola base por elección.",
            )
        igual.anomalias.append(Anomalia(nueva.archivo, 0, "", f"Repite la base de {igual.archivo}: no se usa."))
        return
    bases.append(nueva)


def _unir_candidaturas(bases: list[BasePublicada], candidaturas: list[tuple[str, list[Candidato]]]) -> None:
    """A candidaturas file goes with the results of its folder, and there with the election its name says."""
    for nombre, candidatos in candidaturas:
        carpeta = PurePosixPath(nombre).parent
        clave = clave_eleccion(nombre, "")
        vecinas = [b for b in bases if PurePosixPath(b.archivo).parent == carpeta]
        elegida = next((b for b in vecinas if b.eleccion == clave), vecinas[0] if len(vecinas) == 1 else None)
        if elegida is not None:
            elegida.candidatos += candidatos


_ELECCIONES: Final = (
    ("GUB", r"GOB(?:ERNATURA)?|GUB(?:ERNATURA)?"),
    ("DIP_LOC", r"DIP_LOC\w*|DIP(?:UTACION\w*|UTAD\w*)?_(?:LOC\w*|MR_LOC)|DIPLOC"),
    ("AYUN", r"AYUN\w*|AYTOS?|MUN(?:ICIP\w*)?|PRESIDENCIAS?_MUN\w*|ALC(?:ALD\w*)?|PM"),
    ("SEN", r"SEN(?:_FED|ADUR\w*|ADOR\w*)?"),
    ("DIP_FED", r"DIP_FED\w*|DIP(?:UTACION\w*|UTAD\w*)?_FED\w*"),
    ("DIP", r"DIP(?:UTACION\w*|UTAD\w*)?"),
    ("PRES", r"PRES(?:IDEN\w*)?"),
    ("SIND", r"SINDIC\w*"),
    ("REG", r"REGID\w*"),
    ("JUNTAS", r"JUNTAS?\w*"),
)


def clave_eleccion(archivo: str, titulo: str) -> str:
    """Short key of the election, from the file's name, else its folders, else the title, as it is when none says."""
    camino = PurePosixPath(archivo)
    # The folders name it too, but the first results of a longer path must not win over the file's own name.
    for texto in (camino.stem, *(p.removesuffix(".zip") for p in reversed(camino.parts[:-1])), titulo):
        nombre = f"_{normalizar(texto)}_"
        halladas = [(m.start(), clave) for clave, patron in _ELECCIONES if (m := re.search(f"_(?:{patron})_", nombre))]
        if halladas:
            claves = [c for _, c in halladas]
            return claves[0]
    return normalizar(titulo)[:20].strip("_") or "ELEC"


_DICCIONARIO: Final = re.compile(r"LEEME|LEAME|READ_?ME|DICCIONARIO|INSTRUCTIVO")


def _leer_fuente(fuente: Fuente, renglones: int) -> BasePublicada | list[Candidato] | None:
    """One text file: a results file, a candidaturas file, or something else (`None`)."""
    if _DICCIONARIO.search(normalizar(PurePosixPath(fuente.nombre).stem)):
        return None
    lineas = Lineas(fuente.flujo, fuente.nombre)
    declarado = ""
    vistas: list[tuple[int, str]] = []
    for numero, linea in lineas:
        if len(vistas) >= modelo.MAX_ENCABEZADO:
            return None
        if not declarado and not vistas and declara_separador(linea):
            declarado = declara_separador(linea)
            continue
        if not linea.strip(' ,;|\t"'):
            continue
        separador = declarado if declarado and declarado in linea else separador_de(linea)
        celdas = partir(linea, separador)
        if es_columnas(celdas):
            return _leer_base(fuente, lineas, vistas, numero, celdas, separador, renglones)
        if es_candidaturas(celdas):
            return _leer_candidaturas(lineas, celdas, separador)
        vistas.append((numero, linea))
    return None


def _leer_base(
    fuente: Fuente,
    lineas: Lineas,
    encabezado: list[tuple[int, str]],
    linea_columnas: int,
    celdas: Sequence[str],
    separador: str,
    ya_leidos: int,
) -> BasePublicada:
    anomalias = _Anomalias()
    archivo = fuente.nombre
    resumen, linea_resumen, titulos = _leer_resumen(encabezado, separador, archivo, anomalias)
    zona = next((z for t in titulos if (z := zona_de(t))), None)
    if zona is None:
        anomalias.append(Anomalia(archivo, 1, "", "El encabezado no dice la zona horaria: se supone UTC-6."))
    corte = hora_de_corte(titulos, zona or ZONA_SUPUESTA)
    if corte is not None and not 1990 <= corte.year <= 2100:
        corte = None
    if corte is None:
        anomalias.append(Anomalia(archivo, 1, "", "El encabezado no dice la fecha y hora del corte."))
    titulo = limpiar(titulos[0].strip(separador + " ")) if titulos else ""
    columnas = leer_columnas(celdas, archivo, linea_columnas, anomalias)
    for recuadro, indice in zip(columnas.recuadros, columnas.votos, strict=True):
        if indice >= len(columnas.nombres):
            raise ErrorDeLectura(archivo, f"columna {recuadro.clave} fuera de la línea.", linea_columnas)
    base = BasePublicada(
        archivo=archivo,
        eleccion=clave_eleccion(archivo, titulo),
        titulo=titulo,
        corte=corte,
        zona=zona or ZONA_SUPUESTA,
        codificacion="",
        separador=separador,
        resumen=resumen,
        columnas=columnas.nombres,
        recuadros=columnas.recuadros,
        nombres_recuadros=tuple(columnas.nombres[i] for i in columnas.votos),
        propios_campos=frozenset(columnas.lugar),
        linea_resumen=linea_resumen,
        anomalias=anomalias,
    )
    lector = _LectorDeRenglones(base, columnas)
    cabeza = [normalizar(limpiar(c)) for c in celdas[:3]]
    for numero, campos, queja in registros(lineas, separador):
        if queja:
            anomalias.append(Anomalia(archivo, numero, "", queja))
        if not any(c.strip() for c in campos):
            continue
        if [normalizar(limpiar(c)) for c in campos[:3]] == cabeza:
            anomalias.append(Anomalia(archivo, numero, "", "La línea de columnas está otra vez: no se usa."))
            continue
        renglon = lector.leer(numero, campos)
        if renglon is not None:
            base.renglones.append(renglon)
            if len(base.renglones) + ya_leidos > modelo.MAX_RENGLONES:
                raise ErrorDeLectura(
                    archivo, f"hay más de {modelo.MAX_RENGLONES:,} renglones: no es una base del PREP.", numero
                )
    base.codificacion = lineas.codificacion
    for numero in lineas.ilegibles[:100]:
        anomalias.append(Anomalia(archivo, numero, "", "Tiene bytes que no son UTF-8 ni cp1252."))
    return base


def _leer_resumen(
    encabezado: list[tuple[int, str]], separador: str, archivo: str, anomalias: list[Anomalia]
) -> tuple[dict[str, int | str], int, list[str]]:
    """Figures, the line of their values, and the lines that are not part of the summary (title, time)."""
    resumen: dict[str, int | str] = {}
    linea_valores = 0
    titulos: list[str] = []
    pendientes = iter(encabezado)
    for _, linea in pendientes:
        suyo = separador if separador in linea else separador_de(linea)
        nombres = partir(linea, suyo)
        if linea_valores or not es_resumen(nombres):
            titulos.append(linea)
            continue
        valores_linea = next((p for p in pendientes if any(c.isdecimal() for c in p[1])), None)
        if valores_linea is None:
            break
        linea_valores, texto = valores_linea
        while nombres and not nombres[-1].strip():
            nombres.pop()
        valores = _emparejar(partir(texto, suyo), [nombre_resumen(n) for n in nombres], suyo)
        if len(valores) != len(nombres):
            anomalias.append(
                Anomalia(
                    archivo, linea_valores, "", f"El encabezado tiene {len(nombres)} nombres y {len(valores)} cifras."
                )
            )
        for nombre, valor in zip(nombres, valores, strict=False):
            canonico = nombre_resumen(nombre)
            try:
                numero = cifra(valor, canonico.startswith("PORCENTAJE"))
            except CeldaInvalida as error:
                anomalias.append(Anomalia(archivo, linea_valores, canonico, f"{error}."))
                continue
            if numero is None:
                continue
            if canonico in resumen:
                anomalias.append(
                    Anomalia(archivo, linea_valores, canonico, "La cifra está dos veces: vale la primera.")
                )
                continue
            resumen[canonico] = numero
    if not linea_valores:
        anomalias.append(Anomalia(archivo, 1, "", "El encabezado no tiene cifras (ACTAS_ESPERADAS y demás)."))
    return resumen, linea_valores, titulos


def _emparejar(valores: list[str], nombres: list[str], separador: str) -> list[str]:
    """Cut blanks at the end; join thousands cut by a comma separator when there is one way to do it.

    Only percentages have a decimal point: that is what decides between ways.
    """
    while len(valores) > len(nombres) and not valores[-1].strip():
        valores.pop()
    if separador != "," or not len(nombres) < len(valores) <= 60:
        return valores
    valores = [v.strip() for v in valores]
    # maneras[i, j]: ways of reading the values from i on as the names from j on; two are as bad as many.
    maneras: dict[tuple[int, int], list[list[str]]] = {(len(valores), len(nombres)): [[]]}
    for i in range(len(valores) - 1, -1, -1):
        for j in range(len(nombres) - 1, -1, -1):
            halladas: list[list[str]] = []
            for fin in range(i + 1, min(i + 4, len(valores)) + 1):
                junto = "".join(valores[i:fin])
                suelto = fin == i + 1
                if not suelto and not re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", ",".join(valores[i:fin])):
                    break
                if ("." in junto) <= nombres[j].startswith("PORCENTAJE") and (suelto or "PORCENTAJE" not in nombres[j]):
                    halladas += [[junto, *resto] for resto in maneras.get((fin, j + 1), [])]
            maneras[i, j] = halladas[:2]
    unica = maneras[0, 0]
    return unica[0] if len(unica) == 1 else valores


class _LectorDeRenglones:
    """Turns the fields of one line into a `Renglon`, and says everything odd about them."""

    def __init__(self, base: BasePublicada, columnas: Columnas) -> None:
        self.base, self.columnas = base, columnas
        self.ancho = len(columnas.nombres)
        self.lugar = columnas.lugar
        self.notas_raras: set[str] = set()
        self.fechas = [(c, self.lugar.get(c)) for c in ("acopio", "captura", "verificacion")]
        self.totales = [(c, self.lugar[c]) for c in TOTALES if c in self.lugar]

    def anotar(self, linea: int, campo: str, mensaje: str) -> None:
        self.base.anomalias.append(Anomalia(self.base.archivo, linea, campo, mensaje))

    def leer(self, linea: int, campos: list[str]) -> Renglon | None:
        if len(campos) != self.ancho:
            campos = self._ajustar(linea, campos)
        observaciones = self._texto(campos, "observaciones")
        halladas, motivo = notas(observaciones)
        if Nota.OTRA in halladas and observaciones not in self.notas_raras and len(self.notas_raras) < 200:
            self.notas_raras.add(observaciones)
            self.anotar(linea, "OBSERVACIONES", f"«{observaciones[:120]}» no es una observación conocida.")
        votos = tuple([self._celda(campos, i, linea, MAXIMO) for i in self.columnas.votos])
        tipo = normalizar(self._texto(campos, "tipo_casilla"))[:1]
        clave_casilla = self._texto(campos, "clave_casilla").upper()
        clave_acta = self._texto(campos, "clave_acta").upper()
        id_entidad = self._entero(campos, "id_entidad", linea)
        seccion = self._entero(campos, "seccion", linea)
        id_casilla = self._entero(campos, "id_casilla", linea)
        ext = self._entero(campos, "ext_contigua", linea)
        contabilizada = self._contabilizada(campos, linea)
        fuera = contabilizada == 2 or Nota.FUERA_DE_CATALOGO in halladas
        armada = ""
        if id_entidad is not None and tipo and not fuera:
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
        elif _es_clave(armada) and clave_casilla != armada and not fuera:
            self.anotar(linea, "CLAVE_CASILLA", f"«{clave_casilla}» no coincide con sus partes ({armada}).")
        tipo_acta = self._texto(campos, "tipo_acta").upper()
        if not clave_acta and not fuera:
            clave_acta = clave_casilla + normalizar(tipo_acta).replace("_", "")
        acopio, captura, verificacion = [self._fecha(campos, c, i, linea) for c, i in self.fechas]
        i_calculado = self.lugar.get("calculado")
        return Renglon(
            linea=linea,
            clave_casilla=clave_casilla,
            clave_acta=clave_acta,
            id_entidad=int(clave_casilla[:2]) if id_entidad is None and not fuera else id_entidad or 0,
            entidad=self._texto(campos, "entidad"),
            id_distrito=self._entero(campos, "id_distrito", linea),
            distrito=self._texto(campos, "distrito"),
            id_municipio=self._entero(campos, "id_municipio", linea),
            municipio=self._texto(campos, "municipio"),
            seccion=seccion,
            id_casilla=id_casilla,
            tipo_casilla=tipo or clave_casilla[6:7],
            ext_contigua=ext,
            ubicacion=self._entero(campos, "ubicacion", linea),
            tipo_acta=tipo_acta,
            totales={c: self._celda(campos, i, linea, MAXIMO) for c, i in self.totales},
            votos=votos,
            calculado=None if i_calculado is None else self._celda(campos, i_calculado, linea, None),
            lista_nominal=self._entero(campos, "lista_nominal", linea),
            representantes=self._entero(campos, "representantes", linea),
            notas=halladas,
            motivo=motivo,
            contabilizada=contabilizada,
            mecanismos=self._texto(campos, "mecanismos"),
            codigo_integridad=self._texto(campos, "codigo_integridad").lower(),
            acopio=acopio,
            captura=captura,
            verificacion=verificacion,
            origen=self._texto(campos, "origen"),
            digitalizacion=self._texto(campos, "digitalizacion"),
            tipo_documento=self._texto(campos, "tipo_documento"),
            cotejada=self._texto(campos, "cotejada"),
        )

    def _ajustar(self, linea: int, campos: list[str]) -> list[str]:
        """Make the line as wide as the columns: rejoin what a separator inside a text cut, when that can be proved."""
        while len(campos) > self.ancho and not campos[-1].strip():
            campos.pop()
        if len(campos) < self.ancho:
            # Trailing fields that hold nothing are often not written.
            faltan = self.ancho - len(campos)
            self.anotar(linea, "", f"Tiene {len(campos)} campos y hay {self.ancho} columnas: faltan {faltan}.")
            return campos + [""] * faltan
        if len(campos) > self.ancho:
            self.anotar(linea, "", f"Tiene {len(campos)} campos y hay {self.ancho} columnas.")
            campos = self._rejuntar(campos)[: self.ancho]
        return campos

    def _rejuntar(self, campos: list[str]) -> list[str]:
        sobran = len(campos) - self.ancho
        i = self.lugar.get("observaciones")
        if i is not None and i < len(campos) and campos[i].strip(' "').startswith("["):
            fin = next((j for j in range(i, len(campos)) if campos[j].strip(' "').endswith("]")), i)
            if 0 < fin - i <= sobran:
                campos = [*campos[:i], ",".join(campos[i : fin + 1]), *campos[fin + 1 :]]
                sobran = len(campos) - self.ancho
        if not sobran:
            return campos
        for campo in ("entidad", "distrito", "municipio"):
            j = self.lugar.get(campo)
            if j is None or j + sobran >= len(campos):
                continue
            juntos = [*campos[:j], self.base.separador.join(campos[j : j + sobran + 1]), *campos[j + sobran + 1 :]]
            if self._encaja(juntos) and not self._encaja(campos):
                return juntos
        return campos

    def _encaja(self, campos: list[str]) -> bool:
        """The sección and type where they should be and the same as in the key, and numbers where numbers go."""
        clave, seccion, tipo = (self._texto(campos, c) for c in ("clave_casilla", "seccion", "tipo_casilla"))
        numeros = [self._texto(campos, c) for c in ("id_entidad", "id_distrito", "id_municipio")]
        return (
            _es_clave(clave.upper())
            and seccion.isdecimal()
            and int(seccion) == int(clave[2:6])
            and normalizar(tipo)[:1] == clave[6].upper()
            and all(n.isdecimal() or not n for n in numeros)
        )

    def _texto(self, campos: list[str], campo: str) -> str:
        i = self.lugar.get(campo)
        return "" if i is None else texto_o_nada(campos[i])

    def _celda(self, campos: list[str], i: int, linea: int, tope: int | None) -> Celda:
        try:
            valor = celda(campos[i])
        except CeldaInvalida as error:
            self.anotar(linea, self.columnas.nombres[i], f"{error}: se toma como vacío.")
            return Hueco.VACIO
        if tope is not None and isinstance(valor, int) and valor > tope:
            self.anotar(linea, self.columnas.nombres[i], f"{valor} pasa de {tope}, lo más que cabe en el acta.")
        return valor

    def _entero(self, campos: list[str], campo: str, linea: int) -> int | None:
        i = self.lugar.get(campo)
        if i is None:
            return None
        try:
            return entero(campos[i])
        except CeldaInvalida as error:
            self.anotar(linea, self.columnas.nombres[i], f"{error}.")
            return None

    def _contabilizada(self, campos: list[str], linea: int) -> int | None:
        i = self.lugar.get("contabilizada")
        if i is None:
            return None
        texto = normalizar(limpiar(campos[i]))
        if texto in ("SI", "S", "TRUE", "VERDADERO"):
            return 1
        if texto in ("NO", "FALSE", "FALSO"):
            return 0
        if texto in ("", "0", "1", "2"):
            return int(texto) if texto else None
        self.anotar(linea, self.columnas.nombres[i], f"«{limpiar(campos[i])[:60]}» no es 0, 1 ni 2.")
        return None

    def _fecha(self, campos: list[str], campo: str, i: int | None, linea: int) -> datetime | None:
        if i is None:
            return None
        try:
            return fecha(campos[i], self.base.zona)
        except CeldaInvalida as error:
            self.anotar(linea, self.columnas.nombres[i], f"{error}.")
            return None


def _es_clave(clave: str) -> bool:
    try:
        ClaveCasilla.leer(clave)
    except ClaveInvalida:
        return False
    return True


def _leer_candidaturas(lineas: Lineas, celdas: Sequence[str], separador: str) -> list[Candidato]:
    nombres = [normalizar(limpiar(c)) for c in celdas]

    def donde(*opciones: str) -> int | None:
        return next((nombres.index(o) for o in opciones if o in nombres), None)

    i_partido = donde("PARTIDO_CI", "PARTIDO")
    i_entidad = donde("ID_ENTIDAD", "ID_ESTADO")
    i_demarcacion = next((i for i, n in enumerate(nombres) if n.startswith(("ID_DISTRITO", "ID_MUNICIPIO"))), None)
    i_propietaria = next((i for i, n in enumerate(nombres) if n.startswith("CANDIDAT")), None)
    i_suplente = next((i for i, n in enumerate(nombres) if "SUPLENTE" in n), None)
    candidatos: list[Candidato] = []

    def texto(campos: list[str], i: int | None) -> str:
        return texto_o_nada(campos[i]) if i is not None and i < len(campos) else ""

    def numero(campos: list[str], i: int | None) -> int | None:
        crudo = texto(campos, i)
        return int(crudo) if crudo.isdecimal() and len(crudo) < 9 else None

    for _, campos, _ in registros(lineas, separador):
        partidos = texto(campos, i_partido)
        if partidos:
            candidatos.append(
                Candidato(
                    numero(campos, i_entidad),
                    numero(campos, i_demarcacion),
                    partidos,
                    texto(campos, i_propietaria),
                    texto(campos, i_suplente),
                )
            )
            if len(candidatos) > modelo.MAX_RENGLONES:
                raise ErrorDeLectura(lineas.archivo, f"hay más de {modelo.MAX_RENGLONES:,} candidaturas.")
    return candidatos

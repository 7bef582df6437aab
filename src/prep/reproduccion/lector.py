"""`leer(rutas)`: every published PREP database found in files, folders and archives.

Reading survives what publishers have really done (docs/reproducir.md lists it); every oddity is an `Anomalia`, and what
cannot be understood without guessing is an `ErrorDeLectura` that says where.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta, timezone
from decimal import Decimal
from itertools import chain, islice, pairwise
from pathlib import Path, PurePosixPath
from typing import Final

from prep.dominio.tabulacion.boleta import NO_REGISTRADAS, NULOS
from prep.reproduccion.campos import (
    CeldaInvalida,
    cifra,
    hora_de_corte,
    hora_del_nombre,
    limpiar,
    texto_o_nada,
    zona_de,
)
from prep.reproduccion.columnas import (
    es_candidaturas,
    es_columnas,
    es_resumen,
    leer_columnas,
    nombre_resumen,
)
from prep.reproduccion.fuentes import Fuente, abrir
from prep.reproduccion.lineas import SEPARADORES, Lineas, completar, declara_separador, partir, registros, separador_de
from prep.reproduccion.publicado import (
    MAX_ANOMALIAS,
    MAX_ENCABEZADO,
    MAX_RENGLONES,
    Anomalia,
    BasePublicada,
    Candidato,
    ErrorDeLectura,
    NoLeido,
    Renglon,
)
from prep.reproduccion.recuadros import Evidencia, clasificar, sin_adorno
from prep.reproduccion.renglones import LectorDeRenglones
from prep.reproduccion.sumas import confirmar, probar_total
from prep.reproduccion.vocabulario import normalizar

MUESTRA: Final = 300
"""First rows that tell which columns hold votes."""
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
            "no hay ninguna base del PREP: falta un CSV con una línea de columnas (CLAVE_CASILLA y demás). Guarde "
            "antes como CSV lo que venga en un libro de hoja de cálculo, y extraiga lo que venga en RAR o 7z.",
        )
    bases[0].anomalias[:0] = anomalias
    _unir_candidaturas(bases, candidaturas)
    for base in bases:
        _clasificar(base)
    return bases


def lineas_publicadas(rutas: Iterable[Path | str], pedidas: Mapping[str, set[int]]) -> dict[tuple[str, int], str]:
    """The text of some lines, by file and number, as published."""
    halladas: dict[tuple[str, int], str] = {}
    for fuente in abrir([Path(r) for r in rutas], []):
        suyas = pedidas.get(fuente.nombre)
        if suyas:
            ultima = max(suyas)
            for numero, texto in Lineas(fuente.flujo, fuente.nombre):
                if numero in suyas:
                    halladas[fuente.nombre, numero] = texto
                if numero >= ultima:
                    break
    return halladas


def _clasificar(base: BasePublicada) -> None:
    """What each vote box stands for: known once the rows and the candidaturas have been read."""
    finales = [r for r, c in ((NO_REGISTRADAS, "no_registradas"), (NULOS, "nulos")) if c in base.propios_campos]
    publicados = [normalizar(n) for n in base.nombres_recuadros[: -len(finales)]]
    nombres = sin_adorno(publicados)
    if nombres != publicados:
        uno, suyo = next((n, p) for n, p in zip(nombres, publicados, strict=True) if n != p)
        mensaje = f"Los nombres de los recuadros llevan algo más: «{suyo}» es {uno}."
        base.anomalias.append(Anomalia(base.archivo, base.linea_columnas, "", mensaje))
    evidencia = Evidencia(base.renglones, base.candidatos)
    propios = clasificar(nombres, evidencia, base.archivo, base.linea_columnas, base.anomalias)
    base.recuadros = (*propios, *finales)


class _Anomalias(list[Anomalia]):
    """Oddities of one file, up to the limit; the last one says how many more there were."""

    sobran = 0

    def append(self, anomalia: Anomalia) -> None:
        if len(self) < MAX_ANOMALIAS:
            super().append(anomalia)
            return
        self.sobran += 1
        self[-1] = Anomalia(anomalia.archivo, 0, "", f"Hay {self.sobran + 1} anomalías más que no se listan.")


def _agregar(bases: list[BasePublicada], nueva: BasePublicada) -> None:
    igual = next((b for b in bases if b.eleccion == nueva.eleccion), None)
    if igual is None:
        bases.append(nueva)
    elif _lo_que_dice(igual) == _lo_que_dice(nueva):
        igual.anomalias.append(Anomalia(nueva.archivo, 0, "", f"Repite la base de {igual.archivo}: no se usa."))
    else:
        raise ErrorDeLectura(
            nueva.archivo,
            f"es otra base de la elección {nueva.eleccion}, que ya se leyó de {igual.archivo}. "
            "Entregue una sola base por elección.",
        )


def _lo_que_dice(base: BasePublicada) -> tuple[object, ...]:
    """Its content, however it is written."""
    renglones = [[getattr(r, c) for c in Renglon.__slots__ if c != "linea"] for r in base.renglones]
    return base.corte, base.resumen, base.nombres_recuadros, base.propios_campos, renglones


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
    ("GUB", r"G[OU]B(?:ERNA\w*)?|JEF(?:[AE]S?|ATURAS?)|JG(?:OB\w*|CDMX)?"),
    ("DIP_LOC", r"DIP_LOC\w*|DIP(?:UTACION\w*|UTAD\w*)?_(?:LOC\w*|MR_LOC)|DIPLOC"),
    ("COMUNIDAD", r"PRES(?:IDEN\w*)?_(?:DE_)?COM(?:UNI\w*)?"),
    ("AYUN", r"AYUN\w*|AYTOS?|MUN(?:ICIP\w*)?|PRESIDENCIAS?_MUN\w*|ALC(?:ALD\w*)?|PM|CONCEJAL\w*|EDIL(?:ES)?"),
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
        for clave, patron in _ELECCIONES:
            if re.search(f"_(?:{patron})_", nombre):
                return clave
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
        if len(vistas) >= MAX_ENCABEZADO:
            return None
        if not declarado and not vistas and declara_separador(linea):
            declarado = declara_separador(linea)
            continue
        if not linea.strip(' ,;|\t"'):
            continue
        separador = declarado if declarado and declarado in linea else separador_de(linea)
        linea, celdas, separador = _entera(lineas, linea, separador)
        if es_columnas(celdas):
            return _leer_base(fuente, lineas, vistas, numero, celdas, separador, renglones)
        if es_candidaturas(celdas):
            return _leer_candidaturas(lineas, celdas, separador)
        vistas.append((numero, linea))
    return None


def _entera(lineas: Lineas, linea: str, separador: str) -> tuple[str, list[str], str]:
    """A line of names with those that follow it, its cells and separator: a spreadsheet keeps the line ends of a name
    that it shows in several. Any other line, as it is."""
    for suyo in [separador] if separador in linea else SEPARADORES:
        entera, extra = completar(lineas, linea, suyo)
        celdas = partir(entera, suyo)
        if extra and (es_columnas(celdas) or es_resumen(celdas)):
            return entera, celdas, suyo
        lineas.devolver(extra)
    return linea, partir(linea, separador), separador


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
    resumen, linea_resumen, titulos, no_leidos = _leer_resumen(encabezado, separador, archivo, anomalias)
    zona = next((z for t in titulos if (z := zona_de(t))), None)
    if zona is None:
        anomalias.append(Anomalia(archivo, 1, "", "El encabezado no dice la zona horaria: se supone UTC-6."))
    corte = hora_de_corte(titulos, zona or ZONA_SUPUESTA)
    if corte is not None and not 1990 <= corte.year <= 2100:
        corte = None
    if corte is None:
        corte = hora_del_nombre(archivo, zona or ZONA_SUPUESTA)
        de_donde = f": es {corte:%d/%m/%Y %H:%M} por el nombre del archivo." if corte else "."
        anomalias.append(Anomalia(archivo, 1, "", f"El encabezado no dice la fecha y hora del corte{de_donde}"))
    vacios = f"{separador} "
    titulo = limpiar(_SIN_NOMBRE.sub("", titulos[0]).strip(vacios)).strip(vacios) if titulos else ""
    records = registros(lineas, separador)
    muestra = list(islice(records, MUESTRA))
    if _numera_renglones([c for _, c, _ in muestra], len(celdas)):
        celdas = ["", *celdas]
    eleccion = clave_eleccion(archivo, titulo)
    if eleccion == "COMUNIDAD":
        raise ErrorDeLectura(
            archivo,
            "es de presidencias de comunidad, que se ganan comunidad por comunidad; aquí se cuenta por entidad, "
            "distrito o municipio. Quite este archivo para reproducir las demás elecciones.",
        )
    columnas = leer_columnas(celdas, [c for _, c, _ in muestra], archivo, linea_columnas, anomalias, eleccion)
    base = BasePublicada(
        archivo=archivo,
        eleccion=eleccion,
        titulo=titulo,
        corte=corte,
        zona=zona or ZONA_SUPUESTA,
        codificacion="",
        separador=separador,
        resumen=resumen,
        columnas=columnas.nombres,
        recuadros=(),
        nombres_recuadros=tuple(columnas.nombres[i] for i in columnas.votos),
        propios_campos=frozenset(columnas.lugar),
        linea_resumen=linea_resumen,
        linea_columnas=linea_columnas,
        anomalias=anomalias,
        no_leidos=no_leidos,
    )
    lector = LectorDeRenglones(base, columnas)
    cabeza = [normalizar(limpiar(c)) for c in celdas[:3]]
    for numero, campos, queja in chain(muestra, records):
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
            if len(base.renglones) + ya_leidos > MAX_RENGLONES:
                raise ErrorDeLectura(
                    archivo, f"hay más de {MAX_RENGLONES:,} renglones: no es una base del PREP.", numero
                )
    lector.terminar()
    if columnas.total_solo:
        probar_total(base, columnas.nombres[columnas.lugar["calculado"]])
    confirmar(base, columnas.supuestas)
    base.codificacion = lineas.codificacion
    for numero in lineas.ilegibles[:100]:
        anomalias.append(Anomalia(archivo, numero, "", "Tiene bytes que no son UTF-8 ni cp1252."))
    return base


_SIN_NOMBRE: Final = re.compile(r"Unnamed: \d+(?:_level_\d+)?")
"""What a data library calls a column without a name."""


def _numera_renglones(muestra: Sequence[Sequence[str]], ancho: int) -> bool:
    """Every row begins with its number, under no name of a column: R writes them so."""
    if len(muestra) < 2 or any(len(campos) != ancho + 1 for campos in muestra):
        return False
    numeros = [int(c) if (c := limpiar(campos[0])).isdecimal() and len(c) < 9 else 0 for campos in muestra]
    return 0 not in numeros and all(a < b for a, b in pairwise(numeros))


def _leer_resumen(
    encabezado: list[tuple[int, str]], separador: str, archivo: str, anomalias: list[Anomalia]
) -> tuple[dict[str, int | str], int, list[str], list[NoLeido]]:
    """Figures, the line of their values, the lines that are not part of the summary (title, time), what is unread."""
    no_leidos: list[NoLeido] = []
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
            except CeldaInvalida:
                no_leidos.append(NoLeido(linea_valores, "", canonico, limpiar(valor)[:60]))
                continue
            if numero is None:
                continue
            if canonico in resumen:
                anomalias.append(
                    Anomalia(archivo, linea_valores, canonico, "La cifra está dos veces: vale la primera.")
                )
                continue
            resumen[canonico] = numero
    if _son_fracciones(resumen):
        anomalias.append(Anomalia(archivo, linea_valores, "", "Sus porcentajes son fracciones: se leen por cien."))
        resumen |= {n: f"{(Decimal(v) * 100).normalize():f}" for n, v in resumen.items() if isinstance(v, str)}
    if not linea_valores:
        anomalias.append(Anomalia(archivo, 1, "", "El encabezado no tiene cifras (ACTAS_ESPERADAS y demás)."))
    return resumen, linea_valores, titulos, no_leidos


def _son_fracciones(resumen: Mapping[str, int | str]) -> bool:
    """Whether the percentages are fractions of one, as a spreadsheet keeps a cell with %: its own counts say it."""
    if any(isinstance(v, str) and Decimal(v) > 1 for v in resumen.values()):
        return False
    esperadas = resumen.get("ACTAS_ESPERADAS")
    for cuales in ("ACTAS_CAPTURADAS", "ACTAS_CONTABILIZADAS"):
        parte, dicha = resumen.get(cuales), resumen.get(f"PORCENTAJE_{cuales}")
        if isinstance(parte, int) and isinstance(dicha, str) and parte and isinstance(esperadas, int) and esperadas:
            return abs(Decimal(dicha) - Decimal(parte) / esperadas) < Decimal("0.0001")
    return False


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
        # «NA» is a party here.
        partidos = limpiar(campos[i_partido]) if i_partido is not None and i_partido < len(campos) else ""
        if normalizar(partidos):
            candidatos.append(
                Candidato(
                    numero(campos, i_entidad),
                    numero(campos, i_demarcacion),
                    partidos,
                    texto(campos, i_propietaria),
                    texto(campos, i_suplente),
                )
            )
            if len(candidatos) > MAX_RENGLONES:
                raise ErrorDeLectura(lineas.archivo, f"hay más de {MAX_RENGLONES:,} candidaturas.")
    return candidatos

"""The process behind a published database: elections, demarcations, ballots, expected actas.

Only what the institute had to know before the night is derived: who was on the ballot where, lista nominal, accredited
representatives. What counts and what it adds up to is never taken from the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from prep.catalogo.documento import huella_de
from prep.catalogo.informativo import Informativo, NombreCandidatura, Parametros, Partido
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.dominio.tabulacion.boleta import NO_REGISTRADAS, NULOS, Boleta, Recuadro, TipoRecuadro
from prep.dominio.tabulacion.claves import RUTAS, ClaveCasilla
from prep.dominio.tabulacion.porcentajes import porcentaje
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Casilla, Demarcacion, Eleccion, Proceso
from prep.reproduccion.boletas import Boletas, Vistos, armar_boletas
from prep.reproduccion.campos import misma_cifra
from prep.reproduccion.publicado import FEDERALES, Anomalia, BasePublicada, Candidato, ErrorDeLectura, Nota, Renglon
from prep.reproduccion.recuadros import sin_prefijo
from prep.reproduccion.vocabulario import ABREVIATURAS, mismo_partido, normalizar

ENTIDAD_NACIONAL: Final = 99
"""Number of the whole country, which is no entidad."""
AVISO: Final = (
    "Reproducción de una noche pasada: las actas son las que publicó el instituto, y este programa las contó otra vez. "
    "Las personas que aparecen en sus hechos son inventadas. El resultado que vale es el que publicó el instituto."
)
"""What its pages say that it is."""
MAX_LINEAS_DICHAS: Final = 5
REPRESENTANTES_POR_PARTIDO: Final = 4
"""Most representatives a party or independent may accredit at one casilla: owner and alternate of the federal election
and of the local one (LGIPE 259.1)."""

_AMBITOS: Final = {
    "GUB": Ambito.ENTIDAD,
    "PRES": Ambito.ENTIDAD,
    "SEN": Ambito.ENTIDAD,
    "AYUN": Ambito.MUNICIPIO,
    "SIND": Ambito.MUNICIPIO,
    "REG": Ambito.MUNICIPIO,
    "JUNTAS": Ambito.MUNICIPIO,
    "DIP": Ambito.DISTRITO,
    "DIP_LOC": Ambito.DISTRITO,
    "DIP_FED": Ambito.DISTRITO,
}

_MENORES: Final = {"JUNTAS": "junta municipal", "REG": "demarcación municipal"}
"""What is or may be elected in parts of a municipio, that nothing here tells apart."""


@dataclass(frozen=True, slots=True)
class Repetido:
    """A row with the casilla, key and type of acta of the one in `linea`. `igual`: it says the same."""

    linea: int
    igual: bool
    se_reproduce: bool


@dataclass(slots=True)
class BaseDerivada:
    """A base and its place in the process. `actas`: row -> key of its acta, for the rows that have one.

    `repetidos`: rows with the key of an earlier one.
    """

    base: BasePublicada
    eleccion: Eleccion
    actas: dict[int, str] = field(default_factory=dict)
    repetidos: dict[int, Repetido] = field(default_factory=dict)
    representantes_publicados: bool = True


@dataclass(slots=True)
class Derivado:
    """A process and the bases it came from.

    `nacional`: more than one entidad. `cierre`: the published corte is the last one of its night.
    `supuestos`: what had to be assumed, and where.
    """

    proceso: Proceso
    informativo: Informativo
    nacional: bool
    cierre: bool
    bases: list[BaseDerivada]
    supuestos: list[Anomalia]

    @property
    def boletas_especiales(self) -> int:
        return self.informativo.parametros.boletas_especiales


def boletas_por_costumbre(bases: Sequence[BasePublicada]) -> int:
    """Ballots of a special casilla where nobody says: 750 up to 2020, 1000 since 2021."""
    anios = [b.corte.year for b in bases if b.corte]
    return 1000 if anios and max(anios) >= 2021 else 750


def derivar_proceso(bases: Sequence[BasePublicada], boletas_especiales: int | None = None) -> Derivado:
    """Derive one process from the bases of one night. Raises `ErrorDeLectura` when they are not of one place."""
    supuestos: list[Anomalia] = []
    if boletas_especiales is None:
        boletas_especiales = boletas_por_costumbre(bases)
        supuestos.append(
            Anomalia(bases[0].archivo, 0, "", f"Boletas de casilla especial: se suponen {boletas_especiales}.")
        )
    entidades = Counter(r.id_entidad for b in bases for r in b.renglones if not r.fuera)
    if not entidades:
        raise ErrorDeLectura(bases[0].archivo, "no hay ningún acta.")
    nacional = len(entidades) > 1
    lugares = _lugares(bases)
    usadas: set[str] = set()
    derivadas = [
        _derivar_eleccion(b, i, nacional, lugares, boletas_especiales, usadas, supuestos)
        for i, b in enumerate(bases, 1)
    ]
    principal = entidades.most_common(1)[0][0]
    nombre_entidad = next(
        (r.entidad for b in bases for r in b.renglones if r.id_entidad == principal and r.entidad), "Entidad"
    )
    corte = next((b.corte for b in bases if b.corte), None)
    abreviatura = "NAL" if nacional else ABREVIATURAS.get(principal, "ENT")
    zona = {-5: "Etc/GMT+5", -6: "Etc/GMT+6", -7: "Etc/GMT+7", -8: "Etc/GMT+8"}
    desfase = bases[0].zona.utcoffset(None)
    horas = int(desfase.total_seconds() // 3600) if desfase is not None else -6
    proceso = Proceso(
        clave=f"{abreviatura}_{corte.year if corte else 'PREP'}",
        nombre=f"Reproducción del PREP {'nacional' if nacional else nombre_entidad.title()}"
        + (f" {corte.year}" if corte else ""),
        entidad=ENTIDAD_NACIONAL if nacional else principal,
        entidad_nombre="Estados Unidos Mexicanos" if nacional else nombre_entidad,
        entidad_abreviatura=abreviatura,
        zona_horaria=zona.get(horas, "Etc/GMT+6"),
        elecciones=tuple(d.eleccion for d in derivadas),
        huella="",
    )
    informativo = Informativo(
        partidos=tuple(
            Partido(p, p)
            for p in dict.fromkeys(
                c.clave for e in proceso.elecciones for c in e.columnas if c.tipo is TipoRecuadro.PARTIDO
            )
        ),
        candidaturas=tuple(n for d in derivadas for n in _nombres(d)),
        parametros=Parametros(boletas_especiales, _mezcla_cuenta(bases, supuestos)),
        textos={"aviso": AVISO},
    )
    return Derivado(
        proceso=replace(proceso, huella=_huella(proceso, informativo)),
        informativo=informativo,
        nacional=nacional,
        cierre=_es_cierre(bases),
        bases=derivadas,
        supuestos=supuestos,
    )


def _mezcla_cuenta(bases: Sequence[BasePublicada], supuestos: list[Anomalia]) -> bool:
    """Whether the institute counted actas with some boxes illegible and the rest empty, when it had any."""
    cuentan = {
        (base.archivo, r.linea): r.contabilizada == 1
        for base in bases
        for r in base.renglones
        if r.contabilizada in (0, 1) and Nota.EXCEDE not in r.notas and set(r.votos) == {ILEGIBLE, SIN_DATO}
    }
    if not cuentan or not all(cuentan.values()):
        return False
    supuestos += [
        Anomalia(archivo, linea, "CONTABILIZADA", "Ilegible y vacía, sin cantidad legible: aquí estas actas cuentan.")
        for archivo, linea in cuentan
    ]
    return True


def _es_cierre(bases: Sequence[BasePublicada]) -> bool:
    """Whether the published corte is the last one: its participation includes special casillas.

    The header says it when the two rules give different figures and one is the published one.
    """
    for base in bases:
        con, sin, lista = (
            base.resumen.get(n) for n in ("TOTAL_VOTOS_C_CS", "TOTAL_VOTOS_S_CS", "LISTA_NOMINAL_ACTAS_CONTABILIZADAS")
        )
        publicada = base.resumen.get("PORCENTAJE_PARTICIPACION_CIUDADANA")
        if not (isinstance(con, int) and isinstance(sin, int) and isinstance(lista, int)) or con == sin:
            continue
        if publicada is None:
            continue
        de_cierre = misma_cifra(publicada, porcentaje(con, lista))
        if de_cierre or misma_cifra(publicada, porcentaje(sin, lista)):
            return de_cierre
    return False


def _nombres(derivada: BaseDerivada) -> list[NombreCandidatura]:
    """Who stands, from the candidaturas file: `SUM-PT-MORENA`, `PAN-PRI`, `CI1`."""
    eleccion = derivada.eleccion
    estatal = eleccion.ambito is Ambito.ENTIDAD
    nombres: dict[tuple[int, str], NombreCandidatura] = {}
    for c in derivada.base.candidatos:
        id_ = next(iter(eleccion.boletas)) if estatal else c.demarcacion
        if not c.propietaria or id_ is None or id_ not in eleccion.boletas:
            continue
        todas = eleccion.boletas[id_].candidaturas
        partidos = _partidos_de(c, {p for candidatura in todas for p in candidatura.partidos})
        for candidatura in todas:
            if partidos <= set(candidatura.partidos) and (id_, candidatura.clave) not in nombres:
                nombres[id_, candidatura.clave] = NombreCandidatura(
                    eleccion.clave, None if estatal else id_, candidatura.clave, c.propietaria, c.suplente
                )
    return list(nombres.values())


def _partidos_de(c: Candidato, propios: Collection[str]) -> frozenset[str]:
    """The parties that a row of the candidaturas file names, called as the columns of votes call them: one that is
    spelled in another way (`MOR`) is the only one of those that it may be."""

    def suyo(partido: str) -> str:
        iguales = [partido] if partido in propios else [p for p in propios if mismo_partido(partido, p)]
        return iguales[0] if len(iguales) == 1 else partido

    return frozenset(map(suyo, sin_prefijo(normalizar(c.partidos)).split("_")))


def _huella(proceso: Proceso, informativo: Informativo) -> str:
    """The catalogue's fingerprint; where the files disagree about a casilla, the SHA-256 of all that was derived."""
    try:
        return huella_de(proceso, informativo)
    except ValueError:
        return sha256(repr(proceso).encode()).hexdigest()


def _lugares(bases: Sequence[BasePublicada]) -> dict[str, tuple[int, int]]:
    """casilla -> (district, municipio), joined over the elections: each file has one of them.

    Without the casillas whose key is of more than one place.
    """
    lugares: dict[str, tuple[int, int]] = {}
    for base in bases:
        locales = base.eleccion not in FEDERALES
        for r in base.renglones:
            if r.fuera or r.clave_casilla[6] in RUTAS:
                continue
            distrito, municipio = lugares.get(r.clave_casilla, (0, 0))
            if r.id_distrito and (not distrito or locales):
                distrito = r.id_distrito
            lugares[r.clave_casilla] = distrito, municipio or r.id_municipio or 0
    return lugares


def _agrupa(base: BasePublicada) -> Ambito:
    con_municipio = "id_municipio" in base.propios_campos
    con_distrito = "id_distrito" in base.propios_campos
    if con_municipio and (not con_distrito or _AMBITOS.get(base.eleccion) is Ambito.MUNICIPIO):
        return Ambito.MUNICIPIO
    return Ambito.DISTRITO


def demarcacion_de(renglon: Renglon, agrupa: Ambito, nacional: bool) -> int:
    """Id of the row's demarcation. In a national base, entidad × 1000 + district; without one, 0."""
    propia = renglon.id_municipio if agrupa is Ambito.MUNICIPIO else renglon.id_distrito
    return (renglon.id_entidad * 1000 if nacional else 0) + (propia or 0)


def _nombre_demarcacion(renglon: Renglon, agrupa: Ambito, nacional: bool) -> str:
    municipal = agrupa is Ambito.MUNICIPIO
    nombre = renglon.municipio if municipal else renglon.distrito
    numero = renglon.id_municipio if municipal else renglon.id_distrito
    if not nombre:
        nombre = f"{'Municipio' if municipal else 'Distrito'} {numero}" if numero else "Sin demarcación"
    return f"{renglon.entidad}. {nombre}" if nacional and renglon.entidad else nombre


def _derivar_eleccion(
    base: BasePublicada,
    ordinal: int,
    nacional: bool,
    lugares: dict[str, tuple[int, int]],
    boletas_especiales: int,
    usadas: set[str],
    supuestos: list[Anomalia],
) -> BaseDerivada:
    agrupa = _agrupa(base)
    ambito = _AMBITOS.get(base.eleccion, agrupa)
    dentro = [(i, r) for i, r in enumerate(base.renglones) if not r.fuera]
    if base.eleccion not in _AMBITOS:
        mensaje = (
            f"Ni el nombre del archivo ni el título dicen qué se elige: se supone que en cada {agrupa.value} se elige "
            "a alguien. Si no es así, dígalo en el nombre: GUB, DIP_LOC, AYUN, PRES, SEN, DIP_FED."
        )
        supuestos.append(Anomalia(base.archivo, 0, "", mensaje))
    if base.eleccion in _MENORES:
        mensaje = (
            f"Si se elige por {_MENORES[base.eleccion]}, quién gana en cada una no se sabe: se suma por {ambito.value}."
        )
        supuestos.append(Anomalia(base.archivo, 0, "", mensaje))
    demarcaciones: dict[int, Demarcacion] = {}
    for _, r in dentro:
        id_ = demarcacion_de(r, agrupa, nacional)
        if id_ not in demarcaciones:
            demarcaciones[id_] = Demarcacion(id_, _nombre_demarcacion(r, agrupa, nacional))
    if ambito is not Ambito.ENTIDAD and (agrupa is not ambito or not any(id_ % 1000 for id_ in demarcaciones)):
        que = "distrito" if ambito is Ambito.DISTRITO else "municipio"
        como = "como uno solo" if agrupa is ambito else "por los lugares que sí dice"
        mensaje = (
            f"La base no dice de qué {que} es cada acta: se reproduce {como}, y quién gana en cada uno no se sabe."
        )
        supuestos.append(Anomalia(base.archivo, 0, f"ID_{que.upper()}", mensaje))
    elif ambito is not Ambito.ENTIDAD:
        _decir_sin_lugar(base, [r for _, r in dentro if not demarcacion_de(r, agrupa, nacional) % 1000], supuestos)
    columnas = _columnas(base, supuestos)
    armadas = armar_boletas(
        columnas,
        _ver(base, agrupa, ambito, nacional, demarcaciones),
        demarcaciones,
        ambito is Ambito.ENTIDAD,
        _coaliciones_dichas(base),
    )
    _decir_boletas(base, armadas, supuestos)
    columnas, boletas = armadas.columnas, armadas.por_demarcacion
    sufijos = Counter(r.clave_acta[11:].upper() for _, r in dentro if r.clave_acta.upper().startswith(r.clave_casilla))
    tipo_acta = next((s for s, _ in sufijos.most_common() if _es_sufijo(s)), str(ordinal))
    publicados = _acreditados_publicados(base)
    if not publicados:
        supuestos.append(
            Anomalia(
                base.archivo,
                0,
                "REPRESENTANTES_PP_CI",
                "La base no publica los representantes acreditados (no hay columna, o copia la de los que votaron): "
                f"se admiten hasta {REPRESENTANTES_POR_PARTIDO} por partido o independiente.",
            )
        )
    derivada = BaseDerivada(base, _SIN_ELECCION, representantes_publicados=publicados)
    derivada.repetidos = _repetidos(base, dentro, supuestos)
    actas: list[ActaEsperada] = []
    pasan: list[int] = []
    sin_lista: list[int] = []
    for i, r in dentro:
        if i in derivada.repetidos and not derivada.repetidos[i].se_reproduce:
            continue
        id_ = demarcacion_de(r, agrupa, nacional)
        clave = _clave_acta(r, tipo_acta, ordinal, usadas)
        usadas.add(clave)
        derivada.actas[i] = clave
        especial = r.clave_casilla[6] == "S"
        lista = _lista_nominal(r)
        if r.sin_lista:
            sin_lista.append(r.linea)
        distrito, municipio = lugares.get(r.clave_casilla, (r.id_distrito or 0, r.id_municipio or 0))
        casilla = Casilla(
            clave=ClaveCasilla.leer(r.clave_casilla),
            distrito=distrito,
            municipio=municipio,
            lista_nominal=0 if especial else lista,
            boletas=boletas_especiales if especial else None,
            ubicacion=2 if r.ubicacion == 2 else 1,
        )
        representantes = r.representantes
        if not publicados or representantes is None:
            representantes = _representantes(r, boletas[id_], boletas_especiales if especial else lista)
            if representantes is not None and representantes > (r.representantes or 0):
                pasan.append(r.linea)
        actas.append(ActaEsperada(clave, casilla, id_, representantes, _mecanismos(r.mecanismos)))
    if pasan:
        supuestos.append(
            Anomalia(
                base.archivo,
                pasan[0],
                "REPRESENTANTES_PP_CI",
                f"{_actas(len(pasan))} {'cuenta' if len(pasan) == 1 else 'cuentan'} y los votos pasan de lista nominal "
                f"más esa columna: ahí se supone el menor número de acreditados que lo permite ({_lineas(pasan)}).",
            )
        )
    if sin_lista:
        supuestos.append(
            Anomalia(
                base.archivo,
                sin_lista[0],
                "LISTA_NOMINAL",
                f"{_actas(len(sin_lista))} con votos no {'dice' if len(sin_lista) == 1 else 'dicen'} su lista nominal: "
                "se supone la que permite lo que la base dice de ellas, y la participación que resulta no es la de "
                f"esa noche ({_lineas(sin_lista)}).",
            )
        )
    derivada.eleccion = Eleccion(
        clave=base.eleccion,
        nombre=base.titulo or base.eleccion,
        tipo_acta=tipo_acta,
        ambito=ambito,
        agrupa=agrupa,
        columnas=columnas,
        demarcaciones=dict(sorted(demarcaciones.items())),
        boletas=boletas,
        actas=tuple(sorted(actas, key=lambda a: (a.casilla.clave, a.demarcacion, a.clave))),
        orden_registro=tuple(c.clave for c in columnas if c.tipo is TipoRecuadro.PARTIDO),
    )
    return derivada


def _decir_sin_lugar(base: BasePublicada, suyos: Sequence[Renglon], supuestos: list[Anomalia]) -> None:
    if suyos:
        lineas = _lineas([r.linea for r in suyos])
        mensaje = (
            f"{_actas(len(suyos))} sin distrito ni municipio ({lineas}): van aparte, en «Sin demarcación», donde nadie "
            "gana, y quién gana en los demás lugares se dice sin ellas."
        )
        supuestos.append(Anomalia(base.archivo, suyos[0].linea, "", mensaje))


_SIN_ELECCION: Final = Eleccion("", "", "", Ambito.ENTIDAD, Ambito.DISTRITO, (), {}, {}, (), ())


def _actas(n: int) -> str:
    return f"{n:,} acta" if n == 1 else f"{n:,} actas"


def _lineas(lineas: Sequence[int]) -> str:
    """`línea 25`, `líneas 25 y 60`, `líneas 1, 2, 3, 4, 5 y 9 más`."""
    if len(lineas) == 1:
        return f"línea {lineas[0]}"
    if len(lineas) <= MAX_LINEAS_DICHAS:
        return f"líneas {', '.join(map(str, lineas[:-1]))} y {lineas[-1]}"
    return f"líneas {', '.join(map(str, lineas[:MAX_LINEAS_DICHAS]))} y {len(lineas) - MAX_LINEAS_DICHAS:,} más"


def _repetidos(
    base: BasePublicada, dentro: Sequence[tuple[int, Renglon]], supuestos: list[Anomalia]
) -> dict[int, Repetido]:
    """Rows that are another row again. One key with another type of acta, or with other content, is another acta;
    unless the header counts one acta for each key."""
    primeras: dict[tuple[object, ...], Renglon] = {}
    de_la_clave: dict[str, str] = {}
    otra_acta: list[int] = []
    repetidos: dict[int, Repetido] = {}
    distintos = len({_identidad(r) for _, r in dentro})
    sobran = base.resumen.get("ACTAS_ESPERADAS") == distintos
    for i, r in dentro:
        if de_la_clave.setdefault(r.clave_acta, r.tipo_acta) != r.tipo_acta:
            otra_acta.append(r.linea)
        primera = primeras.setdefault(_identidad(r), r)
        if primera is not r:
            igual = _contenido(primera) == _contenido(r)
            repetidos[i] = Repetido(primera.linea, igual, se_reproduce=not (igual or sobran))
    if otra_acta:
        supuestos.append(
            Anomalia(
                base.archivo,
                otra_acta[0],
                "CLAVE_ACTA",
                f"{_actas(len(otra_acta))} con la clave de otra y distinto TIPO_ACTA: son actas distintas "
                f"({_lineas(otra_acta)}).",
            )
        )
    return repetidos


def _identidad(r: Renglon) -> tuple[object, ...]:
    """Which acta a row is. The key of a vote that is not cast at a casilla of the day says no sección, and is the same
    in every district or municipio (Lineamientos del PREP, voto anticipado y en prisión preventiva)."""
    lugar = (r.id_distrito, r.id_municipio) if r.clave_casilla[6] in RUTAS else None
    return r.clave_casilla, r.clave_acta, r.tipo_acta, lugar


def _contenido(r: Renglon) -> tuple[object, ...]:
    return r.votos, r.totales, r.calculado, r.notas, r.contabilizada, r.codigo_integridad, r.lista_nominal


def _es_sufijo(texto: str) -> bool:
    return 1 <= len(texto) <= 6 and texto.isascii() and texto.isalnum()


def _clave_acta(r: Renglon, tipo_acta: str, ordinal: int, usadas: set[str]) -> str:
    """The published key where it has the form of one; otherwise casilla + type of acta. Never one already used."""
    publicada = r.clave_acta.upper()
    sufijo = publicada[11:] if publicada.startswith(r.clave_casilla) else ""
    clave = r.clave_casilla + (sufijo if _es_sufijo(sufijo) else tipo_acta)
    if clave not in usadas:
        return clave
    intento = 0
    while f"{clave[:13]}E{ordinal}{intento or ''}" in usadas:
        intento += 1
    return f"{clave[:13]}E{ordinal}{intento or ''}"


def _mecanismos(texto: str) -> str:
    return "-".join(c for c in normalizar(texto).split("_") if c in ("D", "F", "I"))


def _columnas(base: BasePublicada, supuestos: list[Anomalia]) -> tuple[Recuadro, ...]:
    """Every vote box of the file; no registradas and nulos last, and always there."""
    columnas = [r for r in base.recuadros if r not in (NO_REGISTRADAS, NULOS)]
    if NO_REGISTRADAS not in base.recuadros:
        supuestos.append(
            Anomalia(base.archivo, 0, "NO_REGISTRADAS", "La base no tiene esta columna: se reproduce con ceros.")
        )
    return (*columnas, NO_REGISTRADAS, NULOS)


def _ver(base: BasePublicada, agrupa: Ambito, ambito: Ambito, nacional: bool, ids: Iterable[int]) -> dict[int, Vistos]:
    """What the rows say of the boxes, by demarcation; where the whole state votes for the same office, of the state."""
    vistos: dict[int, Vistos] = {}
    for r in base.renglones:
        if not r.fuera and r.dice_algo and not r.espera:
            vistos.setdefault(demarcacion_de(r, agrupa, nacional), Vistos()).ver(r)
    if ambito is not Ambito.ENTIDAD:
        return vistos
    por_entidad: dict[int, Vistos] = {}
    for id_, suyos in vistos.items():
        por_entidad.setdefault(id_ // 1000 if nacional else 0, Vistos()).sumar(suyos)
    return {id_: por_entidad[e] for id_ in ids if (e := id_ // 1000 if nacional else 0) in por_entidad}


def _coaliciones_dichas(base: BasePublicada) -> dict[int, list[frozenset[str]]]:
    """Sets of parties with one candidate, by demarcation, as the candidaturas file says."""
    propios = {c.clave for c in base.recuadros if c.tipo is TipoRecuadro.PARTIDO}
    dichas: dict[int, list[frozenset[str]]] = {}
    for c in base.candidatos:
        partidos = _partidos_de(c, propios)
        if c.propietaria and c.demarcacion is not None and len(partidos) > 1 and partidos <= propios:
            dichas.setdefault(c.demarcacion, []).append(partidos)
    return dichas


def _decir_boletas(base: BasePublicada, boletas: Boletas, supuestos: list[Anomalia]) -> None:
    for clave in sorted(boletas.sueltos):
        supuestos.append(
            Anomalia(
                base.archivo,
                0,
                clave,
                "Tiene votos donde alguno de sus partidos los tiene por su cuenta: se toma como otra candidatura.",
            )
        )
    if boletas.quitados:
        cuales = ", ".join(f"{clave} en {n}" for clave, n in boletas.quitados.most_common(6))
        mas = f" y {len(boletas.quitados) - 6} más" if len(boletas.quitados) > 6 else ""
        supuestos.append(
            Anomalia(
                base.archivo,
                0,
                "",
                "Recuadros con ceros o marcas en demarcaciones en cuya boleta no están, porque nadie votó por ellos y "
                f"los demás renglones no los llenan: {cuales}{mas}.",
            )
        )


def _acreditados_publicados(base: BasePublicada) -> bool:
    """Whether REPRESENTANTES_PP_CI are the accredited ones. Some files repeat there those who voted.

    They repeat them in nine of ten rows; or in half of them, and some acta counts with more votes than that allows.
    """
    if "representantes" not in base.propios_campos:
        return False
    pares = [
        (r.representantes, votaron)
        for r in base.renglones
        if r.representantes is not None and isinstance(votaron := r.totales.get("representantes_votaron"), int)
    ]
    iguales = sum([a == b for a, b in pares])
    if pares and 10 * iguales >= 9 * len(pares):
        return False
    return 2 * iguales < len(pares) or not any(
        r.contabilizada == 1
        and r.tipo_casilla not in ("S", "M")
        and Nota.EXCEDE not in r.notas
        and r.lista_nominal
        and r.suma > r.lista_nominal + (r.representantes or 0)
        for r in base.renglones
    )


def _lista_nominal(r: Renglon) -> int:
    """Lista nominal; where the file does not publish it, one under which the source's own observation is possible."""
    if not r.sin_lista:
        return r.lista_nominal or 0
    excede = Nota.EXCEDE in r.notas or r.contabilizada == 0
    return max(0, r.suma - 1 - (r.representantes or 0)) if excede else r.suma


def _representantes(r: Renglon, boleta: Boleta, base: int) -> int | None:
    """Accredited representatives where the file does not publish them. `base`: lista nominal or ballots.

    Between none and the most the law admits, the number under which the source's own observation is possible.
    """
    de_mas = r.suma - base
    publicado = r.representantes or 0
    if de_mas <= 0:
        return r.representantes
    if Nota.EXCEDE in r.notas or r.contabilizada == 0:
        return min(publicado, de_mas - 1)
    if publicado < de_mas <= _contendientes(boleta) * REPRESENTANTES_POR_PARTIDO:
        return de_mas
    return r.representantes


def _contendientes(boleta: Boleta) -> int:
    """Who may accredit representatives: every party, also those of a joint box, and every independent."""
    return sum(
        max(1, len(c.partidos))
        for c in boleta.recuadros
        if c.tipo in (TipoRecuadro.PARTIDO, TipoRecuadro.COMUN, TipoRecuadro.INDEPENDIENTE)
    )

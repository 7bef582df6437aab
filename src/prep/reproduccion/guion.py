"""What the people would have done: each published row as facts, at the row's own times.

Acopio or photograph, digitalisation, two captures by two people, verification, cotejo; or no acta, with its reason;
or a sheet outside the catalogue; or nothing yet. The published time of acopio, typed from a stamp, goes verbatim into
the fact's content even when it cannot be true; the order of the facts never depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prep.bitacora.nodos import DispositivoLocal
from prep.dominio.acta.hechos import MotivoSinActa, Tipo, huella_lectura, sujeto_de
from prep.dominio.comun.hecho import Hecho, nuevo_hecho
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, Valor
from prep.reproduccion.derivar import BaseDerivada, Derivado, demarcacion_de
from prep.reproduccion.publicado import (
    NOTAS_INCONSISTENCIA,
    UNA_NOCHE,
    Anomalia,
    BasePublicada,
    Celda,
    Hueco,
    Nota,
    Renglon,
)
from prep.reproduccion.vocabulario import normalizar

ANTES_DE_LA_PRIMERA: Final = timedelta(hours=12)
"""An acopio earlier than this before the first captures of the night cannot be true."""
ACOPIO_A_CAPTURA: Final = timedelta(minutes=20)
"""Used where only one of the two is known: near the median of real nights."""
ENTRE_CAPTURAS: Final = timedelta(minutes=1)
OPERADORES: Final = 60
"""Invented people in each role."""
MOTIVO_SUPUESTO: Final = MotivoSinActa.PAQUETE_NO_ENTREGADO
"""Where the source says that there is no acta and not why."""


class Destino(IntEnum):
    """What becomes of a row."""

    NADA = 0
    CAPTURA = 1
    SIN_ACTA = 2
    FUERA = 3


class Paso(IntEnum):
    """One thing done to an acta, in the order in which an acta walks."""

    LLEGADA = 0
    IMAGEN = 1
    IDENTIFICACION = 2
    PRIMERA = 3
    SEGUNDA = 4
    VERIFICACION = 5
    COTEJO = 6
    SIN_ACTA = 7
    FUERA = 8


_SHA256: Final = re.compile(r"[0-9a-f]{64}")

PUBLICA: Final = frozenset({Paso.VERIFICACION, Paso.SIN_ACTA, Paso.FUERA})
"""Steps after which a corte says something new."""


@dataclass(frozen=True, slots=True)
class Momento:
    """When one step of one row happens. `ms`: milliseconds since 1970, strictly later than the acta's step before."""

    ms: int
    base: int
    renglon: int
    paso: Paso


def destino(r: Renglon) -> Destino:
    """What the people did with this acta.

    A row that does not count, has neither votes nor observation and is not waiting, is an acta whose votes the source
    withdrew: nobody can capture them here, so it is played as one without acta and listed as a contradiction.
    """
    if r.fuera:
        return Destino.FUERA
    if r.espera:
        return Destino.NADA
    if Nota.SIN_ACTA in r.notas:
        return Destino.SIN_ACTA
    if not r.dice_algo and not NOTAS_INCONSISTENCIA.intersection(r.notas):
        if any(v is Hueco.SIN_ACTA for v in r.votos) or r.contabilizada == 0:
            return Destino.SIN_ACTA
        return Destino.CAPTURA if r.contabilizada == 1 else Destino.NADA
    return Destino.CAPTURA


def votos_retirados(r: Renglon) -> bool:
    """The source says that the acta exceeds its lista nominal and publishes none of its votes."""
    return Nota.EXCEDE in r.notas and r.suma == 0 and "votos" not in r.no_leidas


def asentado(r: Renglon, derivada: BaseDerivada, claves: tuple[str, ...]) -> dict[str, Any]:
    """What the two people typed: the content of a capture.

    Cells that say nothing, and zeros that hide what OBSERVACIONES says, are read from OBSERVACIONES.
    """
    notas = r.notas
    publicados = {c.clave: v for c, v in zip(derivada.base.recuadros, r.votos, strict=True)}
    votos: dict[str, Valor] = {}
    if r.suma == 0 and Nota.TODOS_ILEGIBLES in notas:
        votos = dict.fromkeys(claves, ILEGIBLE)
        votos.update({c: v for c in claves if (v := publicados.get(c)) is SIN_DATO})
    elif r.suma == 0 and (Nota.TODOS_VACIOS in notas or Nota.TODOS in notas or votos_retirados(r)):
        votos = dict.fromkeys(claves, SIN_DATO)
        votos.update({c: v for c in claves if (v := publicados.get(c)) is ILEGIBLE})
    else:
        for clave in claves:
            votos[clave] = _voto(publicados.get(clave, 0), r)
        _marcar_lo_que_dicen_las_notas(votos, r)
    totales = {c: _total(v) for c, v in r.totales.items()}
    return {**totales, "votos": votos}


def _voto(celda: object, r: Renglon) -> Valor:
    if celda is Hueco.NO_LEIDO:
        return ILEGIBLE  # what nobody can read here: never a zero
    if isinstance(celda, Hueco):
        if Nota.SIN_DATO in r.notas or Nota.ALGUNO in r.notas:
            return SIN_DATO
        if Nota.ILEGIBLE in r.notas:
            return ILEGIBLE
        # The source finds nothing missing in this acta, or nothing at all in it.
        return 0 if r.dice_algo else SIN_DATO
    return celda  # type: ignore[return-value]


def _total(celda: Celda) -> Valor:
    if celda is Hueco.NO_LEIDO:
        return ILEGIBLE
    return SIN_DATO if isinstance(celda, Hueco) else celda


def _marcar_lo_que_dicen_las_notas(votos: dict[str, Valor], r: Renglon) -> None:
    """Where OBSERVACIONES says that a box was illegible or empty and no cell shows which, it was one published as 0."""
    hay = set(votos.values())
    for nota, marca in ((Nota.ILEGIBLE, ILEGIBLE), (Nota.SIN_DATO, SIN_DATO), (Nota.ALGUNO, SIN_DATO)):
        if nota not in r.notas or marca in hay or (nota is Nota.ALGUNO and ILEGIBLE in hay):
            continue
        ceros = [c for c, v in votos.items() if v == 0]
        if len(ceros) > 0 and len(votos) > 1:
            votos[ceros[-1]] = marca


class Guion:
    """The facts of a night, in order. `anomalias`: times that could not be true, and what was used instead."""

    def __init__(self, derivado: Derivado) -> None:
        self.derivado = derivado
        self.anomalias: list[Anomalia] = []
        self.momentos: list[Momento] = []
        for i, derivada in enumerate(derivado.bases):
            self._agendar(i, derivada)
        self._cierre = self._hora_de_cierre()
        self.momentos.sort(key=lambda m: (m.ms, m.base, m.renglon, m.paso))

    def __len__(self) -> int:
        """How many facts: one a step, and the confirmation of each acta that did not come."""
        return len(self.momentos) + sum(m.paso is Paso.SIN_ACTA for m in self.momentos)

    @property
    def inicio(self) -> datetime:
        """Time of the first fact."""
        return self._hora(self.momentos[0]) if self.momentos else self.cierre

    @property
    def cierre(self) -> datetime:
        """Time of the published corte; of the last fact where the file does not say; supposed where nothing does."""
        return self._cierre

    def _hora_de_cierre(self) -> datetime:
        bases = [d.base for d in self.derivado.bases]
        cortes = [b.corte for b in bases if b.corte]
        if cortes:
            return max(cortes)
        if self.momentos:
            return self._hora(max(self.momentos, key=lambda m: m.ms))
        hora = _hora_supuesta(bases[0])
        self.anomalias.append(
            Anomalia(bases[0].archivo, 0, "", f"No dice la hora del corte ni de ningún acta: se pone {hora:%d/%m/%Y}.")
        )
        return hora

    def hechos(self) -> Iterator[Hecho]:
        """Every fact, earliest first; each knows the one before of its acta."""
        ultimos: dict[str, Hecho] = {}
        for momento in self.momentos:
            derivada = self.derivado.bases[momento.base]
            r = derivada.base.renglones[momento.renglon]
            acta = derivada.actas.get(momento.renglon) or _hoja(derivada.base.archivo, r)
            ultimo, hora = ultimos.get(acta), self._hora(momento)
            tipo, persona, contenido = self._contenido(derivada, r, momento, acta, ultimo)
            conocidos = [ultimo.id] if ultimo else []
            hecho = nuevo_hecho(tipo, sujeto_de(acta), persona, hora, contenido, conocidos)
            yield hecho
            if tipo is Tipo.SIN_ACTA:
                confirma = {"peticion": hecho.id}
                confirmada = Tipo.SIN_ACTA_CONFIRMADA
                hecho = nuevo_hecho(confirmada, sujeto_de(acta), "coordina-000", hora, confirma, [hecho.id])
                yield hecho
            ultimos[acta] = hecho

    @property
    def cargos(self) -> list[tuple[str, str, str]]:
        """Invented people, each with a role and a place."""
        roles = {
            "acopio": ("acopiador", "digitalizador", "coordinador"),
            "captura": ("capturista",),
            "verifica": ("verificador",),
            "coteja": ("coordinador",),
            "coordina": ("coordinador",),
            "cae": ("cae",),
        }
        return [(f"{q}-{i:03d}", rol, "CCV") for q, suyos in roles.items() for rol in suyos for i in range(OPERADORES)]

    @property
    def telefonos(self) -> dict[str, DispositivoLocal]:
        """The phone of each invented CAE."""
        quienes = [persona for persona, rol, _ in self.cargos if rol == "cae"]
        llaves = {q: Ed25519PrivateKey.from_private_bytes(sha256(q.encode()).digest()) for q in quienes}
        return {q: DispositivoLocal(f"tel-{q}", llave) for q, llave in llaves.items()}

    def _zona(self, base: int) -> Any:
        return self.derivado.bases[base].base.zona

    def _hora(self, momento: Momento) -> datetime:
        return datetime.fromtimestamp(momento.ms / 1000, self._zona(momento.base))

    def _agendar(self, indice: int, derivada: BaseDerivada) -> None:
        base = derivada.base
        abre, cierra = _ventana(derivada)
        sin_horas = sin_motivo = 0
        for n, r in enumerate(base.renglones):
            suerte = destino(r)
            if suerte is Destino.NADA or (suerte is not Destino.FUERA and n not in derivada.actas):
                continue
            llegada, captura, verificacion = self._horas(base.archivo, r, abre, cierra)
            if r.acopio is None and r.captura is None and r.verificacion is None:
                sin_horas += 1
            pasos: list[tuple[Paso, datetime]]
            if suerte is Destino.SIN_ACTA:
                pasos = [(Paso.SIN_ACTA, verificacion)]
                sin_motivo += not r.motivo
            elif suerte is Destino.FUERA:
                pasos = [(Paso.FUERA, verificacion)]
            else:
                pasos = [(Paso.LLEGADA, llegada)] if not _movil(r) and r.acopio is not None else []
                primera = max(llegada, captura - ENTRE_CAPTURAS)
                pasos += [
                    (Paso.IMAGEN, llegada),
                    (Paso.IDENTIFICACION, llegada),
                    (Paso.PRIMERA, primera),
                    (Paso.SEGUNDA, captura),
                    (Paso.VERIFICACION, verificacion),
                ]
                if r.cotejada in ("1", "2", "3"):
                    pasos.append((Paso.COTEJO, verificacion))
            ms = 0
            for paso, hora in pasos:
                ms = max(ms + 1, int(hora.timestamp() * 1000))
                self.momentos.append(Momento(ms, indice, n, paso))
        if sin_motivo:
            self.anomalias.append(
                Anomalia(
                    base.archivo,
                    0,
                    "OBSERVACIONES",
                    f"{sin_motivo} actas sin acta no dicen el motivo: se supone ({MOTIVO_SUPUESTO.value}).",
                )
            )
        if sin_horas:
            self.anomalias.append(
                Anomalia(base.archivo, 0, "", f"{sin_horas} renglones no dicen ninguna hora: se ponen al cierre.")
            )

    def _horas(self, archivo: str, r: Renglon, abre: datetime, cierra: datetime) -> tuple[datetime, datetime, datetime]:
        """Arrival ≤ capture ≤ verification, all inside the night."""

        def creible(hora: datetime | None, campo: str) -> datetime | None:
            if hora is None or abre <= hora <= cierra:
                return hora
            self.anomalias.append(
                Anomalia(archivo, r.linea, campo, f"{hora:%d/%m/%Y %H:%M:%S} queda fuera de la noche: no da el orden.")
            )
            return None

        llegada = creible(r.acopio, "FECHA_HORA_ACOPIO")
        captura = creible(r.captura, "FECHA_HORA_CAPTURA")
        verificacion = creible(r.verificacion, "FECHA_HORA_VERIFICACION")
        if verificacion is None:
            verificacion = captura or (llegada + ACOPIO_A_CAPTURA if llegada else cierra)
        verificacion = min(verificacion, cierra - timedelta(seconds=1))
        if captura is None:
            captura = max(llegada, verificacion - ENTRE_CAPTURAS) if llegada else verificacion - ENTRE_CAPTURAS
        if captura > verificacion:
            self.anomalias.append(
                Anomalia(archivo, r.linea, "FECHA_HORA_VERIFICACION", "La verificación es anterior a la captura.")
            )
            verificacion = min(captura, cierra - timedelta(seconds=1))
            captura = min(captura, verificacion)
        if llegada is not None and llegada > captura:
            self.anomalias.append(
                Anomalia(archivo, r.linea, "FECHA_HORA_ACOPIO", "El acopio es posterior a la captura: no da el orden.")
            )
            llegada = None
        if llegada is None:
            llegada = captura - ACOPIO_A_CAPTURA
        return llegada, captura, verificacion

    def _contenido(
        self, derivada: BaseDerivada, r: Renglon, momento: Momento, acta: str, ultimo: Hecho | None
    ) -> tuple[Tipo, str, dict[str, Any]]:
        azar = int.from_bytes(sha256(acta.encode()).digest()[:8])
        catd = f"acopio-{azar % OPERADORES:03d}"
        uno = azar % OPERADORES
        otro = (uno + 1 + (azar // OPERADORES) % (OPERADORES - 1)) % OPERADORES
        imagen = _imagen(r, acta)
        match momento.paso:
            case Paso.LLEGADA:
                assert r.acopio is not None
                return Tipo.ACOPIADA, catd, {"hora": r.acopio.isoformat()}
            case Paso.IMAGEN:
                contenido = {"imagen": imagen}
                if r.tipo_documento:
                    contenido["documento"] = r.tipo_documento[:100]
                if _movil(r):
                    tomada = r.acopio or self._hora(momento)
                    return Tipo.FOTOGRAFIADA, f"cae-{azar % OPERADORES:03d}", {**contenido, "hora": tomada.isoformat()}
                if "URNA" in normalizar(r.digitalizacion):
                    contenido["medio"] = "Urna Electrónica"
                return Tipo.DIGITALIZADA, catd, contenido
            case Paso.IDENTIFICACION:
                return Tipo.IDENTIFICADA, catd, {"imagen": imagen, "por": "pto" if Nota.POR_PTO in r.notas else "qr"}
            case Paso.PRIMERA | Paso.SEGUNDA:
                quien = uno if momento.paso is Paso.PRIMERA else otro
                if ultimo is not None and ultimo.tipo == Tipo.CAPTURADA:
                    valores = ultimo.contenido["valores"]  # the second person types the same
                else:
                    eleccion = derivada.eleccion
                    demarcacion = demarcacion_de(r, eleccion.agrupa, self.derivado.nacional)
                    valores = asentado(r, derivada, eleccion.boletas[demarcacion].claves)
                return Tipo.CAPTURADA, f"captura-{quien:03d}", {"imagen": imagen, "valores": valores}
            case Paso.VERIFICACION:
                assert ultimo is not None
                base = huella_lectura(ultimo.contenido["imagen"], ultimo.contenido["valores"])
                return Tipo.VERIFICADA, f"verifica-{uno:03d}", {"base": base}
            case Paso.COTEJO:
                return Tipo.COTEJADA, f"coteja-{uno:03d}", {"resultado": r.cotejada}
            case Paso.SIN_ACTA:
                return Tipo.SIN_ACTA, catd, {"motivo": (r.motivo or MOTIVO_SUPUESTO)}
            case Paso.FUERA:
                return Tipo.FUERA_DE_CATALOGO, catd, _de_la_hoja(derivada, r)


def _ventana(derivada: BaseDerivada) -> tuple[datetime, datetime]:
    """First and last time that can be true: from half a day before the first captures to the published corte.

    Clocks of capture and verification are the servers', but a few are wrong too: what is further than a night from half
    of the others is left out.
    """
    base = derivada.base
    horas = sorted([h for r in base.renglones for h in (r.captura, r.verificacion) if h is not None and h.year > 1])
    if horas:
        media = horas[len(horas) // 2]
        horas = [h for h in horas if abs(h - media) <= UNA_NOCHE and (base.corte is None or h <= base.corte)]
    cierra = base.corte or (horas[-1] + timedelta(seconds=1) if horas else _hora_supuesta(base))
    if not horas:
        return cierra - timedelta(days=1), cierra
    return horas[len(horas) // 100] - ANTES_DE_LA_PRIMERA, cierra


def _hora_supuesta(base: BasePublicada) -> datetime:
    """The first of January of the year in the file's name: a time that nobody takes for a true one."""
    anio = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", base.archivo)
    return datetime(int(anio[0]) if anio else 2000, 1, 1, tzinfo=base.zona)


def _movil(r: Renglon) -> bool:
    """The picture was taken at the casilla with PREP Casilla."""
    donde = normalizar(r.digitalizacion) or normalizar(r.origen)
    return "MOVIL" in donde or donde == "CASILLA"


def _imagen(r: Renglon, acta: str) -> str:
    """The published SHA-256; where the file has none, that of the key: there is no picture to replay."""
    codigo = r.codigo_integridad
    return codigo if _SHA256.fullmatch(codigo) else sha256(f"{acta}|{codigo}".encode()).hexdigest()


def _hoja(archivo: str, r: Renglon) -> str:
    """Subject of a sheet outside the catalogue."""
    return f"hoja:{_uuid(sha256(f'{archivo}|{r.linea}'.encode()).digest(), 0)}"


def _uuid(huella: bytes, ms: int) -> str:
    azar = int.from_bytes(huella[:10])
    h = f"{ms:012x}7{azar >> 64 & 0xFFF:03x}{0x8000 | azar >> 48 & 0x3FFF:04x}{azar & 0xFFFFFFFFFFFF:012x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def _de_la_hoja(derivada: BaseDerivada, r: Renglon) -> dict[str, Any]:
    """What could be read of a sheet that belongs to no approved casilla."""
    demarcacion = r.id_distrito if r.id_distrito is not None else r.id_municipio
    leido = {
        "demarcacion": demarcacion,
        "seccion": r.seccion,
        "tipo": r.tipo_casilla,
        "id": r.id_casilla,
        "extension": r.ext_contigua,
        "tipo_acta": r.tipo_acta,
    }
    return {"eleccion": derivada.eleccion.clave, **{c: str(v) for c, v in leido.items() if v not in (None, "")}}

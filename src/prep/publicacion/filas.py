"""One acta as a corte publishes it: its veredicto, its JSON and its line of the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from prep.catalogo.informativo import Parametros
from prep.dominio.acta.acta import Publicada
from prep.dominio.acta.hechos import MotivoSinActa
from prep.dominio.acta.transiciones import Situacion
from prep.dominio.tabulacion.boleta import Boleta
from prep.dominio.tabulacion.contabilidad import Veredicto, contabilizar, sin_acta
from prep.dominio.tabulacion.proceso import ActaEsperada, Eleccion, Proceso
from prep.publicacion.celdas import texto_seguro
from prep.publicacion.fuente import Estado

ANTES: Final = (
    *("SECCION", "ID_CASILLA", "TIPO_CASILLA", "EXT_CONTIGUA", "UBICACION_CASILLA", "TIPO_ACTA"),
    *("TOTAL_BOLETAS_SOBRANTES", "TOTAL_PERSONAS_VOTARON", "TOTAL_REP_PARTIDO_CI_VOTARON", "TOTAL_VOTOS_SACADOS"),
)
DESPUES: Final = (
    *("TOTAL_VOTOS_ASENTADO", "TOTAL_VOTOS_CALCULADO", "LISTA_NOMINAL", "REPRESENTANTES_PP_CI", "OBSERVACIONES"),
    *("CONTABILIZADA", "MECANISMOS_TRASLADO", "CODIGO_INTEGRIDAD", "FECHA_HORA_ACOPIO", "FECHA_HORA_CAPTURA"),
    *("FECHA_HORA_VERIFICACION", "ORIGEN", "DIGITALIZACION", "TIPO_DOCUMENTO", "COTEJADA"),
)
COLUMNAS_DEMARCACION: Final = {
    "distrito": ("ID_DISTRITO_LOCAL", "DISTRITO_LOCAL"),
    "municipio": ("ID_MUNICIPIO", "MUNICIPIO"),
}
_TOTALES: Final = ("boletas_sobrantes", "personas_votaron", "representantes_votaron", "votos_sacados")

Valores = Callable[[str], str | None]


def columnas(eleccion: Eleccion) -> list[str]:
    """Header of the results table of one election (Anexo 18.5 as practised)."""
    return [
        "CLAVE_CASILLA",
        "CLAVE_ACTA",
        "ID_ENTIDAD",
        "ENTIDAD",
        *COLUMNAS_DEMARCACION[eleccion.agrupa],
        *ANTES,
        *[texto_seguro(r.clave) for r in eleccion.columnas],
        *DESPUES,
    ]


class Redactor:
    """Writes the actas of one election. `en_ceros`: nothing was captured yet, so unknown cells stay empty."""

    def __init__(self, proceso: Proceso, eleccion: Eleccion, parametros: Parametros, en_ceros: bool) -> None:
        self._eleccion = eleccion
        self._parametros = parametros
        self._zona = ZoneInfo(proceso.zona_horaria)
        self._entidad = [f"{proceso.entidad:02d}", texto_seguro(proceso.entidad_nombre)]
        self._columnas = [r.clave for r in eleccion.columnas]
        self._pendiente = "" if en_ceros else "-"
        self._sin_votos = [""] * len(self._columnas)

    def leer(
        self, esperada: ActaEsperada, boleta: Boleta, estado: Estado | None
    ) -> tuple[Veredicto | None, Publicada | None]:
        """The veredicto of an acta that was published or came without acta (`None`: not captured yet), and its reading.

        Raises `AsentadoInvalido` when the stored values are not those of the ballot.
        """
        if estado is None:
            return None, None
        if (publicada := estado.publicada) is not None:
            asentado, p = publicada.asentado, self._parametros
            asentado.revisar(boleta)
            especiales, por_pto = p.boletas_especiales, publicada.por_pto
            return contabilizar(asentado, boleta, esperada, especiales, por_pto, p.mezcla_cuenta), publicada
        if estado.sin_acta is not None:
            return sin_acta(MotivoSinActa(estado.sin_acta)), None
        return None, None

    def acta_json(
        self,
        esperada: ActaEsperada,
        boleta: Boleta,
        estado: Estado | None,
        veredicto: Veredicto | None,
        publicada: Publicada | None,
        con_imagen: bool,
        horas: Mapping[str, str],
    ) -> dict[str, Any]:
        """The acta as `demarcacion/<id>.json` shows it. `horas`: those of `publicada` (`horas`)."""
        acta: dict[str, Any] = {
            "clave": esperada.clave,
            "estado": _estado(estado),
            "situacion": estado.situacion if estado else Situacion.NO_RECIBIDA.value,
            "observaciones": [o.value for o in veredicto.observaciones] if veredicto else [],
        }
        if veredicto:
            acta["contabilizada"] = int(veredicto.contabilizada)
        if esperada.representantes is not None:
            acta["representantes"] = esperada.representantes
        if publicada is None or veredicto is None:
            if esperada.mecanismos:
                acta["mecanismos"] = esperada.mecanismos
            return acta
        asentado, imagen = publicada.asentado, publicada.imagen
        valores: dict[str, Any] = dict(asentado.totales)
        valores["total_calculado"] = veredicto.calculado
        valores["votos"] = {clave: asentado.votos[clave] for clave in boleta.claves}
        acta["valores"] = valores
        mecanismo = imagen.mecanismo or esperada.mecanismos
        if mecanismo:
            acta["mecanismos"] = mecanismo
        huella = imagen.sha256
        acta["imagen"] = {"sha256": huella, "ruta": ruta_imagen(huella)} if con_imagen else {"sha256": huella}
        acta["origen"] = imagen.origen
        acta["digitalizacion"] = imagen.digitalizacion
        acta["tipo_documento"] = imagen.documento
        acta |= horas
        if estado is not None and estado.cotejo is not None:
            acta["cotejada"] = estado.cotejo
        return acta

    def linea(
        self,
        esperada: ActaEsperada,
        estado: Estado | None,
        veredicto: Veredicto | None,
        publicada: Publicada | None,
        horas: Mapping[str, str],
    ) -> list[Any]:
        """The acta's line of the results table. `horas`: those of `publicada` (`horas`)."""
        casilla = esperada.casilla
        clave = casilla.clave
        demarcacion = self._eleccion.demarcaciones[esperada.demarcacion]
        linea: list[Any] = [
            str(clave),
            esperada.clave,
            *self._entidad,
            f"{demarcacion.id:03d}",
            texto_seguro(demarcacion.nombre),
            f"{clave.seccion:04d}",
            f"{clave.id:02d}",
            clave.tipo,
            f"{clave.extension:02d}",
            casilla.ubicacion,
            esperada.clave[11:],
        ]
        representantes = "" if esperada.representantes is None else esperada.representantes
        if veredicto is None or publicada is None:
            observaciones = ", ".join(veredicto.observaciones) if veredicto else self._pendiente
            linea += ["", "", "", "", *self._sin_votos, "", "", casilla.lista_nominal, representantes, observaciones]
            contabilizada = 0 if veredicto else self._pendiente
            linea += [contabilizada, texto_seguro(esperada.mecanismos), "", "", "", "", "", "", ""]
            linea.append(0 if veredicto else "")
            return linea
        totales, votos, imagen = publicada.asentado.totales, publicada.asentado.votos, publicada.imagen
        linea += [totales.get(t, "") for t in _TOTALES]
        linea += [votos.get(c, "") for c in self._columnas]
        linea += [
            totales.get("total_asentado", ""),
            veredicto.calculado,
            casilla.lista_nominal,
            representantes,
            ", ".join(veredicto.observaciones),
            int(veredicto.contabilizada),
            texto_seguro(imagen.mecanismo or esperada.mecanismos),
            imagen.sha256,
            *(_fecha(horas.get(campo)) for campo in _HORAS),
            imagen.origen,
            texto_seguro(imagen.digitalizacion),
            texto_seguro(imagen.documento),
            "" if estado is None or estado.cotejo is None else estado.cotejo,
        ]
        return linea

    def linea_fuera(self, hoja: dict[str, str]) -> list[Any]:
        """A sheet out of catalogue: keys and values are dashes, CONTABILIZADA is 2."""
        demarcacion = hoja.get("demarcacion", "")
        id_ = demarcacion_de(hoja)
        nombre = texto_seguro(self._eleccion.demarcaciones[id_].nombre) if id_ in self._eleccion.demarcaciones else "-"
        leido = [_guion(hoja.get(c, "")) for c in ("seccion", "id", "tipo", "extension")]
        guiones = ["-"] * (len(_TOTALES) + len(self._columnas) + 4)
        return [
            "-",
            "-",
            *self._entidad,
            _guion(demarcacion),
            nombre,
            *leido,
            3,
            _guion(hoja.get("tipo_acta", self._eleccion.tipo_acta)),
            *guiones,
            "Fuera de Catálogo",
            2,
            *["-"] * 9,
        ]

    def horas(self, publicada: Publicada | None) -> dict[str, str]:
        """When it was received, typed and verified, where it is known, in local time: `2027-06-06T20:15:09-06:00`."""
        if publicada is None:
            return {}
        suyas = zip(_HORAS, (publicada.acopio, publicada.captura, publicada.verificacion), strict=True)
        return {c: hora.astimezone(self._zona).isoformat(timespec="seconds") for c, hora in suyas if hora is not None}


_HORAS: Final = ("acopio", "captura", "verificacion")


def _fecha(d: str | None) -> str:
    return f"{d[8:10]}/{d[5:7]}/{d[:4]} {d[11:19]}" if d else ""


def ruta_imagen(huella: str) -> str:
    """Where a published image is, from the publication's root."""
    return f"imagenes/{huella[:2]}/{huella}.jpg"


def demarcacion_de(hoja: dict[str, str]) -> int | None:
    """The demarcation that a sheet out of catalogue says it is of, when it says a number."""
    dicha = hoja.get("demarcacion", "")
    return int(dicha) if dicha.isascii() and dicha.isdecimal() and len(dicha) < 10 else None


def _guion(texto: str) -> str:
    return "-" if texto in ("", "-") else texto_seguro(texto)


_CUSTODIA: Final = {
    "esperada": "esperada",
    "acopiada": "acopiada",
    "fotografiada": "digitalizada",
    "digitalizada": "digitalizada",
    "redigitalizar": "acopiada",
    "sin_acta_dicha": "esperada",
    "identificada": "identificada",
    "sin_acta": "sin_acta",
    "fuera_de_catalogo": "fuera_de_catalogo",
}


def _estado(estado: Estado | None) -> str:
    """State for the public: one word of the vocabulary of the PREP."""
    if estado is None:
        return "esperada"
    if estado.publicada is not None:
        return "verificada"
    if estado.custodia == "identificada" and estado.captura in ("coincide", "dictaminada"):
        return "capturada"
    return _CUSTODIA[estado.custodia]

"""`estado(facts of one acta, authority) -> Acta`: where it is, what it says, who agrees, what stands published.

A pure function of a set of facts. Each fact is judged by what its writer knew: the state that the facts it knew give,
and the table of transitions, say whether it could be done. What could be done is then put together with what happened
beside it, in an order that no clock decides. So a fact that arrives late neither makes another one wrong nor takes back
what was agreed: it is applied, or it is named in `Acta.anomalias` with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from prep.dominio.acta.acta import Acta, Capturado, Cotejo, Imagen, Publicada, SinActa, Verificacion
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import HOJA, MotivoSinActa, Tipo, huella_lectura, huella_sin_acta
from prep.dominio.acta.transiciones import (
    CAPTURA,
    CUSTODIA,
    DE_CAPTURA,
    DE_HOJA,
    DISTINTA,
    IGUAL,
    RESUELVE,
    SIN_PASO,
    TERCERA,
    Captura,
    Custodia,
)
from prep.dominio.comun.autoridad import Autoridad
from prep.dominio.comun.hecho import MAXIMO_CONOCIDOS, Escrito, Hecho
from prep.dominio.comun.historia import Historia, ordenar
from prep.dominio.comun.rechazos import Rechazo

_TARDE: Final = frozenset(
    {Tipo.OTRA_IMAGEN_CONFIRMADA, Tipo.SIN_ACTA_CONFIRMADA, Tipo.IDENTIFICADA, Tipo.FUERA_DE_CATALOGO, Tipo.DUPLICADA}
)
"""Beside anything else, what throws away or replaces goes last: it gives way to what people agreed meanwhile."""
_LECTURAS: Final = frozenset({Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.DECIDIDA})
_MOTIVOS: Final = {huella_sin_acta(motivo): motivo for motivo in MotivoSinActa}
"""By the name of the reading that says each."""
_LLEGADAS: Final = frozenset({Tipo.FOTOGRAFIADA, Tipo.DIGITALIZADA})
_CON_MOTIVO: Final = frozenset(
    {Tipo.OTRA_IMAGEN_PEDIDA, Tipo.DEVUELTA, Tipo.REAPERTURA_PEDIDA, Tipo.ACOPIO_CORREGIDO, Tipo.DECIDIDA}
)


class _Lectura(NamedTuple):
    """What a capture or a ruling says of a picture, as written and as read, and the name of that reading."""

    imagen: str
    valores: Mapping[str, Any]
    asentado: Asentado
    nombre: str

    @classmethod
    def de(cls, imagen: str, valores: Mapping[str, Any]) -> _Lectura:
        return cls(imagen, valores, Asentado.leer(valores), huella_lectura(imagen, valores))


def estado(escritos: Iterable[Escrito], autoridad: Autoridad) -> Acta:
    """Fold the facts of one acta (or sheet), in any order and with any repetition, into its state."""
    return Pliegue(escritos, autoridad).acta


class Pliegue:
    """The fold of one subject. `historia`: its facts, no effect before its cause; `acta`: the state that all give.

    Each fact is judged once, against the state that those it knew give. That state is folded once for each set of facts
    known (`_vistas`); a chain in which each knows all before it needs none but the one being made, and is taken further
    by the next one (`seguir`).
    """

    acta: Acta
    _en_su_lugar: int
    """How many anomalies were told as the history went; the rest are what only the whole of it tells."""

    def __init__(self, escritos: Iterable[Escrito], autoridad: Autoridad) -> None:
        self.historia: Historia = ordenar(escritos, tarde=lambda h: h.tipo in _TARDE)
        self.autoridad = autoridad
        self._juicios: dict[int, Rechazo | None] = {}
        self._vistas: dict[int, Acta] = {}
        self._lecturas: dict[str, _Lectura] = {}
        self._publicadas: dict[int, Publicada] = {}
        self._concluir(self._plegar((1 << len(self.historia.hechos)) - 1))

    def seguir(self, escritos: Iterable[Escrito]) -> bool:
        """Fold some more facts, one after another, going on from where this is, if whoever wrote each knew all those
        before it; whether it was so. Where it was not, this is of no more use. What `acta` was stays as it was.
        """
        acta = self.acta.copia()
        del acta.anomalias[self._en_su_lugar :]
        for escrito in escritos:
            if not self.historia.seguir(escrito):
                return False
            i = len(self.historia.hechos) - 1
            self._poner(acta, i, (1 << i) - 1)
        self._concluir(acta)
        return True

    def _concluir(self, acta: Acta) -> None:
        """Say what only the whole history tells."""
        hechos = self.historia.hechos
        self.acta, self._en_su_lugar = acta, len(acta.anomalias)
        acta.anomalias += [(hechos[c.bit].id, Rechazo.SUPERADO) for c in acta.cotejos_superados]
        acta.anomalias += [(h.id, Rechazo.ESPERA) for h in self.historia.esperan]
        acta.cabezas = self._cabezas()

    def _cabezas(self) -> tuple[str, ...]:
        """What somebody who writes now says that they know: the last facts of those that count, those that know most
        first, and then the heads that count for nothing, as many as a fact may name."""
        hechos, sabe = self.historia.hechos, self.historia.sabe
        aparte = {identificador for identificador, _ in self.acta.anomalias}
        cuentan = [i for i, h in enumerate(hechos) if h.id not in aparte]
        sabido = 0
        for i in cuentan:
            sabido |= sabe[i]
        ultimos = [i for i in cuentan if not sabido >> i & 1]
        ultimos.sort(key=lambda i: (-sabe[i].bit_count(), hechos[i].id))
        todas = dict.fromkeys([*(hechos[i].id for i in ultimos), *self.historia.cabezas])
        return tuple(sorted(list(todas)[:MAXIMO_CONOCIDOS]))

    def _plegar(self, cuales: int) -> Acta:
        """State that a part of the history gives: all of it, or what one fact knew."""
        acta = Acta(lugares_distintos=self.autoridad.reglas.lugares_distintos)
        dentro = 0
        for i in range(len(self.historia.hechos)):
            if cuales >> i & 1:
                self._poner(acta, i, dentro)
                dentro |= 1 << i
        return acta

    def _poner(self, acta: Acta, i: int, dentro: int) -> None:
        """Take that state, which the facts `dentro` gave, through the i-th."""
        hecho, sabe = self.historia.hechos[i], self.historia.sabe[i]
        if i not in self._juicios:
            vista = acta if sabe == dentro else self._vista(sabe)
            self._juicios[i] = self._juzgar(vista, i, hecho)
            if hecho.interpretado and hecho.tipo == Tipo.VERIFICADA:
                self._publicar(vista, i, hecho)
        rechazo = self._juicios[i] or self._aplicar(acta, hecho, i, sabe)
        if rechazo is not None:
            acta.anomalias.append((hecho.id, rechazo))

    def _vista(self, sabe: int) -> Acta:
        if sabe not in self._vistas:
            self._vistas[sabe] = self._plegar(sabe)
        return self._vistas[sabe]

    def _juzgar(self, vista: Acta, i: int, hecho: Hecho) -> Rechazo | None:
        if not hecho.interpretado:
            return Rechazo.NO_INTERPRETADO
        ajeno = self.autoridad.rechazar_todos(self.historia.origenes[i])
        return ajeno or self.rechazar(vista, hecho)

    # --- what could be done ---

    def rechazar(self, acta: Acta, hecho: Hecho) -> Rechazo | None:
        """Why this fact cannot follow that state, whoever does it; `None` when it can."""
        if hecho.tipo == Tipo.PUBLICADA:
            return None if self._de_que_lectura(hecho) else Rechazo.OTRA_BASE
        if hecho.tipo in SIN_PASO:
            return None
        contenido = hecho.contenido
        if hecho.sujeto.startswith(HOJA):
            if hecho.tipo not in DE_HOJA or (hecho.tipo == Tipo.IDENTIFICADA and "acta" not in contenido):
                return Rechazo.HOJA
        elif "acta" in contenido and contenido["acta"] != hecho.clave:
            return Rechazo.EN_CATALOGO
        if hecho.tipo in DE_CAPTURA:
            return self._rechazar_captura(acta, hecho)
        return self._rechazar_custodia(acta, hecho)

    def _rechazar_custodia(self, acta: Acta, hecho: Hecho) -> Rechazo | None:
        if (acta.custodia, hecho.tipo) not in CUSTODIA:
            return Rechazo.ESTADO_CUSTODIA
        imagen = hecho.contenido.get("imagen")
        if imagen in acta.desechadas:
            return Rechazo.IMAGEN_DESECHADA
        if hecho.tipo in _CON_MOTIVO and not hecho.contenido["motivo"].strip():
            return Rechazo.SIN_MOTIVO
        vigente = acta.imagen.sha256 if acta.imagen else None
        match hecho.tipo:
            case Tipo.SIN_ACTA if acta.imagenes or acta.verificadas:
                return Rechazo.ESTADO_CUSTODIA
            case Tipo.SIN_ACTA_CONFIRMADA:
                return self._de_otra_persona(hecho, acta.sin_acta_dicha)
            case Tipo.ACOPIO_CORREGIDO if not acta.sellos:
                return Rechazo.ESTADO_CUSTODIA
            case Tipo.IDENTIFICADA if imagen in acta.identificadas:
                return Rechazo.ESTADO_CUSTODIA
            case Tipo.IDENTIFICADA if acta.custodia is Custodia.IDENTIFICADA and hecho.sujeto.startswith(HOJA):
                return Rechazo.ESTADO_CUSTODIA
            case Tipo.IDENTIFICADA if not acta.tiene(imagen):
                return Rechazo.OTRA_IMAGEN
            case Tipo.IDENTIFICADA if hecho.contenido["por"] == "persona":
                dicho = acta.propuestas.get((imagen or "", hecho.contenido.get("acta", "")))
                return Rechazo.MISMA_PERSONA if dicho == self._quien(hecho) else None
            case Tipo.DUPLICADA if not acta.tiene(imagen) or imagen in acta.identificadas:
                return Rechazo.OTRA_IMAGEN
            case Tipo.OTRA_IMAGEN_PEDIDA if acta.captura is Captura.VERIFICADA:
                return Rechazo.ESTADO_CAPTURA
            case Tipo.OTRA_IMAGEN_PEDIDA if acta.en_duda is not None:
                return Rechazo.IMAGEN_EN_DUDA
            case Tipo.OTRA_IMAGEN_PEDIDA if not acta.tiene(imagen) or (vigente and imagen != vigente):
                return Rechazo.OTRA_IMAGEN
            case Tipo.OTRA_IMAGEN_CONFIRMADA | Tipo.OTRA_IMAGEN_NEGADA:
                return self._de_otra_persona(hecho, acta.en_duda[1:] if acta.en_duda else None)
        return None

    def _rechazar_captura(self, acta: Acta, hecho: Hecho) -> Rechazo | None:
        vigente = acta.imagen
        if acta.custodia is not Custodia.IDENTIFICADA or vigente is None:
            return Rechazo.FALTA_IMAGEN
        if acta.en_duda is not None:
            return Rechazo.IMAGEN_EN_DUDA
        contenido, imagen = hecho.contenido, vigente.sha256
        hasta_donde, acordado = acta.acuerdo(vigente)
        captura = Captura.VERIFICADA if acta.cerrada else hasta_donde
        if (captura, hecho.tipo, self._caso(acta, captura, imagen, hecho)) not in CAPTURA:
            return Rechazo.ESTADO_CAPTURA
        if contenido.get("imagen", imagen) != imagen:
            return Rechazo.OTRA_IMAGEN
        if "base" in contenido and (acordado is None or contenido["base"] != acordado.lectura):
            return Rechazo.OTRA_BASE
        if hecho.tipo in _CON_MOTIVO and not contenido["motivo"].strip():
            return Rechazo.SIN_MOTIVO
        if hecho.tipo == Tipo.REABIERTA:
            return self._de_otra_persona(hecho, acta.reapertura)
        if hecho.tipo == Tipo.REAPERTURA_PEDIDA:
            return None
        if self._quien(hecho) in acta.participantes_de(vigente):
            return Rechazo.MISMA_PERSONA
        if self.autoridad.reglas.lugares_distintos:
            return self._rechazar_lugar(acta, hecho, imagen)
        return None

    def _de_otra_persona(self, hecho: Hecho, peticion: tuple[str, str] | Any) -> Rechazo | None:
        """A request that is pending, confirmed or denied by somebody else."""
        if peticion is None or hecho.contenido["peticion"] != peticion[0]:
            return Rechazo.SIN_PETICION
        return Rechazo.MISMA_PERSONA if self._quien(hecho) == peticion[1] else None

    def _quien(self, hecho: Hecho) -> str:
        """The human behind the account that wrote it."""
        return self.autoridad.identidad(hecho.persona)

    def _rechazar_lugar(self, acta: Acta, hecho: Hecho, imagen: str) -> Rechazo | None:
        """The second who types is somewhere else; what one place typed under contingency is verified elsewhere."""
        lugar, capturas = hecho.contenido.get("lugar", ""), acta.capturas_de(imagen)
        if hecho.tipo == Tipo.CAPTURADA and not lugar:
            return Rechazo.MISMO_LUGAR  # nobody could tell whether the other one is somewhere else
        if hecho.tipo == Tipo.CAPTURADA and "contingencia" not in hecho.contenido:
            return Rechazo.MISMO_LUGAR if any(c.lugar == lugar for c in capturas) else None
        if hecho.tipo == Tipo.VERIFICADA and len({c.lugar for c in capturas}) == 1:
            return Rechazo.MISMO_LUGAR if lugar in ("", capturas[0].lugar) else None
        return None

    def _caso(self, acta: Acta, captura: Captura, imagen: str, hecho: Hecho) -> str:
        if captura is Captura.PRIMERA and hecho.tipo == Tipo.CAPTURADA:
            primera = acta.capturas_de(imagen)[0]
            return IGUAL if self._lectura(hecho).nombre == primera.lectura else DISTINTA
        if hecho.tipo == Tipo.DICTAMINADA:
            return RESUELVE if _resuelve(self._lectura(hecho).asentado, acta.capturas_de(imagen)) else TERCERA
        return ""

    # --- what it does ---

    def _aplicar(self, acta: Acta, hecho: Hecho, bit: int, sabe: int) -> Rechazo | None:
        """Put a fact that could be done with what happened beside it. The reason when that leaves it without effect."""
        if hecho.tipo == Tipo.INCIDENTE:
            acta.incidentes.append(hecho.id)
            return None
        if hecho.tipo == Tipo.ANEXADA:  # a paper beside the acta: none of its pictures
            return None
        if hecho.tipo == Tipo.PUBLICADA:
            self._registrar(acta, hecho)
            return None
        if hecho.tipo in DE_CAPTURA:
            return self._aplicar_captura(acta, hecho, bit, sabe)
        return self._aplicar_custodia(acta, hecho, bit, sabe)

    def _aplicar_custodia(self, acta: Acta, hecho: Hecho, bit: int, sabe: int) -> Rechazo | None:
        contenido = hecho.contenido
        imagen: str = contenido.get("imagen", "")
        siguiente = CUSTODIA.get((acta.custodia, Tipo(hecho.tipo)))
        match hecho.tipo:
            case Tipo.ACOPIADA:
                if not acta.sellos:
                    acta.sellos.append((bit, sabe, datetime.fromisoformat(contenido["hora"])))
            case Tipo.ACOPIO_CORREGIDO:
                acta.sellos.append((bit, sabe, datetime.fromisoformat(contenido["hora"])))
            case Tipo.FOTOGRAFIADA | Tipo.DIGITALIZADA:
                if imagen not in acta.desechadas:
                    _llega_imagen(acta, hecho)
            case Tipo.IDENTIFICADA:
                if not acta.tiene(imagen):
                    return Rechazo.SUPERADO
                if not self._identificar(acta, hecho, imagen):
                    return None
                if contenido["por"] == "pto":
                    acta.por_pto.add(imagen)
                if imagen not in acta.identificadas:
                    acta.identificadas.append(imagen)
            case Tipo.OTRA_IMAGEN_PEDIDA:
                if acta.en_duda is not None or acta.captura is Captura.VERIFICADA:
                    return Rechazo.SUPERADO
                acta.en_duda = (imagen, hecho.id, self._quien(hecho))
            case Tipo.OTRA_IMAGEN_NEGADA:
                if acta.en_duda is None or acta.en_duda[1] != contenido["peticion"]:
                    return Rechazo.SUPERADO
                acta.en_duda = None
            case Tipo.OTRA_IMAGEN_CONFIRMADA:
                return _desechar(acta, contenido["peticion"])
            case Tipo.DUPLICADA:
                if imagen in acta.identificadas:
                    return Rechazo.SUPERADO
                acta.imagenes = [i for i in acta.imagenes if i.sha256 != imagen]
            case Tipo.SIN_ACTA:
                if acta.imagenes or acta.verificadas:
                    return Rechazo.SUPERADO
                acta.sin_acta_dicha = (hecho.id, self._quien(hecho))
            case Tipo.SIN_ACTA_CONFIRMADA:
                if siguiente is None:
                    return Rechazo.SUPERADO
                dicha = self.historia.hechos[self.historia.lugares[contenido["peticion"]]]
                acta.sin_acta = SinActa(MotivoSinActa(dicha.contenido["motivo"]), hecho.id, sabe)
            case Tipo.FUERA_DE_CATALOGO:
                registro = acta.fuera_publicada[0] if acta.fuera_publicada is not None else None
                if siguiente is None or (registro is not None and not sabe >> registro & 1):
                    return Rechazo.SUPERADO
                acta.fuera, acta.fuera_hecho, acta.fuera_sabe = dict(contenido), hecho.id, sabe
                acta.en_duda = None
            case _:  # RESUELTA
                if acta.es != contenido["acta"]:
                    return Rechazo.SUPERADO
                acta.resuelta, acta.fuera_publicada = True, None
        if siguiente is not None:
            acta.custodia = siguiente
            if siguiente not in (Custodia.SIN_ACTA, Custodia.SIN_ACTA_DICHA):
                acta.sin_acta = acta.sin_acta_dicha = None
        return None

    def _identificar(self, acta: Acta, hecho: Hecho, imagen: str) -> bool:
        """Whether it is known now which acta a picture is of: a QR says it alone; of a sheet, two people must agree."""
        cual = hecho.contenido.get("acta", "")
        if hecho.sujeto.startswith(HOJA) and hecho.contenido["por"] == "persona":
            quien = self._quien(hecho)
            if acta.propuestas.setdefault((imagen, cual), quien) == quien:
                return False
        acta.es = cual or acta.es
        return True

    def _aplicar_captura(self, acta: Acta, hecho: Hecho, bit: int, sabe: int) -> Rechazo | None:
        contenido = hecho.contenido
        if contenido.get("imagen", "") in acta.desechadas:
            return Rechazo.SUPERADO
        match hecho.tipo:
            case Tipo.CAPTURADA:
                leido = self._capturado(hecho, bit, sabe)
                if any(c.persona == leido.persona for c in acta.capturas_de(leido.imagen)):
                    return Rechazo.MISMA_PERSONA
                acta.capturas.append(leido)
            case Tipo.DICTAMINADA:
                fallo = self._capturado(hecho, bit, sabe)
                vistas = [c for c in acta.capturas_de(fallo.imagen) if sabe >> c.bit & 1]
                acta.dictamenes.append(replace(fallo, resuelve=_resuelve(fallo.asentado, vistas)))
            case Tipo.DECIDIDA:
                acta.decisiones.append(self._capturado(hecho, bit, sabe))
            case Tipo.REVISADA:
                if acta.captura is Captura.VERIFICADA:
                    return Rechazo.SUPERADO
                acta.revisadas.append((bit, contenido["base"]))
            case Tipo.VERIFICADA:
                _asentar(acta, Verificacion(self._publicadas[bit], bit, sabe))
            case Tipo.COTEJADA:
                acta.cotejos.append(Cotejo(int(contenido["resultado"]), hecho.id, bit, sabe))
            case Tipo.REAPERTURA_PEDIDA:
                acta.reapertura = (hecho.id, self._quien(hecho))
            case Tipo.DEVUELTA:
                if acta.captura is Captura.VERIFICADA:
                    return Rechazo.SUPERADO
                _nueva_ronda(acta, sabe)
            case _:  # REABIERTA
                acta.reaperturas.append((bit, sabe))
                acta.reapertura = None
                _nueva_ronda(acta, sabe)
        return None

    def _publicar(self, vista: Acta, bit: int, hecho: Hecho) -> None:
        """Keep the reading that a fact verified as a corte publishes it: its picture, its hours and where it came from
        as whoever verified it knew them, so that nothing that comes beside or afterwards changes them."""
        encontrada = self._leida(hecho)
        if encontrada is None:
            return
        leida, llegada = encontrada
        sha256 = leida.contenido["imagen"]
        imagen = next((i for i in vista.imagenes if i.sha256 == sha256), None) or _imagen_de(llegada)
        acopio, por_pto = imagen.hora or vista.acopio, sha256 in vista.por_pto
        lectura = self._lectura(leida)
        self._publicadas[bit] = Publicada(
            imagen, lectura.asentado, acopio, leida.hora, hecho.hora, por_pto, lectura.nombre, hecho.id
        )

    def _leida(self, hecho: Hecho) -> tuple[Hecho, Hecho] | None:
        """The reading that a fact verified, by its name, and the arrival of its picture: among what that fact knew."""
        base = hecho.contenido["base"]
        lecturas = (h for h in reversed(self.historia.hechos) if h.interpretado and h.tipo in _LECTURAS)
        leida = next((h for h in lecturas if self._lectura(h).nombre == base and self._sabia(hecho, h)), None)
        if leida is None:
            return None
        llegadas = (h for h in self.historia.hechos if h.interpretado and h.tipo in _LLEGADAS)
        suyas = (h for h in llegadas if h.contenido["imagen"] == leida.contenido["imagen"] and self._sabia(hecho, h))
        llegada = next(suyas, None)
        return (leida, llegada) if llegada is not None else None

    def _lectura(self, hecho: Hecho) -> _Lectura:
        """What a capture or a ruling says, read once; and once for all those that say the same."""
        if hecho.id not in self._lecturas:
            imagen, valores = hecho.contenido["imagen"], hecho.contenido["valores"]
            iguales = (x for x in self._lecturas.values() if x.imagen == imagen and x.valores == valores)
            self._lecturas[hecho.id] = next(iguales, None) or _Lectura.de(imagen, valores)
        return self._lecturas[hecho.id]

    def _sabia(self, hecho: Hecho, otro: Hecho) -> bool:
        """Whether the writer of `hecho` knew `otro`. Somebody who asks before writing it knows all there is."""
        uno, dos = self.historia.lugares.get(hecho.id), self.historia.lugares[otro.id]
        return uno is None or bool(self.historia.sabe[uno] >> dos & 1)

    def _capturado(self, hecho: Hecho, bit: int, sabe: int) -> Capturado:
        c, leido = hecho.contenido, self._lectura(hecho)
        return Capturado(
            hecho.id,
            self._quien(hecho),
            hecho.hora,
            leido.asentado,
            leido.imagen,
            leido.nombre,
            c.get("lugar", ""),
            "contingencia" in c,
            bit=bit,
            sabe=sabe,
        )

    # --- what the sede published ---

    def _de_que_lectura(self, hecho: Hecho) -> Hecho | None:
        """The fact that settled what a corte carries: one its writer knew, that says what the corte says it does."""
        dicho, base = self._sabido(hecho, hecho.contenido["hecho"]), hecho.contenido["base"]
        if dicho is None:
            return None
        match dicho.tipo:
            case Tipo.VERIFICADA:
                dice = dicho.contenido["base"] == base and self.historia.lugares[dicho.id] in self._publicadas
            case Tipo.SIN_ACTA_CONFIRMADA:
                dicha = self._sabido(dicho, dicho.contenido["peticion"])
                dice = (
                    dicha is not None
                    and dicha.tipo == Tipo.SIN_ACTA
                    and _MOTIVOS.get(base) == dicha.contenido["motivo"]
                )
            case Tipo.FUERA_DE_CATALOGO:
                dice = base == dicho.id
            case _:
                dice = False
        return dicho if dice else None

    def _sabido(self, hecho: Hecho, identificador: str) -> Hecho | None:
        """A fact that the writer of another one knew, by its name."""
        lugar = self.historia.lugares.get(identificador)
        otro = self.historia.hechos[lugar] if lugar is not None else None
        return otro if otro is not None and otro.interpretado and self._sabia(hecho, otro) else None

    def _registrar(self, acta: Acta, hecho: Hecho) -> None:
        """Put on record what a corte carried, so that it stands even when whoever settled it lost their authority."""
        dicho = self._de_que_lectura(hecho)
        assert dicho is not None
        parcial = "nodo" in hecho.contenido
        if parcial and dicho.tipo in (Tipo.SIN_ACTA_CONFIRMADA, Tipo.FUERA_DE_CATALOGO):
            return  # only what the sede carried stands without a reading
        if dicho.tipo == Tipo.SIN_ACTA_CONFIRMADA:
            sin_acta = SinActa(
                _MOTIVOS[hecho.contenido["base"]], dicho.id, self.historia.sabe[self.historia.lugares[dicho.id]]
            )
            acta.sin_acta_publicada = self.historia.lugares[hecho.id], sin_acta
            return
        if dicho.tipo == Tipo.FUERA_DE_CATALOGO:
            if not acta.resuelta:
                acta.fuera_publicada = self.historia.lugares[hecho.id], dicho.id, dict(dicho.contenido)
            return
        corte, bit = hecho.contenido["corte"], self.historia.lugares[dicho.id]
        suya = next((v for v in acta.verificadas if v.bit == bit), None)
        if suya is None:
            if parcial:
                return  # what a node said that it emitted brings back nothing that was refused or replaced
            herederas = [v for v in acta.verificadas if acta.releva(v, bit)]
            if herederas:
                for v in herederas:
                    v.hereda = True
                return
            suya = Verificacion(self._publicadas[bit], bit, self.historia.sabe[bit], por_revisar=True)
            _asentar(acta, suya)
        if parcial:
            suya.parcial = True
        else:
            suya.corte = min(corte, suya.corte or corte)
            _relevar(acta, suya)


def base_publicada(acta: Acta) -> tuple[str, str] | None:
    """(name of the reading, id of the fact) that the next corte carries, when it carries one."""
    if acta.publicada is not None:
        return acta.publicada.base, acta.publicada.hecho
    if acta.sin_acta_dada is not None:
        return huella_sin_acta(acta.sin_acta_dada.motivo), acta.sin_acta_dada.hecho
    if acta.fuera_dada is not None:
        return acta.fuera_dada[0], acta.fuera_dada[0]
    return None


def _resuelve(leido: Asentado, capturas: list[Capturado]) -> bool:
    """Whether each field of a ruling is what some of those who typed had typed."""
    for nombre in ("totales", "votos"):
        for campo, valor in getattr(leido, nombre).items():
            if all(getattr(c.asentado, nombre).get(campo) != valor for c in capturas):
                return False
    return True


def _asentar(acta: Acta, nueva: Verificacion) -> None:
    """A verified reading comes to stand, with its picture, whatever somebody did to that beside it."""
    acta.verificadas.append(nueva)
    _relevar(acta, nueva)
    acta.custodia, acta.sin_acta, acta.sin_acta_dicha = Custodia.IDENTIFICADA, None, None
    imagen = nueva.publicada.imagen
    if not acta.tiene(imagen.sha256):
        acta.imagenes.append(imagen)
        acta.desechadas.discard(imagen.sha256)
    if imagen.sha256 not in acta.identificadas:
        acta.identificadas.append(imagen.sha256)
    if acta.en_duda is not None:  # somebody asked for another picture beside it
        acta.anomalias.append((acta.en_duda[1], Rechazo.SUPERADO))
        acta.en_duda = None


def _relevar(acta: Acta, nueva: Verificacion) -> None:
    """Take away those whose place it takes; one of those published makes it their heir."""
    viejas = [v for v in acta.verificadas if acta.releva(nueva, v.bit)]
    nueva.hereda = nueva.hereda or any(v.corte is not None or v.hereda for v in viejas)
    acta.verificadas = [v for v in acta.verificadas if v not in viejas]


def _desechar(acta: Acta, peticion: str) -> Rechazo | None:
    """Throw away the picture in doubt, unless people agreed on what it says meanwhile."""
    if acta.en_duda is None or acta.en_duda[1] != peticion or acta.captura is Captura.VERIFICADA:
        return Rechazo.SUPERADO
    imagen = acta.en_duda[0]
    acta.en_duda = None
    acta.imagenes = [i for i in acta.imagenes if i.sha256 != imagen]
    acta.identificadas = [i for i in acta.identificadas if i != imagen]
    acta.desechadas.add(imagen)
    acta.capturas = [c for c in acta.capturas if c.imagen != imagen]
    acta.dictamenes = [d for d in acta.dictamenes if d.imagen != imagen]
    acta.decisiones = [d for d in acta.decisiones if d.imagen != imagen]
    acta.devuelta = False
    acta.ronda += 1
    acta.custodia = Custodia.IDENTIFICADA if acta.identificadas else Custodia.REDIGITALIZAR
    return None


def _llega_imagen(acta: Acta, hecho: Hecho) -> None:
    """A picture, from the phone or from the scanner; twice is once."""
    if not acta.tiene(hecho.contenido["imagen"]):
        acta.imagenes.append(_imagen_de(hecho))


def _imagen_de(hecho: Hecho) -> Imagen:
    c = hecho.contenido
    digitalizacion = "Móvil" if hecho.tipo == Tipo.FOTOGRAFIADA else c.get("medio", "Escáner")
    hora = datetime.fromisoformat(c["hora"]) if "hora" in c else None
    documento, mecanismo = c.get("documento", "Acta PREP"), c.get("mecanismo", "")
    enderezada = c.get("enderezada", False)
    return Imagen(c["imagen"], digitalizacion, documento, hora, mecanismo, enderezada)


def _nueva_ronda(acta: Acta, sabe: int) -> None:
    """What was typed and known no longer counts; what somebody typed beside it does."""
    acta.ronda += 1
    acta.devuelta = True
    acta.capturas = [c for c in acta.capturas if not sabe >> c.bit & 1]
    acta.dictamenes = [d for d in acta.dictamenes if not sabe >> d.bit & 1]
    acta.decisiones = [d for d in acta.decisiones if not sabe >> d.bit & 1]
    acta.revisadas = [r for r in acta.revisadas if not sabe >> r[0] & 1]

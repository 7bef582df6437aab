"""The log of a publication from outside: whose keys, its tree and tiles, cosignatures and time stamps, its leaves, and
the manifests that they name, chained. Trusts nothing it reads; what is wrong goes to the `Informe`."""

import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from prep.comprobacion.actos import revisar_actos
from prep.comprobacion.informe import Informe
from prep.transparencia import arbol
from prep.transparencia.almacen import Carpeta, Lector
from prep.transparencia.canonico import canonico, leer_canonico
from prep.transparencia.errores import ErrorEmision, FormatoInvalido, NoDisponible, causa
from prep.transparencia.hojas import instante, leer_hoja, modo_de_llave
from prep.transparencia.manifiesto import MAXIMO, Manifiesto
from prep.transparencia.nota import FIRMA, LlavePublica, b64, de_b64
from prep.transparencia.politica import MAXIMO_BYTES, Politica, leer_politica
from prep.transparencia.punto import Punto, abrir_punto
from prep.transparencia.registro import (
    LLAVE_INSTITUTO,
    MAXIMO_ENTRADAS,
    MAXIMO_PUNTO,
    MAXIMO_TESELA,
    Historia,
    Teselas,
    desempacar,
    leer_historia,
    ruta_entradas,
    ruta_punto,
    ruta_tesela,
)
from prep.transparencia.sello import MAXIMO_RESPUESTA, ruta_sello, verificar_sello
from prep.transparencia.vigencia import cofirmas_vigentes, firmantes_de_siempre


@dataclass
class Cortes:
    """The corte leaves of a log, in order, and the manifests that could be read."""

    hojas: list[dict[str, Any]] = field(default_factory=list)
    manifiestos: dict[int, Manifiesto] = field(default_factory=dict)
    todas: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


@dataclass(frozen=True)
class Registro:
    """What a log says of the bitácora that its cortes come from. `llaves`: the institute's, now and before; `ceros`:
    the document of the puesta en ceros, if it is signed; `hojas`: every leaf, with its place."""

    llaves: frozenset[LlavePublica]
    manifiestos: Mapping[int, Manifiesto]
    ceros: Mapping[str, Any] | None
    hojas: Sequence[tuple[int, Mapping[str, Any]]]


def leer_registro(lector: Lector, politica: Politica | None, informe: Informe) -> Registro:
    """The log, its acts and the manifest of every corte, as signed; neither files nor figures. Raises `ErrorEmision`
    where nothing could be believed."""
    politica = politica_de(lector, politica, informe)
    historia = leer_historia(lector, politica.registros, politica.testigos.values())
    cortes = leer_hojas(historia, informe)
    leer_manifiestos(lector, cortes, informe)
    documentos = revisar_actos(lector, cortes.todas, cortes.manifiestos, informe)
    firmantes = firmantes_de_siempre(historia.hojas, politica.registros)
    return Registro(
        frozenset(ll for ll in firmantes if ll.nombre == historia.punto.origen),
        cortes.manifiestos,
        next((documentos.get(i) for i, h in cortes.todas if h["tipo"] == "puesta_en_ceros"), None),
        cortes.todas,
    )


def revisar_llave_del_sitio(lector: Lector, historia: Historia, informe: Informe) -> None:
    """The key that the site offers to whoever has no other, against the one that signs."""
    datos = lector.leer(LLAVE_INSTITUTO, 1000)
    firman = {f.llave.vkey for f in historia.firmado.firmas}
    if datos is not None and datos.decode("utf-8", "replace").strip() not in firman:
        informe.aviso("llaves", f"{LLAVE_INSTITUTO} no es la llave que firma este registro: no la use")


def politica_de(lector: Lector, dada: Politica | None, informe: Informe) -> Politica:
    """The keys and quorum to go by: those obtained elsewhere, or else the site's own, and it is said."""
    if dada is not None:
        if not dada.registros:
            raise NoDisponible("la política que se dio no nombra la llave de ningún registro (línea «log»)")
        return dada
    datos = lector.leer("politica", MAXIMO_BYTES)
    vkey = lector.leer(LLAVE_INSTITUTO, 1000)
    if vkey is not None and b"+" not in vkey:
        vkey = None  # some hosts answer something for whatever they do not have
    if datos is None and vkey is None:
        raise NoDisponible("no hay llave con qué comprobar: ni --politica, ni «politica» ni «llaves/instituto.vkey»")
    informe.aviso(
        "llaves",
        "las llaves se tomaron del propio sitio: compárelas con las que el instituto publicó por otro medio"
        " o use --politica",
    )
    propias = (_vkey(vkey),) if vkey is not None else ()
    if datos is None:
        return Politica(propias)
    politica = leer_politica(datos)
    return politica if politica.registros else Politica(propias, politica.testigos, politica.grupos, politica.quorum)


def _vkey(datos: bytes) -> LlavePublica:
    try:
        llave = LlavePublica.leer(datos.decode("utf-8"))
    except UnicodeDecodeError as e:
        raise FormatoInvalido(f"{LLAVE_INSTITUTO} no es una llave") from e
    if llave.tipo != FIRMA:
        raise FormatoInvalido(f"{LLAVE_INSTITUTO} no es una llave para firmar el registro")
    return llave


def revisar_quorum(historia: Historia, politica: Politica, exigida: bool, informe: Informe) -> None:
    """`exigida`: the policy was obtained elsewhere, and what it asks for is demanded."""
    firmado = cofirmas_vigentes(historia.firmado, historia.hojas)
    for f in firmado.cofirmas:
        cuando = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(min(f.hora or 0, 253402300799)))
        informe.bien("cofirmas", f"{f.llave.nombre} cofirmó el {cuando}")
    if politica.cumple(firmado):
        informe.bien("política", politica.descripcion())
    elif exigida:
        informe.mal("política", f"faltan cofirmas: {politica.descripcion()}")
    else:
        informe.aviso("política", f"todavía faltan cofirmas: {politica.descripcion()}")


def revisar_teselas(lector: Lector, historia: Historia, politica: Politica, informe: Informe) -> None:
    """The published tiles against the tree; in a folder, every file of the log, current or past."""
    n, antes = historia.punto.tamano, informe.tropiezos
    publicadas = Teselas(lector, n)
    for nivel, numero, _ in arbol.teselas(0, n):
        _comparar_tesela(historia, nivel, numero, publicadas.tesela(nivel, numero), informe)
    if isinstance(lector, Carpeta):
        llaves = firmantes_de_siempre(historia.hojas, politica.registros), politica.testigos.values()
        for ruta in (*lector.rutas("tile"), *lector.rutas("puntos")):
            _archivo_del_registro(lector, ruta, historia, llaves, informe)
    if informe.tropiezos == antes:
        informe.bien("teselas", "los archivos del registro son los de su árbol")


def _comparar_tesela(historia: Historia, nivel: int, numero: int, datos: bytes, informe: Informe) -> None:
    alto = arbol.ALTO * nivel
    for i in range(0, len(datos), 32):
        indice = numero * arbol.ANCHO + i // 32
        if (indice + 1) << alto > historia.punto.tamano:
            return  # a tile written for a checkpoint that is not signed yet
        if datos[i : i + 32] != historia.arbol.nodos(alto, indice):
            informe.mal("teselas", f"la tesela {nivel}/{numero} no corresponde al árbol firmado")
            return


def _archivo_del_registro(
    lector: Lector, ruta: str, historia: Historia, llaves: tuple[Iterable[LlavePublica], ...], informe: Informe
) -> None:
    partes = ruta.split("/")
    n = historia.punto.tamano
    try:
        datos = lector.leer(ruta, MAXIMO_PUNTO if partes[0] == "puntos" else MAXIMO_ENTRADAS) or b""
        if partes[0] == "puntos":
            firmado = abrir_punto(datos, *llaves)
            tamano = firmado.punto.tamano
            if ruta != ruta_punto(tamano):
                raise FormatoInvalido(f"{ruta} es de {tamano} hojas")
            if tamano <= historia.punto.tamano and historia.arbol.raiz(tamano) != firmado.punto.raiz:
                raise FormatoInvalido(f"{ruta} está firmado y es de otra historia: el instituto firmó dos")
            return
        ancho = int(partes.pop()) if partes[-2].endswith(".p") else arbol.ANCHO
        numero = int("".join(p.removeprefix("x").removesuffix(".p") for p in partes[2:]))
        nivel = 0 if partes[1] == "entries" else int(partes[1])
        debe = ruta_entradas(numero, ancho) if partes[1] == "entries" else ruta_tesela(nivel, numero, ancho)
        if ruta != debe or nivel > 7 or (numero * arbol.ANCHO + ancho) << (arbol.ALTO * nivel) > n + 1:
            raise FormatoInvalido(f"sobra {ruta}: el registro no tiene esas hojas")
        if partes[1] == "entries":
            hojas = desempacar(datos, ancho)
            firmadas = list(historia.hojas[numero * arbol.ANCHO :][:ancho])
            if hojas[: len(firmadas)] != firmadas or len(datos) < sum(len(h) + 2 for h in firmadas):
                raise FormatoInvalido(f"{ruta} no trae las hojas firmadas")
        elif len(datos) != 32 * ancho or len(datos) > MAXIMO_TESELA:
            raise FormatoInvalido(f"{ruta} no mide lo que debe")
        else:
            _comparar_tesela(historia, nivel, numero, datos, informe)
    except ErrorEmision as e:
        informe.tropiezo("teselas", e)
    except (ValueError, IndexError):
        informe.mal("teselas", f"{ruta} no es un archivo del registro")


def revisar_sellos(lector: Lector, historia: Historia, informe: Informe) -> None:
    """Dated stamps, if there are any: each over the checkpoint its name says. Whose certificate signs it is for whoever
    knows the authority."""
    rutas = list(lector.rutas("sellos")) if isinstance(lector, Carpeta) else [ruta_sello(historia.punto.tamano)]
    for ruta in rutas:
        try:
            datos = lector.leer(ruta, MAXIMO_RESPUESTA)
            if datos is None or (datos[:1] != b"\x30" and not isinstance(lector, Carpeta)):
                continue  # it is optional: on the web, only what looks like a stamp is one
            numero = re.fullmatch(r"sellos/([0-9]{6,15})\.tsr", ruta)
            tamano = int(numero[1]) if numero else 0
            if not 1 <= tamano <= historia.punto.tamano or ruta != ruta_sello(tamano):
                raise FormatoInvalido(f"{ruta} no es de ningún punto de control firmado")
            texto = Punto(historia.punto.origen, tamano, historia.arbol.raiz(tamano)).texto()
            sello = verificar_sello(datos, texto)
        except NoDisponible as e:  # nothing hangs on it
            informe.aviso("sellos", str(e))
        except ErrorEmision as e:
            informe.mal("sellos", f"{ruta}: {e}")
        else:
            hora = f"{sello.hora:%Y-%m-%d %H:%M:%S} UTC"
            informe.aviso(
                "sellos",
                f"{tamano} hojas existían el {hora}, según «{sello.autoridad}»; su certificado no se comprobó: hágalo"
                " con openssl y el que esa autoridad publica",
            )


def leer_hojas(historia: Historia, informe: Informe) -> Cortes:
    """Read the leaves: one process, time that does not go back, cortes one after another."""
    cortes, proceso, hora = Cortes(), None, ""
    for i, dato in enumerate(historia.hojas):
        try:
            h = leer_hoja(dato)
        except ErrorEmision as e:
            informe.mal("hojas", f"hoja {i}: {e}")
            continue
        proceso = proceso or h["proceso"]
        if h["proceso"] != proceso:
            informe.mal("hojas", f"hoja {i}: es del proceso «{h['proceso']}» en el registro de «{proceso}»")
        cortes.todas.append((i, h))
        if cortes.hojas and h["modo"] != cortes.hojas[0]["modo"]:
            informe.mal("hojas", f"hoja {i}: es de {h['modo']} en un registro de {cortes.hojas[0]['modo']}")
        if h["tipo"] != "corte":
            continue
        if cortes.hojas and h["corte"] != cortes.hojas[-1]["corte"] + 1:
            informe.mal("hojas", f"después del corte {cortes.hojas[-1]['corte']} sigue el {h['corte']}: falta o sobra")
        if hora and instante(h["hora"]) < instante(hora):
            informe.mal("hojas", f"el corte {h['corte']} dice una hora anterior a la del previo")
        hora = h["hora"]
        cortes.hojas.append(h)
    if not cortes.hojas:
        informe.sin_comprobar("hojas", "el registro no tiene todavía ningún corte")
    else:
        u = cortes.hojas[-1]
        informe.proceso, informe.corte, informe.hora, informe.modo = u["proceso"], u["corte"], u["hora"], u["modo"]
        _llave_del_modo(historia.punto.origen, u["modo"], informe)
    return cortes


def _llave_del_modo(nombre: str, modo: str, informe: Informe) -> None:
    """The name of a key says what it signs; one of a drill or test signs nothing else."""
    suyo = modo_de_llave(nombre)
    if suyo not in ("jornada", modo):
        informe.mal("llaves", f"la llave «{nombre}» es de {suyo} y firma cortes de {modo}")
    elif suyo != modo:
        informe.aviso("llaves", f"la llave «{nombre}» tiene nombre de jornada y firma cortes de {modo}")


def leer_manifiestos(lector: Lector, cortes: Cortes, informe: Informe) -> None:
    """Every corte's manifest: the one its leaf names, chained to the one before."""
    anterior: str | None = None
    previo: Manifiesto | None = None
    antes = informe.tropiezos
    for h in cortes.hojas:
        ruta = f"{h['ruta']}/corte.json"
        try:
            datos = lector.leer(ruta, MAXIMO)
            if datos is None:
                raise FormatoInvalido(f"falta {ruta}: el corte {h['corte']} fue retirado")
            if sha256(datos).hexdigest() != h["manifiesto"]:
                raise FormatoInvalido(f"{ruta} fue reescrito: no es el que se firmó")
            m = Manifiesto.leer(datos)
            if (m.proceso, m.corte, m.hora, m.modo) != (h["proceso"], h["corte"], h["hora"], h["modo"]):
                raise FormatoInvalido(f"{ruta} no dice el proceso, corte, hora y modo de su hoja")
            if m.anterior != anterior:
                raise FormatoInvalido(f"{ruta} no continúa al corte anterior")
            cortes.manifiestos[h["corte"]] = m
            if previo is not None and (distinta := otra_bitacora(previo, m)):
                informe.mal("manifiestos", distinta)
            previo = m
        except ErrorEmision as e:
            informe.tropiezo("manifiestos", e)
        anterior = h["manifiesto"]
    if cortes.hojas and informe.tropiezos == antes:
        informe.bien("manifiestos", f"cortes encadenados: {len(cortes.hojas)}, ninguno reescrito ni retirado")


def otra_bitacora(previo: Manifiesto, m: Manifiesto) -> str | None:
    """The bitácora only grows: fewer facts than before, or other ones in as many, are another history."""
    if m.posicion < previo.posicion:
        return (
            f"el corte {m.corte} sale de {m.posicion:,} hechos y el {previo.corte} salió de {previo.posicion:,}: "
            "la bitácora perdió hechos ya firmados"
        )
    if m.posicion == previo.posicion and m.raiz != previo.raiz:
        return (
            f"los cortes {previo.corte} y {m.corte} salen de {m.posicion:,} hechos y no son los mismos: "
            "la bitácora cambió hechos ya firmados"
        )
    return None


def firman(historia: Historia) -> list[LlavePublica]:
    """The keys of the log, not of its witnesses, that sign its head."""
    return [f.llave for f in historia.firmado.firmas if f.hora is None]


@dataclass(frozen=True)
class Recuerdo:
    """The checkpoint seen last time and the keys that signed it, kept by whoever verifies."""

    punto: Punto
    llaves: Sequence[LlavePublica]

    @classmethod
    def leer(cls, archivo: Path | None) -> "Recuerdo | None":
        if archivo is None:
            return None
        try:
            d = leer_canonico(archivo.read_bytes())
            punto = Punto(d["origen"], d["tamano"], de_b64(d["raiz"]))
            return cls(punto, [LlavePublica.leer(v) for v in d["llaves"]])
        except FileNotFoundError:
            return None
        except OSError as e:
            raise NoDisponible(f"no se pudo leer {archivo}: {causa(e)}") from e
        except (ValueError, KeyError, TypeError) as e:
            raise NoDisponible(f"no se entiende {archivo}; bórrelo solo si sabe por qué está dañado") from e

    def comparar(self, historia: Historia, informe: Informe) -> None:
        historia.comprobar_continuacion(self.punto)
        informe.bien("memoria", f"continúa la historia vista antes, de {self.punto.tamano} hojas")
        if not set(firman(historia)) & set(self.llaves):
            informe.aviso("memoria", "lo firma otra llave que la vez anterior")

    def escribir(self, archivo: Path) -> None:
        d = {
            "origen": self.punto.origen,
            "tamano": self.punto.tamano,
            "raiz": b64(self.punto.raiz),
            "llaves": [ll.vkey for ll in self.llaves],
        }
        temporal = archivo.with_name(archivo.name + ".nuevo")
        temporal.write_bytes(canonico(d))
        os.replace(temporal, archivo)  # noqa: PTH105

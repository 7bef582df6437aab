"""Check a publication from outside: signatures, history, closure, figures and images. Trusts nothing it reads.

The result is an `Informe`; nothing here raises for what a publication may contain.
"""

import contextlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from prep.comprobacion.corte_publicado import revisar_archivos, revisar_cifras, revisar_imagenes, revisar_sitio
from prep.comprobacion.informe import Informe
from prep.comprobacion.sitio import leer_sitio
from prep.transparencia import arbol
from prep.transparencia.almacen import Carpeta, Lector
from prep.transparencia.canonico import NoCanonico, canonico, leer_canonico
from prep.transparencia.emisor import PUNTERO
from prep.transparencia.errores import ErrorEmision, FormatoInvalido, NoDisponible
from prep.transparencia.hojas import leer_hoja
from prep.transparencia.manifiesto import MAXIMO, Manifiesto
from prep.transparencia.nota import FIRMA, LlavePublica, b64, de_b64
from prep.transparencia.politica import MAXIMO_BYTES, Politica, leer_politica
from prep.transparencia.punto import Punto, abrir_punto
from prep.transparencia.registro import LLAVE_INSTITUTO, Historia, Teselas, desempacar, ruta_punto
from prep.transparencia.sello import MAXIMO_RESPUESTA, ruta_sello, verificar_sello
from prep.transparencia.vigencia import cambios_de_llaves, cofirmas_vigentes, leer_historia_vigente


@dataclass(frozen=True)
class Opciones:
    """What to look at. `politica`: keys and quorum obtained elsewhere; without it, those of the site itself."""

    politica: Politica | None = None
    recordar: Path | None = None
    imagenes: bool = True
    todo: bool = False  # every corte's files and figures, not only the last one's
    modo: str | None = None  # demand that the corte be of this mode
    espera: float = 2.0  # seconds before looking again at a pointer caught in the middle of a switch


@dataclass
class _Cortes:
    """The corte leaves of a log, in order, and the manifests that could be read."""

    hojas: list[dict[str, Any]] = field(default_factory=list)
    manifiestos: dict[int, Manifiesto] = field(default_factory=dict)


def verificar(lector: Lector, opciones: Opciones | None = None) -> Informe:
    """Check everything the options ask for."""
    o = opciones or Opciones()
    informe = Informe()
    try:
        politica = _politica(lector, o, informe)
        historia = leer_historia_vigente(lector, politica.registros, politica.testigos.values())
        informe.bien("registro", f"{historia.punto.tamano} hojas bajo la raíz firmada por «{historia.punto.origen}»")
        _quorum(historia, politica, o, informe)
        recuerdo = _Recuerdo.leer(o.recordar)
        if recuerdo:
            recuerdo.comparar(historia, informe)
        _teselas(lector, historia, politica, informe)
        _sellos(lector, historia, informe)
        cortes = _hojas(historia, informe)
        puntero = _puntero(lector, cortes, o, informe)
        if puntero == "adelantado":
            time.sleep(o.espera)
            return verificar(lector, replace(o, espera=-1.0))
        _manifiestos(lector, cortes, informe)
        _contenido(lector, cortes, o, informe)
        _sin_firmar(lector, cortes, informe)
        if informe.codigo == 0 and o.recordar:
            _Recuerdo(historia.punto, politica.registros).escribir(o.recordar)
            informe.bien("memoria", f"se recordó este punto de control en {o.recordar}")
    except NoDisponible as e:
        informe.sin_comprobar("lectura", str(e))
    except ErrorEmision as e:
        informe.mal("registro", str(e))
    except RecursionError:
        informe.mal("registro", "un archivo está anidado sin fin")
    return informe


def _politica(lector: Lector, o: Opciones, informe: Informe) -> Politica:
    if o.politica is not None:
        if not o.politica.registros:
            raise NoDisponible("la política que se dio no nombra la llave de ningún registro (línea «log»)")
        return o.politica
    datos = lector.leer("politica", MAXIMO_BYTES)
    vkey = lector.leer(LLAVE_INSTITUTO, 1000)
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
    if propias and politica.registros and propias[0] not in politica.registros:
        informe.aviso("llaves", f"{LLAVE_INSTITUTO} no es la llave que nombra la política")
    return politica if politica.registros else Politica(propias, politica.testigos, politica.grupos, politica.quorum)


def _vkey(datos: bytes) -> LlavePublica:
    try:
        llave = LlavePublica.leer(datos.decode("utf-8"))
    except UnicodeDecodeError as e:
        raise FormatoInvalido(f"{LLAVE_INSTITUTO} no es una llave") from e
    if llave.tipo != FIRMA:
        raise FormatoInvalido(f"{LLAVE_INSTITUTO} no es una llave para firmar el registro")
    return llave


def _quorum(historia: Historia, politica: Politica, o: Opciones, informe: Informe) -> None:
    firmado = cofirmas_vigentes(historia.firmado, historia.hojas)
    for f in firmado.cofirmas:
        cuando = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(min(f.hora or 0, 253402300799)))
        informe.bien("cofirmas", f"{f.llave.nombre} cofirmó el {cuando}")
    if politica.cumple(firmado):
        informe.bien("política", politica.descripcion())
    elif o.politica is not None:
        informe.mal("política", f"faltan cofirmas: {politica.descripcion()}")
    else:
        informe.aviso("política", f"todavía faltan cofirmas: {politica.descripcion()}")


def _teselas(lector: Lector, historia: Historia, politica: Politica, informe: Informe) -> None:
    """The published tiles against the tree; in a folder, every file of the log, current or past."""
    n, antes = historia.punto.tamano, informe.codigo
    publicadas = Teselas(lector, n)
    for nivel, numero, _ in arbol.teselas(0, n):
        _comparar_tesela(historia, nivel, numero, publicadas.tesela(nivel, numero), informe)
    if isinstance(lector, Carpeta):
        for ruta in (*lector.rutas("tile"), *lector.rutas("puntos")):
            _archivo_del_registro(lector, ruta, historia, politica, informe)
    if informe.codigo == antes:
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


def _archivo_del_registro(lector: Lector, ruta: str, historia: Historia, politica: Politica, informe: Informe) -> None:
    partes = ruta.split("/")
    datos = lector.leer(ruta) or b""
    try:
        if partes[0] == "puntos":
            firmado = abrir_punto(datos, _firmantes_de_siempre(historia, politica), politica.testigos.values())
            tamano = firmado.punto.tamano
            if ruta != ruta_punto(tamano):
                raise FormatoInvalido(f"{ruta} es de {tamano} hojas")
            if tamano <= historia.punto.tamano and historia.arbol.raiz(tamano) != firmado.punto.raiz:
                raise FormatoInvalido(f"{ruta} está firmado y es de otra historia: el instituto firmó dos")
            return
        ancho = int(partes.pop()) if partes[-2].endswith(".p") else arbol.ANCHO
        numero = int("".join(p.removeprefix("x").removesuffix(".p") for p in partes[2:]))
        if partes[1] == "entries":
            hojas = desempacar(datos, ancho)
            firmadas = list(historia.hojas[numero * arbol.ANCHO :][:ancho])
            if hojas[: len(firmadas)] != firmadas or len(datos) < sum(len(h) + 2 for h in firmadas):
                raise FormatoInvalido(f"{ruta} no trae las hojas firmadas")
        elif len(datos) != 32 * ancho:
            raise FormatoInvalido(f"{ruta} no mide lo que debe")
        else:
            _comparar_tesela(historia, int(partes[1]), numero, datos, informe)
    except (ErrorEmision, ValueError, IndexError) as e:
        informe.mal("teselas", str(e) if isinstance(e, ErrorEmision) else f"{ruta} no es un archivo del registro")


def _sellos(lector: Lector, historia: Historia, informe: Informe) -> None:
    """Dated stamps, if there are any: each over the checkpoint its name says."""
    rutas = list(lector.rutas("sellos")) if isinstance(lector, Carpeta) else [ruta_sello(historia.punto.tamano)]
    for ruta in rutas:
        datos = lector.leer(ruta, MAXIMO_RESPUESTA)
        if datos is None:
            continue
        try:
            tamano = next((n for n in range(1, historia.punto.tamano + 1) if ruta == ruta_sello(n)), None)
            if tamano is None:
                raise FormatoInvalido(f"{ruta} no es de ningún punto de control firmado")
            texto = Punto(historia.punto.origen, tamano, historia.arbol.raiz(tamano)).texto()
            sello = verificar_sello(datos, texto)
        except ErrorEmision as e:
            informe.mal("sellos", f"{ruta}: {e}")
        else:
            hora = f"{sello.hora:%Y-%m-%d %H:%M:%S} UTC"
            informe.bien("sellos", f"{tamano} hojas existían el {hora}, según {sello.autoridad}")


def _firmantes_de_siempre(historia: Historia, politica: Politica) -> set[LlavePublica]:
    """Every key that has signed this log: the trusted ones and those its own leaves say came before or after."""
    rotaciones = [h for _, h in cambios_de_llaves(historia.hojas) if h["accion"] == "rotacion"]
    vkeys = {v for h in rotaciones for v in (h["llave"], h["anterior"]) if v}
    return {*politica.registros, *map(LlavePublica.leer, vkeys)}


def _hojas(historia: Historia, informe: Informe) -> _Cortes:
    """Read the leaves: one process, time that does not go back, cortes one after another."""
    cortes, proceso, hora = _Cortes(), None, ""
    for i, dato in enumerate(historia.hojas):
        try:
            h = leer_hoja(dato)
        except ErrorEmision as e:
            informe.mal("hojas", f"hoja {i}: {e}")
            continue
        proceso = proceso or h["proceso"]
        if h["proceso"] != proceso:
            informe.mal("hojas", f"hoja {i}: es del proceso «{h['proceso']}» en el registro de «{proceso}»")
        if h["tipo"] != "corte":
            informe.bien("hojas", f"{h['hora']} {h['tipo'].replace('_', ' ')} ({h['modo']})")
            continue
        if cortes.hojas and h["corte"] != cortes.hojas[-1]["corte"] + 1:
            informe.mal("hojas", f"después del corte {cortes.hojas[-1]['corte']} sigue el {h['corte']}: falta o sobra")
        if hora and _instante(h["hora"]) < _instante(hora):
            informe.mal("hojas", f"el corte {h['corte']} dice una hora anterior a la del previo")
        hora = h["hora"]
        cortes.hojas.append(h)
    if not cortes.hojas:
        informe.sin_comprobar("hojas", "el registro no tiene todavía ningún corte")
    else:
        u = cortes.hojas[-1]
        informe.proceso, informe.corte, informe.hora, informe.modo = u["proceso"], u["corte"], u["hora"], u["modo"]
    return cortes


def _instante(hora: str) -> float:
    return datetime.fromisoformat(hora).timestamp()


def _puntero(lector: Lector, cortes: _Cortes, o: Opciones, informe: Informe) -> str:
    """`ultimo.json` against the last corte of the log; "adelantado" asks to look again in a moment."""
    if not cortes.hojas:
        return "nada"
    ultima = cortes.hojas[-1]
    if o.modo and ultima["modo"] != o.modo:
        informe.mal("modo", f"el corte es de {ultima['modo']} y no de {o.modo}")
    datos = lector.leer(PUNTERO, 10_000)
    if datos is None:
        informe.mal("puntero", f"falta {PUNTERO}")
        return "nada"
    try:
        puntero = leer_canonico(datos)
        dicho = {k: puntero[k] for k in ("proceso", "corte", "hora", "modo", "ruta", "manifiesto")}
        numero = int(dicho["corte"])
    except (NoCanonico, KeyError, TypeError, ValueError):
        informe.mal("puntero", f"{PUNTERO} no tiene la forma que debe")
        return "nada"
    if dicho == {k: ultima[k] for k in dicho}:
        informe.bien("puntero", f"{PUNTERO} apunta al último corte firmado")
    elif numero > ultima["corte"] and o.espera >= 0:
        return "adelantado"
    elif numero > ultima["corte"]:
        informe.mal("puntero", f"{PUNTERO} anuncia el corte {numero}, que nadie ha firmado")
    else:
        informe.mal("puntero", f"{PUNTERO} muestra otra cosa que el último corte firmado, el {ultima['corte']}")
    return "listo"


def _manifiestos(lector: Lector, cortes: _Cortes, informe: Informe) -> None:
    """Every corte's manifest: the one its leaf names, chained to the one before."""
    anterior: str | None = None
    antes = informe.codigo
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
        except NoDisponible as e:
            informe.sin_comprobar("manifiestos", str(e))
        except ErrorEmision as e:
            informe.mal("manifiestos", str(e))
        anterior = h["manifiesto"]
    if cortes.hojas and informe.codigo == antes:
        informe.bien("manifiestos", f"{len(cortes.hojas)} cortes encadenados, ninguno reescrito ni retirado")


def _contenido(lector: Lector, cortes: _Cortes, o: Opciones, informe: Informe) -> None:
    """Files of every corte in a folder (of the last one on the web, unless `todo`); figures and images of the last."""
    for h in cortes.hojas:
        m = cortes.manifiestos.get(h["corte"])
        ultimo = h is cortes.hojas[-1]
        if m is None or not (ultimo or o.todo or isinstance(lector, Carpeta)):
            continue
        cifras = ultimo or o.todo
        archivos = revisar_archivos(lector, h["ruta"], m, informe, guardar=cifras)
        if cifras:
            imagenes = revisar_cifras(archivos, m, informe)
            if ultimo:
                revisar_sitio(lector, archivos, informe)
            if imagenes is not None:
                revisar_imagenes(lector, imagenes, m, informe, o.imagenes)


_CONOCIDOS = ("checkpoint", PUNTERO, "politica", "llaves", "tile", "puntos", "sellos", "imagenes")


def _sin_firmar(lector: Lector, cortes: _Cortes, informe: Informe) -> None:
    """What a folder holds that nothing signed speaks of: nobody should take it for part of the publication."""
    if not isinstance(lector, Carpeta):
        return
    ajenos = [r for r in lector.rutas() if r.split("/")[0] not in _CONOCIDOS]
    for h in cortes.hojas:
        ajenos = [r for r in ajenos if not r.startswith(f"{h['ruta']}/")]
    if cortes.hojas:
        datos = lector.leer(f"{cortes.hojas[-1]['ruta']}/sitio.json", MAXIMO)
        with contextlib.suppress(FormatoInvalido):
            listados = {a.ruta for a in leer_sitio(datos)} if datos is not None else set()
            ajenos = [r for r in ajenos if r not in listados]
    if ajenos:
        nombres = ", ".join(ajenos[:4]) + ("…" if len(ajenos) > 4 else "")
        informe.aviso("sin firmar", f"{len(ajenos)} archivos que ningún corte firmado menciona: {nombres}")


@dataclass(frozen=True)
class _Recuerdo:
    """The checkpoint seen last time and the keys that signed it, kept by whoever verifies."""

    punto: Punto
    llaves: Sequence[LlavePublica]

    @classmethod
    def leer(cls, archivo: Path | None) -> "_Recuerdo | None":
        if archivo is None or not archivo.exists():
            return None
        try:
            d = json.loads(archivo.read_bytes())
            punto = Punto(d["origen"], d["tamano"], de_b64(d["raiz"]))
            return cls(punto, [LlavePublica.leer(v) for v in d["llaves"]])
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise NoDisponible(f"no se entiende {archivo}; bórrelo solo si sabe por qué está dañado") from e

    def comparar(self, historia: Historia, informe: Informe) -> None:
        historia.comprobar_continuacion(self.punto)
        informe.bien("memoria", f"continúa la historia vista antes, de {self.punto.tamano} hojas")
        if not {f.llave for f in historia.firmado.firmas} & set(self.llaves):
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

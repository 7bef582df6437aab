"""A mirror that cannot lie: it fetches what is new, checks it whole, and only then shows it.

What arrives waits in a hidden folder (`.llegando`), so a killed mirror resumes where it was and nobody is served
something unchecked. A file already held under another name is not fetched again. When the source misbehaves, the last
good corte stays.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from prep.comprobacion.actos import maximo_de, revisar_actos, ruta_documento
from prep.comprobacion.cifras import Anterior, Archivos, Contexto, es_fijo, leer_documento, revisar_cifras
from prep.comprobacion.comprobado import Comprobado
from prep.comprobacion.corte_publicado import MAXIMO_IMAGEN, imagenes_firmadas
from prep.comprobacion.documentos import ruta_de_imagen
from prep.comprobacion.informe import Informe, Nivel, en_una_linea
from prep.comprobacion.recalculo import NoCuadra
from prep.comprobacion.registro import leer_hojas, otra_bitacora
from prep.comprobacion.sitio import MAXIMO_PAGINA, leer_sitio
from prep.transparencia.almacen import Carpeta, Lector
from prep.transparencia.canonico import NoCanonico, canonico, leer_canonico
from prep.transparencia.emisor import PUNTERO
from prep.transparencia.errores import ErrorEmision, FormatoInvalido, Inconsistente, NoDisponible, causa
from prep.transparencia.hojas import leer_hoja
from prep.transparencia.manifiesto import MAXIMO, Archivo, Manifiesto
from prep.transparencia.nota import Firmante, LlavePublica, Nota, firmar
from prep.transparencia.politica import MAXIMO_BYTES as MAXIMO_POLITICA
from prep.transparencia.politica import Politica, leer_politica
from prep.transparencia.punto import Punto
from prep.transparencia.registro import (
    LLAVE_INSTITUTO,
    MAXIMO_PUNTO,
    Historia,
    copiar_registro,
    leer_historia,
    ruta_punto,
)
from prep.transparencia.vigencia import cofirmas_vigentes, firmantes_de_siempre

ESPERA_OCULTA = ".llegando"
HILOS = 8


@dataclass
class Estado:
    """How the mirror is: what it serves, how late it is and what is wrong. Times: POSIX seconds."""

    corte: int | None = None
    hora: str | None = None
    modo: str | None = None
    corte_de_la_fuente: int | None = None
    revisado: int | None = None
    al_dia: int | None = None
    problema: str | None = None
    faltan_cofirmas: str | None = None
    recibidos: int = 0
    bytes: int = 0


class Espejo:
    """A mirror of one publication in a folder. `firmante`, if any, cosigns what is held."""

    def __init__(
        self,
        fuente: Lector,
        carpeta: Path,
        politica: Politica,
        reloj: Callable[[], int],
        firmante: Firmante | None = None,
    ) -> None:
        self.fuente, self.politica, self.firmante, self._reloj = fuente, politica, firmante, reloj
        self.sitio = Carpeta(carpeta)
        self._oculta = Carpeta(carpeta / ESPERA_OCULTA, duradero=False)
        self.estado = Estado()
        self._manifiestos: dict[str, Manifiesto] = {}
        self._comprobado: Comprobado | None = None
        with contextlib.suppress(ErrorEmision, NoCanonico, KeyError, TypeError):
            p = leer_canonico(self.sitio.leer(PUNTERO) or b"")
            self.estado.corte, self.estado.hora, self.estado.modo = p["corte"], p["hora"], p["modo"]

    def sincronizar(self) -> Estado:
        """One round. Never raises for what the source does: it is told in `estado.problema`."""
        e = self.estado
        e.revisado, e.recibidos, e.bytes, e.problema = self._reloj(), 0, 0, None
        try:
            self._ronda()
            e.al_dia = e.revisado
        except ErrorEmision as error:
            e.problema = en_una_linea(str(error))
        except OSError as error:
            e.problema = f"no se pudo guardar: {causa(error)}"
        except Exception as error:  # whatever it was, what is served stays and the next round tries again
            e.problema = f"la fuente ofrece algo que no se entiende ({type(error).__name__})"
        return e

    def como_dict(self) -> dict[str, Any]:
        """State with its lag in seconds since the last complete round."""
        d = asdict(self.estado)
        d["atraso"] = None if self.estado.al_dia is None else self._reloj() - self.estado.al_dia
        return d

    def _ronda(self) -> None:
        historia = leer_historia(self.fuente, self.politica.registros, self.politica.testigos.values())
        propio = self._punto_propio()
        if propio:
            historia.comprobar_continuacion(propio)
        informe = Informe()
        cortes = leer_hojas(historia, informe).hojas
        _exigir(informe)
        if cortes:
            self.estado.corte_de_la_fuente = cortes[-1]["corte"]
        for i in range(len(cortes)):
            self._corte(cortes, i)
        self._actos(historia, cortes)
        self._paginas(cortes)
        self._mostrar(historia, cortes)

    def _llaves(self, historia: Historia) -> None:
        """The key that signs, as verified, and the source's policy if it speaks of the same log."""
        firma = next(f.llave for f in historia.firmado.firmas if f.hora is None)
        quiero = {LLAVE_INSTITUTO: f"{firma.vkey}\n".encode()}
        politica = self.fuente.leer("politica", MAXIMO_POLITICA)
        if politica is not None and _sin_ajenas(politica, [firma, *self.politica.registros]):
            quiero["politica"] = politica
        for ruta, datos in quiero.items():
            if self.sitio.leer(ruta) != datos:
                self.sitio.reemplazar(ruta, datos)

    def _punto_propio(self) -> Punto | None:
        datos = self.sitio.leer("checkpoint", MAXIMO_PUNTO)
        return Punto.leer(Nota.leer(datos).texto) if datos is not None else None

    def _actos(self, historia: Historia, cortes: list[dict[str, Any]]) -> None:
        """Fetch what each act attests, and check that it says so and comes in its turn."""
        hojas = [(i, leer_hoja(h)) for i, h in enumerate(historia.hojas)]
        for _, h in hojas:
            if "documento" not in h:
                continue
            ruta, maximo = ruta_documento(h["documento"]), maximo_de(h["tipo"])
            if self.sitio.leer(ruta, maximo) is None:
                datos = self._recibir(ruta, maximo)
                if sha256(datos).hexdigest() != h["documento"]:
                    raise Inconsistente(f"la fuente ofrece un {ruta} que no es el firmado")
                self.sitio.escribir(ruta, datos)
        informe = Informe()
        revisar_actos(self.sitio, hojas, {h["corte"]: self._manifiesto(h) for h in cortes}, informe)
        _exigir(informe)

    def _manifiesto(self, hoja: dict[str, Any]) -> Manifiesto:
        """The manifest of a corte already in place."""
        huella = hoja["manifiesto"]
        if huella not in self._manifiestos:
            datos = self.sitio.leer(f"{hoja['ruta']}/corte.json", MAXIMO) or b""
            if sha256(datos).hexdigest() != huella:
                raise Inconsistente(f"este espejo tiene otro manifiesto del corte {hoja['corte']}")
            self._manifiestos[huella] = Manifiesto.leer(datos)
        return self._manifiestos[huella]

    def _contexto(self, anteriores: list[dict[str, Any]]) -> Contexto:
        """What the cortes already in place say that the next has to follow."""
        if not anteriores:
            return Contexto()

        def primero() -> Archivos:
            fijos = [a for a in self._manifiesto(anteriores[0]).archivos if es_fijo(a.ruta)]
            return {a.ruta: self.sitio.leer(f"{anteriores[0]['ruta']}/{a.ruta}", a.bytes) or b"" for a in fijos}

        avance = self.sitio.leer(f"{anteriores[-1]['ruta']}/avance.json", MAXIMO)
        with contextlib.suppress(NoCuadra):
            previo = leer_documento({"avance.json": avance}, "avance.json") if avance is not None else None
            return Contexto(primero, [Anterior(self._manifiesto(h)) for h in anteriores], previo)
        raise Inconsistente("este espejo tiene dañado el corte anterior")

    def _corte(self, cortes: list[dict[str, Any]], i: int) -> None:
        """Fetch, check and place one corte, unless it is already in place."""
        hoja, ruta = cortes[i], cortes[i]["ruta"]
        anterior = cortes[i - 1]["manifiesto"] if i else None
        if self.sitio.leer(f"{ruta}/corte.json", MAXIMO) is not None:
            self._manifiesto(hoja)
            return
        datos = self._recibir(f"{ruta}/corte.json", MAXIMO)
        if sha256(datos).hexdigest() != hoja["manifiesto"]:
            raise Inconsistente(f"la fuente ofrece un corte {hoja['corte']} que no es el firmado")
        m = Manifiesto.leer(datos)
        dichos = (m.proceso, m.corte, m.hora, m.modo, m.anterior)
        if dichos != (hoja["proceso"], hoja["corte"], hoja["hora"], hoja["modo"], anterior):
            raise Inconsistente(f"el manifiesto del corte {m.corte} no dice lo que su hoja")
        if i and (distinta := otra_bitacora(self._manifiesto(cortes[i - 1]), m)):
            raise Inconsistente(distinta)
        tengo = self._por_hash()
        archivos = dict(_a_la_vez(lambda a: (a.ruta, self._archivo(ruta, a, tengo)), m.archivos))
        informe = Informe()
        contexto = self._contexto(cortes[:i])
        imagenes = revisar_cifras(archivos, m, contexto, informe, self._comprobado, recordar=True)
        _exigir(informe, f"corte {m.corte}: ")
        if imagenes is None or not imagenes_firmadas(imagenes.nombradas, m):
            raise Inconsistente(f"corte {m.corte}: las imágenes no son las que se firmaron")
        list(_a_la_vez(self._imagen, sorted(imagenes.ofrecidas)))
        self._oculta.escribir(f"{ruta}/corte.json", datos)
        self._colocar(ruta)
        self._comprobado = imagenes.comprobado

    def _por_hash(self) -> dict[str, str]:
        """sha256 -> path of every file of the cortes already held, so that what repeats is not fetched."""
        tengo: dict[str, str] = {}
        for ruta in sorted((self.sitio.carpeta / "cortes").glob("*/corte.json"))[-2:]:
            m = Manifiesto.leer(ruta.read_bytes())
            base = ruta.parent.relative_to(self.sitio.carpeta).as_posix()
            tengo.update({a.sha256: f"{base}/{a.ruta}" for a in m.archivos})
        return tengo

    def _archivo(self, ruta: str, a: Archivo, tengo: dict[str, str]) -> bytes:
        destino = f"{ruta}/{a.ruta}"
        for carpeta, donde in ((self._oculta, destino), (self.sitio, tengo.get(a.sha256))):
            with contextlib.suppress(FormatoInvalido):
                datos = carpeta.leer(donde, a.bytes) if donde else None
                if datos is not None and sha256(datos).hexdigest() == a.sha256:
                    self._oculta.reemplazar(destino, datos)
                    return datos
        datos = self._recibir(destino, a.bytes)
        if len(datos) != a.bytes or sha256(datos).hexdigest() != a.sha256:
            raise Inconsistente(f"la fuente ofrece un {destino} alterado o incompleto")
        self._oculta.reemplazar(destino, datos)
        return datos

    def _imagen(self, hash_: str) -> None:
        ruta = ruta_de_imagen(hash_)
        if (self.sitio.carpeta / ruta).exists():
            return
        datos = self._recibir(ruta, MAXIMO_IMAGEN)
        if sha256(datos).hexdigest() != hash_:
            raise Inconsistente(f"la fuente ofrece una imagen alterada: {ruta}")
        self.sitio.escribir(ruta, datos)

    def _paginas(self, cortes: list[dict[str, Any]]) -> None:
        """The root as the last corte lists it. Looked at in every round: the source may write it after the corte."""
        shutil.rmtree(self._oculta.carpeta / "raiz", ignore_errors=True)
        lista = self.sitio.leer(f"{cortes[-1]['ruta']}/sitio.json", MAXIMO) if cortes else None
        for a in leer_sitio(lista) if lista is not None else ():
            self._pagina(a, cortes[:-1])

    def _pagina(self, a: Archivo, anteriores: list[dict[str, Any]]) -> None:
        """A page or style of the site's root, as the corte lists it. That of an earlier corte, still there, is no lie:
        the one held stays."""
        actual = None
        with contextlib.suppress(FormatoInvalido):
            actual = self.sitio.leer(a.ruta, a.bytes)
        if actual is not None and sha256(actual).hexdigest() == a.sha256:
            return
        datos = self._recibir(a.ruta, MAXIMO_PAGINA)
        huella = sha256(datos).hexdigest()
        if huella != a.sha256:
            for h in reversed(anteriores):
                previo = self.sitio.leer(f"{h['ruta']}/sitio.json", MAXIMO)
                if previo is not None and any((p.ruta, p.sha256) == (a.ruta, huella) for p in leer_sitio(previo)):
                    return
            raise NoDisponible(f"{a.ruta} no es la página de este corte; quizá la fuente está cambiando")
        self._oculta.reemplazar(f"raiz/{a.ruta}", datos)

    def _recibir(self, ruta: str, maximo: int) -> bytes:
        datos = self.fuente.leer(ruta, maximo)
        if datos is None:
            raise NoDisponible(f"la fuente no tiene {ruta}")
        self.estado.recibidos += 1
        self.estado.bytes += len(datos)
        return datos

    def _colocar(self, ruta: str) -> None:
        """Move a checked corte to where it is served, all at once."""
        destino = self.sitio.carpeta / ruta
        destino.parent.mkdir(parents=True, exist_ok=True)
        if destino.exists():  # placed halfway by hand or by a torn copy: it had no manifest, so nobody relied on it
            shutil.rmtree(destino)
        os.sync()  # what was fetched is on disk before anyone can be pointed to it
        (self._oculta.carpeta / ruta).rename(destino)

    def _mostrar(self, historia: Historia, cortes: list[dict[str, Any]]) -> None:
        """Everything is held and right: log, pages, pointer, checkpoint, in that order."""
        firmantes = firmantes_de_siempre(historia.hojas, self.politica.registros)
        copiar_registro(self.fuente, self.sitio, historia, firmantes, self.politica.testigos.values())
        paginas = self._oculta.carpeta / "raiz"
        for r in list(Carpeta(paginas).rutas()) if paginas.exists() else []:
            self.sitio.reemplazar(r, (paginas / r).read_bytes())
        shutil.rmtree(self._oculta.carpeta, ignore_errors=True)
        if cortes:
            u = cortes[-1]
            puntero = {k: u[k] for k in ("proceso", "corte", "hora", "modo", "ruta", "manifiesto")}
            if self.sitio.leer(PUNTERO) != canonico(puntero):
                self.sitio.reemplazar(PUNTERO, canonico(puntero))
            self.estado.corte, self.estado.hora, self.estado.modo = u["corte"], u["hora"], u["modo"]
        self._llaves(historia)
        falta = not self.politica.cumple(cofirmas_vigentes(historia.firmado, historia.hojas))
        self.estado.faltan_cofirmas = self.politica.descripcion() if falta else None
        nota = historia.firmado.nota
        actual = self.sitio.leer("checkpoint", MAXIMO_PUNTO)
        if actual is not None and Nota.leer(actual).texto == nota.texto:
            nota = Nota.leer(actual).con(nota.firmas)
        if self.firmante is not None and not any(f.es_de(self.firmante.llave) for f in nota.firmas):
            nota = nota.con([firmar(nota.texto, self.firmante, self._reloj())])
        for ruta in (ruta_punto(historia.punto.tamano), "checkpoint"):
            if self.sitio.leer(ruta, MAXIMO_PUNTO) != nota.escribir():
                self.sitio.reemplazar(ruta, nota.escribir())


def _exigir(informe: Informe, de_que: str = "") -> None:
    """Raise `Inconsistente` with the first thing that is wrong."""
    if malo := next((h for h in informe.hallazgos if h.nivel == Nivel.MAL), None):
        raise Inconsistente(f"{de_que}{malo.texto}")


def _sin_ajenas(datos: bytes, confiables: Iterable[LlavePublica]) -> bool:
    """Whether a policy names no log but those this mirror trusts."""
    try:
        return set(leer_politica(datos).registros) <= set(confiables)
    except ErrorEmision:
        return False


def _a_la_vez(f: Callable[[Any], Any], lista: Iterable[Any]) -> Iterable[Any]:
    with ThreadPoolExecutor(HILOS) as hilos:
        yield from hilos.map(f, lista)

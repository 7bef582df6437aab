"""The pages of practice, whichever the room: what is open of an exercise, or how the last one went. A room brings what
is of its desks (`Sala`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.models import Cuenta
from prep.acceso.permisos import Acceso, Vista, cargos_de, requiere
from prep.acceso.roles import Rol
from prep.bitacora.practicas import practicas_de
from prep.diseno.textos import texto
from prep.dominio.practica import DONDE, admite, donde_practican
from prep.evidencia.vista import tipo_mime
from prep.plataforma.idioma import cuantos
from prep.plataforma.reloj import Reloj
from prep.practica import services as ensayo
from prep.practica.ejercicio import DE_UNA_COSA, Ejercicio, Juego
from prep.practica.models import Practica

Hecho = Mapping[str, Any]
"""What somebody made of one part of an exercise, as their row keeps it."""
_SALA_DE: Final[dict[str, str]] = {}
"""The room of each desk that is practised."""


@dataclass(frozen=True, slots=True)
class Mesa:
    """A desk as it is practised. `roles`: who sits there; `como`: text of how its exercise is beside the night;
    `teclas`: its keys, and the text of what each does; `acciones`: what its page sends of what is open."""

    nombre: str
    roles: tuple[Rol, ...]
    como: str
    teclas: tuple[tuple[str, str], ...]
    acciones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sala:
    """What a room brings to the practice of its desks. `nombre`: that of its routes, its templates and its texts.

    `base`: what every page of it needs; `en_manos`: what else is in those hands, which is finished first; `muestra`:
    the page of a desk over what is open; `responde`: what comes of what that page sends; `dice`: how one part of the
    exercise went, in a sentence, and whatever else its page shows of it."""

    nombre: str
    reloj: Callable[[], Reloj]
    base: Callable[[HttpRequest], dict[str, Any]]
    en_manos: Callable[[HttpRequest], str]
    muestra: Callable[[HttpRequest, Mesa, Practica, Juego, dict[str, Any]], HttpResponse]
    responde: Callable[[HttpRequest, Mesa, str, str], HttpResponse]
    dice: Callable[[Ejercicio, Hecho], dict[str, Any]]

    def inicio(self, *mesas: Mesa) -> Vista:
        """The view that leads to the practice of one's first desk of these that does not admit one yet."""

        @requiere(*{rol: None for mesa in mesas for rol in mesa.roles})
        @require_GET
        def vista(request: HttpRequest) -> HttpResponse:
            persona, nombres = persona_de(request), {m.nombre for m in mesas}
            suyas = [m for m in donde_practican(c.rol for c in cargos_de(request)) if m in nombres]
            en = practicas_de([persona])[persona].en
            return redirect(_ruta(next((m for m in suyas if not en[m].admitida), suyas[0])))

        assert isinstance(vista.acceso, Acceso)  # type: ignore[attr-defined]
        return vista

    def en(self, mesa: Mesa) -> Vista:
        """The view of the practice of a desk."""
        _SALA_DE[mesa.nombre] = self.nombre

        @requiere(*mesa.roles)
        @require_http_methods(["GET", "HEAD", "POST"])
        def vista(request: HttpRequest) -> HttpResponse:
            este, persona, ir = ensayo.juego(mesa.nombre), persona_de(request), _ruta(mesa.nombre)
            accion = request.POST.get("accion", "")
            if request.method != "POST":
                return self.pagina(request, mesa, este)
            if accion in mesa.acciones:
                return self.responde(request, mesa, accion, ir)
            if accion == "dejar":
                ensayo.dejar(persona)
            elif este is not None and not self.en_manos(request):
                ensayo.tomar(persona, mesa.nombre, este, self.reloj().ahora())
            return redirect(ir)

        assert isinstance(vista.acceso, Acceso)  # type: ignore[attr-defined]
        return vista

    def pagina(self, request: HttpRequest, mesa: Mesa, este: Juego | None) -> HttpResponse:
        """What is open of the exercise, or how the last part of it went."""
        persona = persona_de(request)
        datos = self.base(request) | {
            "titulo": "practica.titulo",
            "mesa": texto(f"{self.nombre}.{mesa.nombre}.titulo"),
            "como": texto(mesa.como),
            "escritorio": reverse(f"{self.nombre}-{mesa.nombre}"),
            "en_manos": self.en_manos(request),
            "otras": [
                (_ruta(m), texto(f"{_SALA_DE[m]}.{m}.titulo"))
                for m in donde_practican(c.rol for c in cargos_de(request))
                if m != mesa.nombre
            ],
        }
        fila = ensayo.en_curso(persona, mesa.nombre, este) if este else None
        if este is not None and fila is not None and fila.orden and not datos["en_manos"]:
            datos["practica"] = {"n": len(fila.hechos) + 1, "total": len(este.ejercicios)}
            return self.muestra(request, mesa, fila, este, datos)
        datos |= self._como_va(persona, mesa, fila, este)
        return render(request, f"{self.nombre}/practica.html", datos)

    def _como_va(self, persona: str, mesa: Mesa, fila: Practica | None, este: Juego | None) -> dict[str, Any]:
        """How the last part of the exercise went; with the last one, how the whole did."""
        suya, tolera = practicas_de([persona])[persona].en[mesa.nombre], ensayo.tolera(mesa.nombre) if este else 0
        teclas = [(tecla, texto(f"{self.nombre}.practica.tecla_{que}")) for tecla, que in mesa.teclas]
        datos: dict[str, Any] = {"juego": este, "tolera": tolera, "suya": suya, "teclas": teclas}
        if este is None or fila is None or not fila.hechos:
            return datos
        n, ultimo = len(fila.hechos), fila.hechos[-1]
        ejercicio = este.ejercicios[n - 1]
        datos |= {
            "n": n,
            "ejercicio": ejercicio,
            "ultimo": ultimo,
            "medida": _medida(ejercicio, ultimo),
            "leccion": texto(f"{self.nombre}.leccion.{ejercicio.leccion}"),
            **self.dice(ejercicio, ultimo),
        }
        if n == len(este.ejercicios):
            final = ensayo.resultado(fila.hechos, este)
            datos |= {"final": final, "tiempo_final": _tiempo(final["segundos"]), "teclas_final": _teclas(final)}
            datos["admitida"] = suya.ultima is not None and admite(suya.ultima)
        return datos


def persona_de(request: HttpRequest) -> str:
    """How the facts call whoever is signed in."""
    assert isinstance(request.user, Cuenta)
    return request.user.persona


def teclas_de(request: HttpRequest) -> int:
    """How many keys it took, as the page counted them."""
    dichas = request.POST.get("teclas", "")
    return int(dichas) if re.fullmatch("[0-9]{1,6}", dichas) else 0


def al_sentarse(request: HttpRequest, mesa: str) -> dict[str, Any]:
    """What a desk says of practice to whoever sits down there: that it is asked for, or that they may."""
    if mesa not in DONDE:
        return {}
    persona = persona_de(request)
    return {
        "practica_en": _ruta(mesa),
        "falta_practica": ensayo.falta(persona, mesa),
        "sin_practicar": ensayo.juego(mesa) is not None and practicas_de([persona])[persona].en[mesa].veces == 0,
    }


def _ruta(mesa: str) -> str:
    return reverse(f"{_SALA_DE[mesa]}-practica-{mesa}")


def _medida(e: Ejercicio, hecho: Hecho) -> str:
    """How much was right, and what it took."""
    tomo = {"tiempo": _tiempo(hecho["segundos"]), "teclas": _teclas(hecho)}
    if e.mesa in DE_UNA_COSA:
        return texto("practica.tomo", **tomo)
    return texto("practica.medida", bien=e.cuantos - hecho["errores"], campos=e.cuantos, **tomo)


def _teclas(hecho: Hecho) -> str:
    return cuantos(hecho["teclas"], "tecla")


def _tiempo(segundos: int) -> str:
    minutos, quedan = divmod(segundos, 60)
    return texto(f"practica.{'tiempo' if minutos else 'segundos'}", minutos=minutos, segundos=quedan)


def _del_ejercicio(request: HttpRequest, huella: str) -> frozenset[str] | None:
    """A picture of the exercise; to nobody is there another one here."""
    este = ensayo.juego()
    return frozenset() if este and any(e.imagen == huella for e in este.ejercicios) else None


@requiere(*(rol for rol in Rol if donde_practican([rol])), sobre=_del_ejercicio)
@require_GET
def imagen(request: HttpRequest, huella: str) -> HttpResponse:
    """The picture of an acta of the exercise."""
    datos = ensayo.imagen(huella)
    if datos is None:
        raise Http404
    return HttpResponse(datos, content_type=tipo_mime(datos), headers={"Cache-Control": "private, no-store"})

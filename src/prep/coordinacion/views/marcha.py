"""Whether work goes on: the night, and each desk wherever people sit at it. Paused, nobody is stranded: what is in
somebody's hands is finished."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.marcha import ESCRITORIOS, Como, como_van, en_manos, pedida
from prep.acceso.permisos import cargos_de, requiere
from prep.acceso.registro import leyo
from prep.acceso.roles import Rol
from prep.bitacora.marcha import del_escritorio, la_noche
from prep.coordinacion import oficina
from prep.coordinacion.alcances import DETIENEN, a_su_cargo
from prep.coordinacion.tablas import Columna, Tabla
from prep.coordinacion.tablas import pedida as de_tablas
from prep.coordinacion.views.comun import con_proceso, pestanas
from prep.coordinacion.views.publicacion import como_se_publica
from prep.diseno.textos import texto

NOCHE = "noche"


def sujetos() -> dict[str, str]:
    """What may be stopped -> its subject: the night first."""
    return {NOCHE: la_noche(), **{nombre: del_escritorio(nombre) for nombre in ESCRITORIOS}}


def detenidos() -> list[tuple[str, Como]]:
    """What does not work now, by its name; the publication, also where somebody asks that it stop. Where the night does
    not, no desk does: it is said once."""
    de = sujetos()
    van = como_van(list(de.values()))
    filas = [(texto("coordinacion.publicacion.titulo"), como_se_publica())]
    mandan = [NOCHE] if van[de[NOCHE]].detenido else de
    filas += [(nombre_de(que), van[de[que]]) for que in mandan]
    return [(nombre, como) for nombre, como in filas if como.detenido]


def nombre_de(que: str) -> str:
    """What people call the night or a desk."""
    return texto("coordinacion.marcha.noche" if que == NOCHE else ESCRITORIOS[que])


def _puede(request: HttpRequest, que: str) -> bool:
    """The night is central operation's; a desk, of whoever supervises too."""
    return que != NOCHE or any(c.rol is Rol.ADMINISTRADOR for c in cargos_de(request))


def _suya(request: HttpRequest, que: str) -> frozenset[str] | None:
    return frozenset() if que in sujetos() and _puede(request, que) else None


@requiere(*DETIENEN)
@require_GET
@con_proceso
def marchas(request: HttpRequest) -> HttpResponse:
    """How the night, its publication and each desk are; those that do not work, first."""
    de = sujetos()
    van = como_van(list(de.values()))
    filas = [
        (reverse("coordinacion-marcha", args=[que]) if _puede(request, que) else "", nombre_de(que), van[sujeto])
        for que, sujeto in de.items()
    ]
    suya = reverse("coordinacion-publicacion") if _puede(request, NOCHE) else ""
    filas.insert(1, (suya, texto("coordinacion.publicacion.titulo"), como_se_publica()))
    filas.sort(key=lambda f: not f[2].detenido)
    tabla = _en_manos(request).ordenada(request.GET.get("orden", ""))
    leyo(request, "manos")
    if csv := de_tablas([tabla], request.GET.get("csv", "")):
        return csv.csv()
    datos = {"pestanas": pestanas(request), "filas": filas, "tabla": tabla}
    return render(request, "coordinacion/marchas.html", datos)


def _en_manos(request: HttpRequest) -> Tabla:
    """Who holds an acta, of those whose desks whoever asks may see: what is waited for at the end of a night."""
    suyas = en_manos(oficina.reloj.ahora())
    cuentas = {c.persona: c for c in a_su_cargo(request).filter(persona__in=[una.persona for una in suyas])}
    columnas = (
        Columna("nombre", texto("coordinacion.columna.persona")),
        Columna("lugar", texto("coordinacion.columna.lugar")),
        Columna("escritorio", texto("coordinacion.columna.escritorio")),
        Columna("vence", texto("coordinacion.columna.vence"), "hora"),
    )
    filas = [
        {
            "nombre": cuentas[una.persona].nombre,
            "lugar": cuentas[una.persona].lugar,
            "escritorio": nombre_de(una.escritorio),
            "vence": una.vence,
        }
        for una in suyas
        if una.persona in cuentas
    ]
    return Tabla("manos", texto("coordinacion.marcha.manos"), columnas, filas)


@requiere(*DETIENEN, sobre=_suya)
@require_http_methods(["GET", "HEAD", "POST"])
@con_proceso
def marcha(request: HttpRequest, que: str) -> HttpResponse:
    """Open, pause or close it."""
    dicho = pedida(request, sujetos()[que], nombre_de(que), oficina.reloj.ahora())
    if dicho is None:
        return redirect("coordinacion-marcha", que)
    datos = {"pestanas": pestanas(request), "nombre": nombre_de(que)}
    return render(request, "coordinacion/marcha.html", datos | dicho)

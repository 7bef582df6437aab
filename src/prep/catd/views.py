"""The desks of a centre. Each is one page that answers a form with itself: a script sends the forms and puts in place
what comes back, so that nobody waits for a page; without it they are sent as any form is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.destinos import destinos_de
from prep.acceso.marcha import como_van, pedida
from prep.acceso.models import Cuenta
from prep.acceso.permisos import cargos_de, requiere
from prep.acceso.roles import Rol
from prep.bitacora.actas import acta_de
from prep.bitacora.marcha import del_centro
from prep.bitacora.services import HechoRechazado
from prep.catalogo.services import cargar, sin_gente
from prep.catalogo.services.errores import ProcesoDesconocido
from prep.catd import acopio as casos
from prep.catd import centro, habilitacion, oficina
from prep.catd.digitalizacion import DOCUMENTOS, Ocupado, Que, Resultado, digitalizar
from prep.catd.oficina import ACOPIAN, DIGITALIZAN, MANDAN, NoProcede, NoTrabaja, Quien
from prep.diseno.ordenes import orden_de
from prep.diseno.textos import texto
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import MotivoSinActa
from prep.dominio.comun.hecho import HechoInvalido
from prep.dominio.operacion import Punto
from prep.papel.formas import Formas
from prep.papel.pdf import pdf_etiquetas
from prep.papel.vigente import formas
from prep.plataforma.almacen import ErrorAlmacen
from prep.plataforma.csp import CON_WASM
from prep.practica import services as ensayo
from prep.practica.views import al_sentarse, persona_de

registro = logging.getLogger("prep.catd")
ULTIMAS: Final = 12
ARCHIVO_MAXIMO: Final = 16 * 2**20
"""Of a file that comes by the browser: what the door of the server lets in. The watched folder takes more."""
_MUCHAS: Final = 20
_MOTIVO: Final = 500


def _quien(request: HttpRequest) -> Quien:
    """Whoever is in, and their centre; raise `NoProcede` when their account is of no centre of the process."""
    assert isinstance(request.user, Cuenta)
    try:
        de_aqui = oficina.es_centro(request.user.lugar)
    except ProcesoDesconocido as error:
        registro.warning("%s", error)
        raise NoProcede("lugar.sin_proceso") from None
    if not de_aqui:
        raise NoProcede("lugar.no_es_catd", lugar=request.user.lugar)
    return Quien(request.user.persona, request.user.lugar)


def _alcance(request: HttpRequest) -> frozenset[str]:
    return frozenset[str]().union(*(c.alcance for c in cargos_de(request) if c.rol in ACOPIAN))


def base(request: HttpRequest, aqui: str) -> dict[str, Any]:
    """What every page of the room needs."""
    mios = {c.rol for c in cargos_de(request) if oficina.abre(c)}
    suyas: list[tuple[str, str, tuple[Rol, ...]]] = [("catd-acopio", "acopio", ACOPIAN)]
    suyas += [("catd-sin-acta", "sin_acta", ACOPIAN)]
    suyas += [("catd-digitalizacion", "digitalizacion", DIGITALIZAN), ("catd-centros", "centros", MANDAN)]
    suyas += [("catd-practica", "practica", (*ACOPIAN, *DIGITALIZAN))]
    pestanas = [
        {"ruta": reverse(ruta), "rotulo": _rotulo(nombre), "activa": nombre == aqui}
        for ruta, nombre, roles in suyas
        if mios & set(roles)
    ]
    rutas = {reverse(ruta) for ruta, _, _ in suyas}
    otras = [d | {"activa": False} for d in destinos_de(cargos_de(request)) if d["ruta"] not in rutas]
    return {"pestanas": pestanas + otras, "titulo": f"catd.{aqui}.titulo", "orden": str(uuid4())}


def _rotulo(nombre: str) -> str:
    return texto("practica.titulo" if nombre == "practica" else f"catd.{nombre}.titulo")


def _sin_centro(request: HttpRequest, aqui: str, error: NoProcede) -> HttpResponse:
    """What was sent is not done, and whoever sent it keeps it (409) until the account is mended."""
    estado = 409 if request.method == "POST" else 200
    return render(request, "catd/lugar.html", base(request, aqui) | {"frase": str(error)}, status=estado)


def _sin_practica(request: HttpRequest, aqui: str, mesa: str) -> HttpResponse | None:
    """The page of a desk for who has to practise before they sit at it: what was sent is not done, and whoever sent it
    keeps it (428) until they are admitted."""
    if not ensayo.falta(persona_de(request), mesa):
        return None
    datos = base(request, aqui) | al_sentarse(request, mesa)
    return render(request, "catd/falta_practica.html", datos, status=428 if request.method == "POST" else 200)


def _al_llegar(request: HttpRequest, mesa: str) -> dict[str, Any]:
    """What the page of a desk says of practice; a script that sends something looks at the rest of it alone."""
    return {} if request.method == "POST" else al_sentarse(request, mesa)


def _del_centro(catd: str) -> dict[str, Any]:
    """What every page says of its centre. Last: how it is may have changed by what was asked."""
    zona = oficina.zona()
    return {
        "zona": zona,
        "ahora": oficina.reloj.ahora().astimezone(zona),
        "centro": oficina.nombre_de(catd),
        "marcha": oficina.marcha_de(catd),
    }


def _estado(error: NoProcede | HechoRechazado) -> int:
    """What is new at a centre that does not work waits, and whoever sent it keeps it (423); other refusals are the
    answer."""
    return 423 if isinstance(error, NoTrabaja) else 200


# receiving


@requiere(*ACOPIAN)
@require_http_methods(["GET", "HEAD", "POST"])
def acopio(request: HttpRequest) -> HttpResponse:
    """Receive packages: what a reader or a person types, and what was received."""
    try:
        quien = _quien(request)
    except NoProcede as error:
        return _sin_centro(request, "acopio", error)
    if (antes := _sin_practica(request, "acopio", "acopio")) is not None:
        return antes
    datos = base(request, "acopio") | _al_llegar(request, "acopio") | {"sello": ""}
    if request.method == "POST":
        datos |= _recibir(request, quien)
    visto = centro.ver(quien.catd)
    datos |= {"cuenta": visto.cuenta, "ultimas": visto.recibidas(ULTIMAS)}
    datos["corrige"] = any(c.rol is Rol.COORDINADOR for c in cargos_de(request))
    estado = datos.pop("estado", 200)
    respuesta = render(request, "catd/acopio.html", datos | _del_centro(quien.catd), status=estado)
    respuesta.headers["Content-Security-Policy"] = CON_WASM  # its camera reads QRs
    return respuesta


def _recibir(request: HttpRequest, quien: Quien) -> dict[str, Any]:
    """What the page says of what was sent."""
    sello, confirma = request.POST.get("sello", "")[:8], "confirma" in request.POST
    claves, dicho = request.POST.getlist("clave")[:_MUCHAS], request.POST.get("q", "")[:200]
    try:
        if not claves:
            if not dicho.strip():
                return {}
            claves, sin_duda = casos.entender(dicho, quien.catd, _alcance(request))
            if not sin_duda:
                una = claves[0][:11] if len({c[:11] for c in claves}) == 1 else ""
                return {"elegir": para_elegir(claves, quien.catd), "sello": sello, "dicho": dicho, "casilla": una}
        lectura = casos.Lectura(orden_de(request), oficina.reloj.ahora(), sello, _espera(request), confirma)
        hechas = casos.recibir(quien, claves, lectura)
    except (NoProcede, HechoRechazado) as error:
        leido = dicho or ", ".join(claves)
        return {"frase": _frase(request, error), "leido": leido, "sello": sello, "estado": _estado(error)}
    ajenas = [h for h in hechas if h.que is casos.Que.AJENA]
    listas = [h for h in hechas if h.que is not casos.Que.AJENA]
    otras = casos.faltan(listas[-1].clave) if len(listas) == 1 and listas[0].que is casos.Que.NUEVA else []
    return {
        "hechas": [_mostrar(h, quien) for h in listas],
        "ajenas": [_mostrar(h, quien) for h in ajenas],
        "otras": [(c, formas().identificacion(c)) for c in otras],
        "sello": sello if ajenas else "",
        "sello_de_las_otras": sello,
    }


def _espera(request: HttpRequest) -> timedelta:
    """How long the page kept what was read, in its own seconds; a form that no script sends was not kept."""
    dicho = request.POST.get("espera", "")[:9]
    return timedelta(seconds=int(dicho) if dicho.isdecimal() else 0)


def _mostrar(hecha: casos.Recibida, quien: Quien) -> dict[str, Any]:
    return {
        "clave": hecha.clave,
        "ident": formas().identificacion(hecha.clave),
        "nueva": hecha.que is casos.Que.NUEVA,
        "hora": hecha.hora,
        "con_foto": hecha.antes.value in ("fotografiada", "digitalizada", "identificada"),
        "aparecio": hecha.antes.value in ("sin_acta", "sin_acta_dicha"),
        "ajena": quien.catd not in hecha.centros,
        "centros": oficina.nombres_de(hecha.centros),
    }


def para_elegir(claves: Sequence[str], catd: str, de: Callable[[str], Acta] = acta_de) -> list[dict[str, Any]]:
    """Actas among which one chooses (`de`: as they are); those of one casilla that have not come are chosen already."""
    una = len({c[:11] for c in claves}) == 1
    elegibles = []
    for clave in claves:
        acta = de(clave)
        elegibles.append(
            {
                "clave": clave,
                "ident": formas().identificacion(clave),
                "custodia": acta.custodia.value,
                "hora": acta.acopio,
                "marcada": una and acta.acopio is None,
                "ajena": catd not in centro.centros_de(clave),
            }
        )
    return elegibles


def _frase(request: HttpRequest, error: NoProcede | HechoRechazado) -> str:
    """What a person reads of a refusal; it is in the log with the code of the answer."""
    frase = error.rechazo.value if isinstance(error, HechoRechazado) else str(error)
    registro.info("código %s: %s en %s", getattr(request, "codigo", ""), frase, request.path)
    return frase


@requiere(*ACOPIAN)
@require_GET
def acuse(request: HttpRequest) -> HttpResponse:
    """What this centre received, to print and sign."""
    try:
        quien = _quien(request)
    except NoProcede as error:
        return _sin_centro(request, "acopio", error)
    datos = base(request, "acopio") | _del_centro(quien.catd)
    visto = centro.ver(quien.catd)
    datos |= {"cuenta": visto.cuenta, "filas": visto.recibidas()[::-1]}
    datos |= {"sin_acta": visto.sin_acta(), "proceso": cargar()}
    return render(request, "catd/acuse.html", datos)


@requiere(*ACOPIAN)
@require_GET
def etiquetas(request: HttpRequest) -> HttpResponse:
    """Labels with the QR of each acta, to stick on packages that came without: of a casilla, or of all that this centre
    expects and nobody received."""
    try:
        quien = _quien(request)
    except NoProcede as error:
        return _sin_centro(request, "acopio", error)
    casilla = request.GET.get("casilla", "")[:11]
    suyas = [a.clave for a in formas().actas(casilla=casilla)] if casilla else centro.ver(quien.catd).por_llegar()
    try:
        if not suyas:
            raise NoProcede("etiquetas.ninguna")
        con_llave = Formas(cargar(), sin_gente(), oficina.secreto())
    except NoProcede as error:
        messages.warning(request, _frase(request, error))
        return redirect("catd-acopio")
    pdf = pdf_etiquetas(con_llave.hoja(c) for c in suyas)
    nombre = f"etiquetas_{casilla or quien.catd}.pdf"
    return HttpResponse(pdf, "application/pdf", headers={"Content-Disposition": f'inline; filename="{nombre}"'})


def _acopiada(request: HttpRequest, clave: str) -> frozenset[str] | None:
    """An acta of the process that has a stamp; to whoever coordinates anything else there is no such thing."""
    try:
        hay = clave in formas() and acta_de(clave).acopio is not None
    except ProcesoDesconocido:
        return None
    return frozenset({clave[:11]}) if hay else None


@requiere(Rol.COORDINADOR, sobre=_acopiada)
@require_http_methods(["GET", "HEAD", "POST"])
def corregir(request: HttpRequest, clave: str) -> HttpResponse:
    """The hour of a stamp that was typed wrong."""
    try:
        quien = _quien(request)
    except NoProcede as error:
        return _sin_centro(request, "acopio", error)
    acta, zona = acta_de(clave), oficina.zona()
    assert acta.acopio is not None
    datos = base(request, "acopio") | _del_centro(quien.catd)
    datos |= {"ident": formas().identificacion(clave), "clave": clave, "hora": acta.acopio}
    datos |= {"dicha": acta.acopio.astimezone(zona).strftime("%Y-%m-%dT%H:%M"), "motivo": ""}
    if request.method == "POST":
        dicha, motivo = request.POST.get("hora", "")[:25], request.POST.get("motivo", "")[:_MOTIVO]
        try:
            hora = _leer_hora(dicha)
            casos.corregir(quien, clave, hora, motivo, oficina.reloj.ahora(), orden_de(request))
        except (NoProcede, HechoRechazado) as error:
            datos |= {"frase": _frase(request, error), "dicha": dicha, "motivo": motivo}
        except HechoInvalido:
            datos |= {"frase": texto("catd.corregir.falta_motivo"), "dicha": dicha, "motivo": motivo}
        else:
            messages.success(request, texto("catd.corregir.hecho", hora=oficina.decir(hora)))
            return redirect("catd-acopio")
    return render(request, "catd/corregir.html", datos)


def _leer_hora(dicha: str) -> datetime:
    try:
        return datetime.fromisoformat(dicha).replace(tzinfo=oficina.zona())
    except ValueError:
        raise NoProcede("hora.no_se_entiende", dicho=dicha) from None


@requiere(*ACOPIAN)
@require_http_methods(["GET", "HEAD", "POST"])
def sin_acta(request: HttpRequest) -> HttpResponse:
    """Say that no acta came and why; somebody who coordinates confirms it."""
    try:
        quien = _quien(request)
    except NoProcede as error:
        return _sin_centro(request, "sin_acta", error)
    if (antes := _sin_practica(request, "sin_acta", "acopio")) is not None:
        return antes
    datos = base(request, "sin_acta") | {"motivos": list(MotivoSinActa)}
    if request.method == "POST":
        datos |= _sin_acta(request, quien)
    datos["filas"] = centro.ver(quien.catd).sin_acta()
    return render(request, "catd/sin_acta.html", datos | _del_centro(quien.catd), status=datos.pop("estado", 200))


def _sin_acta(request: HttpRequest, quien: Quien) -> dict[str, Any]:
    claves, motivo = request.POST.getlist("clave")[:_MUCHAS], request.POST.get("motivo", "")
    try:
        if not claves:
            dicho = request.POST.get("q", "")[:200]
            halladas = casos.entender(dicho, quien.catd, _alcance(request))[0] if dicho.strip() else []
            return {"elegir": para_elegir(halladas, quien.catd), "dicho": dicho}
        casos.decir_sin_acta(quien, claves, motivo, oficina.reloj.ahora(), orden_de(request))
    except (NoProcede, HechoRechazado) as error:
        datos: dict[str, Any] = {"frase": _frase(request, error), "estado": _estado(error)}
        if claves and isinstance(error, NoProcede):
            vivas = [c for c in claves if c in formas()]
            datos["elegir"] = [e | {"marcada": True} for e in para_elegir(vivas, quien.catd)]
        return datos
    return {"dichas": [(c, formas().identificacion(c)) for c in claves], "motivo": motivo}


# scanning


@requiere(*DIGITALIZAN)
@require_http_methods(["GET", "HEAD", "POST"])
def digitalizacion(request: HttpRequest) -> HttpResponse:
    """Take files in and say of each page what became of it."""
    try:
        quien = _quien(request)
    except NoProcede as error:
        return _sin_centro(request, "digitalizacion", error)
    if (antes := _sin_practica(request, "digitalizacion", "digitalizacion")) is not None:
        return antes
    datos = base(request, "digitalizacion") | _al_llegar(request, "digitalizacion")
    datos |= {
        "documentos": DOCUMENTOS,
        "documento": DOCUMENTOS[0],
        "maximo": ARCHIVO_MAXIMO,
    }
    estado = 200
    if request.method == "POST":
        documento = request.POST.get("documento", DOCUMENTOS[0])
        datos["documento"] = documento
        try:
            hechos = _digitalizar(request, quien, documento)
            datos["resultados"] = [
                (r, formas().identificacion(r.clave) if r.clave in formas() else None) for r in hechos
            ]
        except NoProcede as error:
            datos["frase"], estado = _frase(request, error), _estado(error)
        except Ocupado:
            datos["frase"], estado = texto("catd.digitalizacion.ocupado"), 503
        except ErrorAlmacen as error:
            registro.error("código %s: %s en %s", getattr(request, "codigo", ""), error, request.path)
            datos["frase"], estado = texto("catd.digitalizacion.sin_lugar"), 503
    ultimas, cuantas = centro.digitalizadas(quien.catd, ULTIMAS)
    datos |= {"cuenta": centro.ver(quien.catd).cuenta, "ultimas": ultimas, "cuantas": cuantas}
    return render(request, "catd/digitalizacion.html", datos | _del_centro(quien.catd), status=estado)


def _digitalizar(request: HttpRequest, quien: Quien, documento: str) -> list[Resultado]:
    resultados: list[Resultado] = []
    archivos = request.FILES.getlist("archivo")
    if not archivos:
        raise NoProcede("digitalizacion.sin_archivo")
    for archivo in archivos:
        nombre = archivo.name or ""
        if (archivo.size or 0) > ARCHIVO_MAXIMO:
            frase = texto("catd.digitalizacion.grande", maximo=ARCHIVO_MAXIMO >> 20)
            resultados.append(Resultado(nombre[:80], Que.NO, notas=(frase,)))
        else:
            resultados += digitalizar(quien, nombre, archivo.read(), documento)
    return resultados


# whether it goes on


@requiere(*MANDAN)
@require_GET
def centros(request: HttpRequest) -> HttpResponse:
    """How every centre is, for central operation; whoever coordinates one goes to it."""
    try:
        suyos = {c.clave: oficina.nombre_de(c.clave) for c in sin_gente().catds}
        if not _manda_en_todos(request):
            return redirect("catd-centro", _quien(request).catd)
    except ProcesoDesconocido:
        return _sin_centro(request, "centros", NoProcede("lugar.sin_proceso"))
    except NoProcede as error:
        return _sin_centro(request, "centros", error)
    van, vistos = como_van([del_centro(c) for c in suyos]), habilitacion.ver(suyos)
    filas = [
        (c, nombre, van[del_centro(c)], sum(v.estado == habilitacion.LISTO for v in vistos[c]), len(vistos[c]))
        for c, nombre in suyos.items()
    ]
    filas.sort(key=lambda f: not f[2].detenido)  # those that do not work first
    return render(request, "catd/centros.html", base(request, "centros") | {"filas": filas})


def _manda_en_todos(request: HttpRequest) -> bool:
    return any(c.rol is Rol.ADMINISTRADOR for c in cargos_de(request))


def _centro_suyo(request: HttpRequest, clave: str) -> frozenset[str] | None:
    """A centre of the process; to whoever coordinates another one there is no such thing."""
    try:
        hay = bool(oficina.nombre_de(clave))
    except ProcesoDesconocido:
        return None
    assert isinstance(request.user, Cuenta)
    return frozenset() if hay and (_manda_en_todos(request) or request.user.lugar == clave) else None


@requiere(*MANDAN, sobre=_centro_suyo)
@require_http_methods(["GET", "HEAD", "POST"])
def el_centro(request: HttpRequest, clave: str) -> HttpResponse:
    """Open, pause or close a centre. What was begun there is finished; what is new waits."""
    dicho = pedida(request, del_centro(clave), oficina.nombre_de(clave), oficina.reloj.ahora())
    if dicho is None:
        return redirect("catd-centro", clave)
    datos = base(request, "centros") | {"zona": oficina.zona(), "centro": oficina.nombre_de(clave), "clave": clave}
    return render(request, "catd/centro.html", datos | dicho | {"cuenta": centro.ver(clave).cuenta})


@requiere(*MANDAN, sobre=_centro_suyo)
@require_http_methods(["GET", "HEAD", "POST"])
def la_habilitacion(request: HttpRequest, clave: str) -> HttpResponse:
    """What a centre has before the night, and what it lacks."""
    (vistos,) = habilitacion.ver([clave]).values()
    frase, puntos = "", [p.value for p in Punto]
    if request.method == "POST":
        assert isinstance(request.user, Cuenta)
        notas = {p: request.POST.get(f"nota-{p}", "").strip()[: habilitacion.NOTA] for p in puntos}
        marcas = {p: m for p in puntos if (m := request.POST.get(p)) in ("si", "no")}
        if any(nota and p not in marcas for p, nota in notas.items()):
            frase = texto("catd.habilitacion.falta_marca")
            en = {"si": habilitacion.LISTO, "no": habilitacion.FALTA}
            vistos = [replace(v, estado=en.get(marcas.get(v.punto, ""), v.estado), nota=notas[v.punto]) for v in vistos]
        else:
            dicho = {Punto(p): (marca == "si", notas[p]) for p, marca in marcas.items()}
            quien = Quien(request.user.persona, clave)
            try:
                n = habilitacion.revisar(quien, dicho, oficina.reloj.ahora(), orden_de(request))
            except HechoRechazado as error:
                frase = _frase(request, error)
            else:
                cuantos = texto("catd.habilitacion.guardados", n=n) if n else texto("catd.habilitacion.sin_cambio")
                messages.success(request, cuantos)
                return redirect("catd-habilitacion", clave)
    datos = base(request, "centros") | {"titulo": "catd.habilitacion.titulo", "centro": oficina.nombre_de(clave)}
    datos |= {"frase": frase, "puntos": [(v, texto(f"catd.habilitacion.{v.punto}")) for v in vistos]}
    return render(request, "catd/habilitacion.html", datos)

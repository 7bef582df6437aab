"""The HTTP door of the protocol, `/v1/…`: docs/intercambio.md says it, docs/intercambio.openapi.json declares it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI, Schema, Status
from ninja.errors import HttpError, ValidationError
from ninja.responses import Response
from ninja.security.base import AuthBase

from prep.bitacora.autoridad import SinFundar
from prep.bitacora.identidad import NodoDetenido
from prep.bitacora.nodos import nodo_de_aqui
from prep.intercambio import altas, cadenas, contactos, entre_nodos, nodo, objetos
from prep.intercambio.errores import DE_NUEVO, Negado
from prep.intercambio.firmas import Nodo, Quien, reconocer, reconocer_nodo
from prep.intercambio.recibos import recibo
from prep.plataforma import pases
from prep.plataforma.almacen import AlmacenInaccesible
from prep.plataforma.portero import origen


class FirmaDeDispositivo(AuthBase):
    """`Authorization: PREP1 …` (prep.intercambio.firmas)."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = "Authorization"

    def __call__(self, request: HttpRequest) -> Quien:
        return reconocer(request.method or "", request.path, request.headers, nodo.reloj.ahora())


class FirmaDeNodo(FirmaDeDispositivo):
    """`Authorization: PREP1-NODO …` (prep.intercambio.firmas)."""

    def __call__(self, request: HttpRequest) -> Nodo:  # type: ignore[override]
        return reconocer_nodo(request.method or "", request.path, request.headers, nodo.reloj.ahora())


api = NinjaAPI(
    title="PREP Abierto: intercambio",
    version="1",
    description="Del teléfono al nodo y del nodo al centro: fotografías por su SHA-256, hechos firmados y recibos.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="intercambio",
)
firmada = FirmaDeDispositivo()
firmada_por_nodo = FirmaDeNodo()


class Falla(Schema):
    codigo: str
    detalle: str


class Recibo(Schema):
    """`firma`: Ed25519 of the node over the RFC 8785 JSON of `recibo`, base64."""

    recibo: dict[str, Any]
    firma: str


class Rechazado(Schema):
    lugar: int
    codigo: str
    motivo: str
    sha256: str


class Entregado(Schema):
    nuevos: int
    recibos: list[Recibo]
    rechazados: list[Rechazado]


class Conocido(Schema):
    """`cadena`: a signed receipt of what the node has. `nodo`: the envelope with which the institute enrolled it."""

    hora: str
    cadena: Recibo
    nodo: dict[str, Any]


class Contado(Schema):
    hora: str


class Solicitud(Schema):
    codigo: str
    llave: str
    firma: str


class Alta(Schema):
    dispositivo: str
    persona: str
    ambito: str
    instituto: str
    nodo: dict[str, Any]
    hora: str
    proceso: dict[str, str]
    inicio: str | None
    maximo_bytes: int
    actas: list[dict[str, Any]]
    documentos: list[str]


class Presentado(Schema):
    """`recibo`: signed, of the asker's chain. `sabe`: from where to ask for what it should know. `faltan`: chains that
    are not here up to where the asker has them, with their ends here, as [sequence, hash]."""

    hora: str
    sabe: int
    nodo: dict[str, Any]
    recibo: Recibo
    faltan: dict[str, list[list[Any]]]


class Motivo(Schema):
    lugar: int
    motivo: str


class Tomado(Schema):
    nuevos: int
    repetidos: int
    rechazados: list[Motivo]
    bifurcados: list[str]
    recibo: Recibo


class Faltan(Schema):
    faltan: list[str]


class Dado(Schema):
    """`hasta`: from where to ask for more; `total`: where it ends."""

    hechos: list[dict[str, Any]]
    hasta: int
    total: int


@api.exception_handler(Negado)
def _negado(request: HttpRequest, no: Negado) -> HttpResponse:
    respuesta = Response({"codigo": no.codigo, "detalle": no.detalle, **no.mas}, status=no.estado)
    if no.espere:
        respuesta.headers["Retry-After"] = str(no.espere)
    return respuesta


@api.exception_handler(SinFundar)
def _sin_fundar(request: HttpRequest, error: SinFundar) -> HttpResponse:
    return _negado(request, Negado(503, "sin_fundar", str(error), espere=60))


@api.exception_handler(NodoDetenido)
def _detenido(request: HttpRequest, error: NodoDetenido) -> HttpResponse:
    return _negado(request, Negado(503, "detenido", "Este equipo ya no recibe. Use otro nodo.", espere=300))


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
@api.exception_handler(AlmacenInaccesible)
def _ocupado(request: HttpRequest, error: Exception) -> HttpResponse:
    """The database or the store did not attend in their time, or are away: the same may be asked again."""
    return _negado(request, Negado(503, "ocupado", f"El servidor está ocupado. {DE_NUEVO}", espere=5))


@api.exception_handler(UnreadablePostError)
def _cortada(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    return _negado(request, Negado(400, "cortada", f"La solicitud se cortó a la mitad. {DE_NUEVO}"))


@api.exception_handler(RequestDataTooBig)
def _desmedida(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return _negado(request, Negado(413, "grande", "La solicitud es demasiado grande."))


@api.exception_handler(ValidationError)
@api.exception_handler(HttpError)
def _sin_forma(request: HttpRequest, error: ValidationError | HttpError) -> HttpResponse:
    """What ninja itself refuses: a body that is no JSON, or that has not the fields of its schema."""
    estado = error.status_code if isinstance(error, HttpError) else 422
    return _negado(request, Negado(estado, "forma", "La solicitud no tiene la forma esperada."))


def _quien(request: HttpRequest, respuesta: HttpResponse) -> Quien:
    """Who asked, and a pass for the next time: it does not queue with strangers."""
    _pase(request, respuesta)
    quien: Quien = request.auth  # type: ignore[attr-defined]
    return quien


def _nodo(request: HttpRequest, respuesta: HttpResponse) -> Nodo:
    _pase(request, respuesta)
    quien: Nodo = request.auth  # type: ignore[attr-defined]
    return quien


def _pase(request: HttpRequest, respuesta: HttpResponse) -> None:
    if pases.leer(request.COOKIES.get(pases.galleta())) is None:
        pases.dar(respuesta)


def _cuerpo(request: HttpRequest, quien: Quien | Nodo, maximo: int) -> bytes:
    """What was sent, no more than it may measure and no other than what was signed."""
    cuerpo = request.read(maximo + 1)
    if len(cuerpo) > maximo:
        raise Negado(413, "grande", f"Una entrega mide hasta {maximo >> 10:,} KiB: divídala.")
    if sha256(cuerpo).hexdigest() != quien.huella:
        raise Negado(422, "huella", f"La entrega llegó incompleta o cambiada en el camino. {DE_NUEVO}")
    return cuerpo


_CUERPO_DE_FOTO: Final = {
    "requestBody": {
        "required": True,
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_DE_TODAS: Final = dict.fromkeys((401, 403, 429, 503), Falla)
"""What any signed request may be told: who asks, whether they may, too often, and that this node does not attend."""
_FALLAS: Final = _DE_TODAS | dict.fromkeys((400, 413, 415, 422, 507), Falla)


@api.put(
    "/objetos/sha256/{huella}",
    auth=firmada,
    response={200: Recibo, 201: Recibo, **_FALLAS},
    openapi_extra=_CUERPO_DE_FOTO,
    operation_id="poner_objeto",
    summary="Entregar una fotografía: 201 si es nueva, 200 si ya estaba",
)
def poner(request: HttpRequest, respuesta: HttpResponse, huella: str) -> Status[dict[str, Any]]:
    quien = _quien(request, respuesta)
    if quien.huella != huella:
        raise Negado(422, "huella", "La firma de la solicitud es de otra fotografía.")
    recibido = objetos.recibir(quien.id, huella, int(request.META.get("CONTENT_LENGTH") or 0), request.read)
    return Status(201 if recibido.nuevo else 200, recibido.recibo)


@api.get(
    "/objetos/sha256/{huella}",
    auth=firmada,
    response={200: Recibo, 404: Falla, **_DE_TODAS},
    operation_id="recibo_de_objeto",
    summary="El recibo, otra vez, de una fotografía que este dispositivo entregó; nunca la fotografía",
)
def recibo_de_objeto(request: HttpRequest, respuesta: HttpResponse, huella: str) -> dict[str, Any]:
    return objetos.otra_vez(_quien(request, respuesta).id, huella)


@api.post(
    "/hechos",
    auth=firmada,
    response={200: Entregado, 400: Falla, 413: Falla, 422: Falla, **_DE_TODAS},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}},
        }
    },
    operation_id="entregar_hechos",
    summary="Entregar hechos de la cadena del dispositivo: recibo o motivo de cada uno",
)
def entregar(request: HttpRequest, respuesta: HttpResponse) -> dict[str, Any]:
    quien = _quien(request, respuesta)
    cuerpo = _cuerpo(request, quien, cadenas.MAXIMO_BYTES)
    entrega = cadenas.recibir(quien.id, quien.aparato, cadenas.leer_lote(cuerpo), nodo.reloj.ahora())
    return {
        "nuevos": entrega.nuevos,
        "recibos": entrega.recibos,
        "rechazados": [
            {"lugar": r.lugar, "codigo": r.codigo, "motivo": r.motivo, "sha256": r.sha256} for r in entrega.rechazados
        ],
    }


@api.get(
    "/dispositivo",
    auth=firmada,
    response={200: Conocido, **_DE_TODAS},
    operation_id="conocer_dispositivo",
    summary="Qué tiene este nodo de la cadena del dispositivo, qué hora es y quién es el nodo",
)
def conocer(request: HttpRequest, respuesta: HttpResponse) -> dict[str, Any]:
    quien, ahora, aqui = _quien(request, respuesta), nodo.reloj.ahora(), nodo_de_aqui()
    cadena = recibo(aqui, quien.id, ahora, "cadena", **cadenas.estado(quien.id, quien.aparato))
    return {"hora": ahora.isoformat(), "cadena": cadena, "nodo": nodo.presentacion(aqui.nodo)}


@api.put(
    "/dispositivo",
    auth=firmada,
    response={200: Contado, 400: Falla, 413: Falla, 422: Falla, **_DE_TODAS},
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
    },
    operation_id="decir_de_si",
    summary="Qué versión tiene el dispositivo, cuánto le falta por enviar y qué hora cree que es",
)
def decir(request: HttpRequest, respuesta: HttpResponse) -> dict[str, Any]:
    quien, ahora = _quien(request, respuesta), nodo.reloj.ahora()
    contactos.anotar(quien.id, contactos.leer(_cuerpo(request, quien, contactos.MAXIMO_BYTES)), ahora)
    return {"hora": ahora.isoformat()}


@api.post(
    "/altas",
    response={200: Alta, **dict.fromkeys((400, 403, 413, 422, 429, 503), Falla)},
    operation_id="dar_de_alta",
    summary="Dar de alta la llave de un teléfono con un código impreso, que sirve una vez",
)
def dar_de_alta(request: HttpRequest, respuesta: HttpResponse, pedida: Solicitud) -> dict[str, Any]:
    if max(map(len, (pedida.codigo, pedida.llave, pedida.firma))) > 200:
        raise Negado(422, "llave", "La solicitud de alta no tiene la forma esperada.")
    hecha = altas.dar_de_alta(pedida.codigo, pedida.llave, pedida.firma, origen(request.META["REMOTE_ADDR"]))
    pases.dar(respuesta)
    return hecha


_CUERPO_JSON: Final = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
}
_LISTA_JSON: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "array", "items": {}}}},
    }
}
_FALLAS_NODO: Final = _DE_TODAS | dict.fromkeys((400, 413, 422), Falla)


@api.post(
    "/nodo",
    auth=firmada_por_nodo,
    response={200: Presentado, **_FALLAS_NODO},
    openapi_extra=_CUERPO_JSON,
    operation_id="presentarse",
    summary="De nodo a nodo: qué tiene quien pregunta; qué de eso falta aquí y hasta dónde está su cadena, firmado",
)
def presentarse(request: HttpRequest, respuesta: HttpResponse) -> dict[str, Any]:
    quien = _nodo(request, respuesta)
    return entre_nodos.presentarse(quien, _cuerpo(request, quien, entre_nodos.MAXIMO_DICHO), nodo.reloj.ahora())


@api.post(
    "/nodo/fotos",
    auth=firmada_por_nodo,
    response={200: Faltan, **_FALLAS_NODO},
    openapi_extra=_LISTA_JSON,
    operation_id="fotos_que_faltan",
    summary="De nodo a nodo: cuáles de estas fotografías no están aquí",
)
def fotos_que_faltan(request: HttpRequest, respuesta: HttpResponse) -> dict[str, Any]:
    quien = _nodo(request, respuesta)
    return {"faltan": entre_nodos.cuales_faltan(_cuerpo(request, quien, entre_nodos.MAXIMO_DICHO))}


@api.put(
    "/nodo/objetos/sha256/{huella}",
    auth=firmada_por_nodo,
    response={200: Recibo, 201: Recibo, **_FALLAS},
    openapi_extra=_CUERPO_DE_FOTO,
    operation_id="poner_objeto_de_nodo",
    summary="De nodo a nodo: entregar una fotografía",
)
def poner_de_nodo(request: HttpRequest, respuesta: HttpResponse, huella: str) -> Status[dict[str, Any]]:
    quien = _nodo(request, respuesta)
    if quien.huella != huella:
        raise Negado(422, "huella", "La firma de la solicitud es de otra fotografía.")
    mide = int(request.META.get("CONTENT_LENGTH") or 0)
    recibido = objetos.recibir(quien.de, huella, mide, request.read, objetos.DE_NODO)
    return Status(201 if recibido.nuevo else 200, recibido.recibo)


@api.post(
    "/nodo/hechos",
    auth=firmada_por_nodo,
    response={200: Tomado, **_FALLAS_NODO},
    openapi_extra=_LISTA_JSON,
    operation_id="entregar_sobres",
    summary="De nodo a nodo: entregar hechos en sus sobres, de la cadena propia o de las que se llevan",
)
def entregar_sobres(request: HttpRequest, respuesta: HttpResponse) -> dict[str, Any]:
    quien = _nodo(request, respuesta)
    return entre_nodos.recibir(quien, _cuerpo(request, quien, entre_nodos.MAXIMO_BYTES), nodo.reloj.ahora())


@api.get(
    "/nodo/hechos/{int:despues}",
    auth=firmada_por_nodo,
    response={200: Dado, **_DE_TODAS},
    operation_id="dar_sobres",
    summary="De nodo a nodo: lo que un nodo debe saber (cadenas del instituto y de la sede), después de una posición",
)
def dar_sobres(request: HttpRequest, respuesta: HttpResponse, despues: int) -> dict[str, Any]:
    return entre_nodos.dar(_nodo(request, respuesta), min(despues, 2**62))

"""`prep servir`: the web server of the desks and of the nodes."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from prep.plataforma import lugares
from prep.plataforma.consola import errores, fallar
from prep.plataforma.errores import Impedimento
from prep.sede.opciones import Destino

_NOMBRE: Final = re.compile(r"\.?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]|\*")


def servir(
    puerto: Annotated[int, typer.Option(min=1, max=65535, help="Puerto en que atiende.")] = 8000,
    direccion: Annotated[
        str, typer.Option(help="Dirección en que atiende; la de afuera pide certificado.")
    ] = "127.0.0.1",
    certificado: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Certificado TLS, en PEM.")
    ] = None,
    llave: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Llave del certificado, en PKCS#8.")
    ] = None,
    procesos: Annotated[
        int | None, typer.Option(min=1, max=8, show_default="uno por núcleo", help="Cuántos atienden a la vez.")
    ] = None,
    destino: Destino = None,
) -> None:
    """Atiende a las personas y a los nodos, hasta que se interrumpa.

    Se conecta a la base con un rol que no posee nada y con un límite de conexiones: por muchas solicitudes que lleguen,
    los cortes encuentran una libre. Detrás de un proxy, diga sus direcciones en PREP_PROXIES. Los nombres con que se le
    llama van en PREP_HOSTS.

    Antes de atender compara la base con el último corte publicado: con una que va atrás, como la de una copia vieja, no
    atiende.
    """
    from django.db import connection

    from prep.plataforma import puertos, roles, servidor
    from prep.plataforma.arranque import django_listo

    if mal := list(_mal_configurado(os.environ)):
        fallar("\n".join(mal))
    if (certificado is None) != (llave is None):
        fallar("El certificado y su llave van juntos: --certificado y --llave.")
    protegido = certificado or os.environ.get("PREP_PROXIES") or os.environ.get("PREP_SIN_TLS") == "1"
    if not puertos.es_local(direccion) and not protegido:
        fallar(
            "Atender en la red sin TLS dejaría ver contraseñas: indique --certificado y --llave, o ponga delante un "
            "proxy y diga su dirección en PREP_PROXIES."
        )
    try:
        with django_listo(rol=roles.WEB):
            with connection.cursor() as cursor:
                if roles.es_peligroso(cursor):
                    fallar(
                        "DATABASE_URL es de quien posee la base: el servidor web no se conecta con ese rol. Ejecute "
                        "«prep postgres roles» y use la dirección de prep_web."
                    )
            _exigir_continuidad(destino or str(lugares.dir_publicacion()))
            connection.close()
            orden = servidor.orden_de_servidor(
                puerto, direccion, certificado=certificado, llave=llave, cuantos=procesos
            )
            with servidor.sirviendo(orden) as proceso:
                esquema = "https" if certificado else "http"
                typer.echo(f"Atendiendo en {esquema}://{direccion}:{puerto}/ Ctrl-C para terminar.")
                proceso.wait()
                fallar("El servidor terminó sin que se le pidiera. Lo que dijo está arriba.")
    except KeyboardInterrupt:
        errores.print("Terminado.")


def _mal_configurado(entorno: Mapping[str, str]) -> Iterator[str]:
    """What the environment says that cannot be, all of it before anything starts."""
    for red in filter(None, (r.strip() for r in entorno.get("PREP_PROXIES", "").split(","))):
        try:
            ipaddress.ip_network(red)
        except ValueError:
            yield f"PREP_PROXIES: «{red}» no es una dirección ni una red, como 127.0.0.1 o 10.20.0.0/24."
    if "PREP_HOSTS" in entorno:
        for nombre in entorno["PREP_HOSTS"].split(","):
            if not _NOMBRE.fullmatch(nombre):
                yield f"PREP_HOSTS: «{nombre}» no es un nombre ni una dirección: va sin https://, puerto ni espacios."


def _exigir_continuidad(publicacion: str) -> None:
    """Refuse to let people work on a database that lost what was published from it. Where that cannot be read they
    work, and whoever started it is told."""
    from prep.plataforma.almacen import abrir
    from prep.publicacion.continuidad import ruptura, ultimo_corte

    try:
        ultimo = ultimo_corte(abrir(publicacion))
    except Impedimento as error:
        errores.print(f"[yellow]![/] No se comparó la base con lo publicado. {escape(str(error))}", soft_wrap=True)
        return
    if ultimo is not None and (rota := ruptura(ultimo[1])):
        fallar(f"No se atiende: {rota}.", 1)

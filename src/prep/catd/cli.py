"""`prep catd`: what runs or is printed at a collection centre beside its desks."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from prep.papel.opciones import Catd, Proceso, Salida
from prep.plataforma.consola import barra, errores, fallar
from prep.plataforma.consola import salida as consola
from prep.plataforma.idioma import cuantos
from prep.transparencia.errores import causa

if TYPE_CHECKING:
    from prep.catd.oficina import Quien
    from prep.catd.vigilancia import Hecho, Vigilancia

app = typer.Typer(help="El centro de acopio y transmisión de datos.", no_args_is_help=True)
PAUSA = 2.0
"""Seconds between two looks at a folder."""


@app.callback()
def _catd() -> None: ...


@app.command()
def vigilar(
    carpeta: Annotated[
        Path,
        typer.Argument(metavar="CARPETA", exists=True, file_okay=False, help="Carpeta donde el escáner deja archivos."),
    ],
    usuario: Annotated[str, typer.Option(help="Usuario de quien digitaliza: las actas quedan a su nombre y centro.")],
    documento: Annotated[
        str, typer.Option(help="Qué se digitaliza: Acta PREP, Acta Consejo, Copia RPPCI o Copia PE.")
    ] = "Acta PREP",
    una_vuelta: Annotated[bool, typer.Option("--una-vuelta", help="Digitaliza lo que hay y termina.")] = False,
) -> None:
    """Digitaliza cada archivo que el escáner deja en una carpeta.

    Lo que entra pasa a «hechas»; lo que no, a «rechazadas», con un texto que dice por qué. Si se interrumpe, al volver
    a empezar no se duplica nada.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.catd.digitalizacion import DOCUMENTOS
        from prep.catd.oficina import NoProcede, secreto
        from prep.catd.vigilancia import Vigilancia

        if documento not in DOCUMENTOS:
            fallar(f"No se conoce el documento «{documento}». Los hay: {', '.join(DOCUMENTOS)}.")
        quien = _quien(usuario)
        try:
            secreto()
        except NoProcede as error:
            fallar(str(error), 1)
        errores.print(f"Se digitaliza lo que llegue a {escape(str(carpeta))}. Ctrl-C para terminar.")
        try:
            _vigilar(Vigilancia(carpeta, quien, documento), una_vuelta)
        except KeyboardInterrupt:
            errores.print("Terminado. Lo que quedó en la carpeta se digitaliza al volver a empezar.")


@app.command()
def empaquetado(proceso: Proceso, salida: Salida, catd: Catd = None) -> None:
    """Escribe en PDF, de cada CATD, el orden en que se empaquetan sus actas, lo que se revisa y el acuse."""
    from prep.catd.empaquetado import empaquetado as hojas
    from prep.papel.formas import Formas
    from prep.papel.opciones import elegidas, leer_carpeta

    formas = Formas(*leer_carpeta(proceso), b"")  # nothing here is a code to scan
    centros = sorted({a.casilla.catd for a in elegidas(formas, None, catd, None)})
    salida.mkdir(parents=True, exist_ok=True)
    with barra() as avance:
        tarea = avance.add_task("CATD", total=len(centros))
        for uno in centros:
            (salida / f"empaquetado_{uno or 'sin-catd'}.pdf").write_bytes(hojas(formas, uno))
            avance.advance(tarea)
    consola.print(f"{cuantos(len(centros), 'archivo')}: {escape(str(salida))}")


def _quien(usuario: str) -> Quien:
    """That person, at their centre; leave saying why not."""
    from prep.acceso.facultades import facultades_de
    from prep.acceso.models import Cuenta
    from prep.catd.oficina import DIGITALIZAN, Quien, nombre_de

    cuenta = Cuenta.objects.filter(usuario=usuario.strip().lower(), activa=True).first()
    if cuenta is None:
        fallar(f"No hay una cuenta «{usuario}».", 1)
    if not any(c.rol in DIGITALIZAN for c in facultades_de(cuenta.persona)):
        fallar(f"«{usuario}» no digitaliza: hace falta el rol digitalizador o coordinador.", 1)
    if not nombre_de(cuenta.lugar):
        fallar(f"«{usuario}» es de «{cuenta.lugar}», que no es un CATD de este proceso.", 1)
    return Quien(cuenta.persona, cuenta.lugar)


def _vigilar(vigilancia: Vigilancia, una_vuelta: bool) -> None:
    """Look until told to stop. While the database, the store or the folder is away, wait: what is there stays there."""
    from django.db import InterfaceError, OperationalError, connection

    from prep.catd.oficina import NoTrabaja
    from prep.plataforma.almacen import ErrorAlmacen

    dicho, vueltas = "", 2 if una_vuelta else -1
    while vueltas:
        espera = ""
        try:
            for hecho in vigilancia.vuelta():
                _decir(hecho)
        except (InterfaceError, OperationalError):
            espera = "La base de datos no responde; se reintentará."
            connection.close()
        except (ErrorAlmacen, NoTrabaja) as error:
            espera = f"{error} Se reintentará."
        except OSError as error:
            espera = f"No se pudo trabajar en la carpeta: {causa(error)}. Se reintentará."
        if espera and una_vuelta:
            fallar(espera.replace("se reintentará", "vuelva a intentarlo").replace("Se reintentará", "Reintente"), 1)
        if espera and espera != dicho:
            errores.print(espera)
        dicho = espera
        vueltas -= 1
        if vueltas:
            time.sleep(PAUSA)


def _decir(hecho: Hecho) -> None:
    from prep.diseno.textos import texto

    for r in hecho.resultados:
        cual = f" {r.clave}" if r.clave else ""
        donde = f" (página {r.pagina} de {r.de})" if r.de > 1 else ""
        que = texto(f"catd.digitalizacion.{r.que}")
        frases = " ".join((*r.notas, *r.consejos))
        consola.print(escape(f"{hecho.nombre}{donde}: {que}{cual}. {frases}".rstrip()), soft_wrap=True)

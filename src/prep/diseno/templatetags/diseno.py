"""The components, as tags. `{% load diseno %}`; the gallery is the list of them, and each says here what it takes.

Names with an underscore become attributes with a dash: `{% boton "Ver" hx_get=ruta %}` writes `hx-get="…"`. A value
that is None or False writes nothing; True writes the bare name.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django import template
from django.forms import BoundField, CheckboxInput
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from prep.diseno.estados import ESTADOS
from prep.diseno.textos import texto as decir
from prep.plataforma import idioma

register = template.Library()
Contexto = dict[str, Any]
TONOS = {"bien": "palomita", "aviso": "alerta", "mal": "alerta", "": "info"}
NIVELES = {"success": "bien", "warning": "aviso", "error": "mal"}
DIBUJADOS: Final = 2048
"""Buttons and icons that are kept as they were drawn, by all that they say: a page of a desk has some twenty, and most
pages the same ones."""


def atributos(dados: dict[str, Any]) -> SafeString:
    return flatatt({k.rstrip("_").replace("_", "-"): v for k, v in dados.items() if v is not None and v is not False})


@register.simple_tag
def texto(clave: str, **datos: Any) -> str:
    """A text of the catalogue."""
    return decir(clave, **datos)


@register.filter
def hora(cuando: datetime | None, ahora: datetime) -> str:
    """An hour by the clock of `ahora`, which says its day where it is of another one."""
    return idioma.hora(cuando, ahora) if cuando else ""


@register.simple_tag(name="icono")
@lru_cache(DIBUJADOS, typed=True)
def dibujo(nombre: str) -> SafeString:
    """An icon of the sprite, silent: what it means is said beside it or in the button's name."""
    return format_html(
        '<svg class="ico" aria-hidden="true"><use href="{}#{}"/></svg>', static("diseno/iconos.svg"), nombre
    )


@register.simple_tag
def tecla(nombre: str) -> SafeString:
    return format_html("<kbd>{}</kbd>", nombre)


@register.simple_tag
@lru_cache(DIBUJADOS, typed=True)  # what is to be escaped and what is safe already are of different types
def boton(
    rotulo: str, tono: str = "", *, icono: str = "", tecla: str = "", ir: str = "", solo: bool = False, **otros: Any
) -> SafeString:
    """A button, or a link that looks like one where `ir` is given.

    `tono`: principal, peligro, llano. `tecla`: the key that presses it, shown beside it and in the page's help.
    `solo`: the icon alone, with the label for whoever cannot see it.
    """
    if ir:
        otros["href"] = ir
    else:
        otros.setdefault("type", "submit" if tono == "principal" else "button")
    if tecla:
        otros |= {"data_tecla": tecla, "aria_keyshortcuts": tecla}
    if solo:
        otros |= {"aria_label": rotulo, "title": rotulo}
    clases = " ".join(c for c in ("boton", tono, "solo" if solo else "", otros.pop("class_", "")) if c)
    return format_html(
        '<{} class="{}"{}>{}{}{}</{}>',
        (nombre := "a" if ir else "button"),
        clases,
        atributos(otros),
        dibujo(icono) if icono else "",
        "" if solo else rotulo,
        format_html('<kbd class="con-teclado">{}</kbd>', tecla) if tecla and not solo else "",
        nombre,
    )


@register.inclusion_tag("diseno/partes/campo.html")
def campo(dato: BoundField) -> Contexto:
    """A field of a Django form with its label, help and error, tied together for whoever cannot see them."""
    describe = [
        i
        for i, hay in ((f"{dato.id_for_label}-ayuda", dato.help_text), (f"{dato.id_for_label}-error", dato.errors))
        if hay
    ]
    extra = {"aria-describedby": " ".join(describe)} if describe else {}
    if dato.errors:
        extra["aria-invalid"] = "true"
    return {
        "campo": dato,
        "control": dato.as_widget(attrs=extra),
        "junto": isinstance(dato.field.widget, CheckboxInput),
        "grupo": dato.field.widget.use_fieldset,
    }


@register.inclusion_tag("diseno/partes/cifra.html")
def cifra(rotulo: str, nombre: str, valor: str = "", *, error: str = "", ayuda: str = "", **otros: Any) -> Contexto:
    """A field for a number of votes: text, never `type=number`, whose wheel changes what was typed."""
    ident = otros.pop("id", f"id_{nombre}")
    describe = " ".join(f"{ident}-{que}" for que, hay in (("ayuda", ayuda), ("error", error)) if hay)
    otros |= {"aria_invalid": "true" if error else None, "aria_describedby": describe or None}
    return {
        "rotulo": rotulo,
        "nombre": nombre,
        "valor": valor,
        "error": error,
        "ayuda": ayuda,
        "id": ident,
        "otros": atributos(otros),
    }


@register.simple_tag
def estado(clave: str) -> SafeString:
    """The chip of a state: its name, its tone and its icon."""
    aspecto = ESTADOS[clave]
    return format_html(
        '<span class="{}">{}{}</span>',
        f"estado {aspecto.tono}".strip(),
        dibujo(aspecto.icono) if aspecto.icono else "",
        decir(f"diseno.estado.{clave}"),
    )


@register.inclusion_tag("diseno/partes/progreso.html")
def progreso(rotulo: str, hechas: int, total: int) -> Contexto:
    """How much of something is done, in numbers and as a bar."""
    return {"rotulo": rotulo, "hechas": hechas, "total": total, "maximo": max(total, 1)}


@register.inclusion_tag("diseno/partes/vacio.html")
def vacio(titulo: str, explica: str = "", icono: str = "palomita") -> Contexto:
    """What a list says when it has nothing, and why that is all right."""
    return {"titulo": titulo, "explica": explica, "icono": icono}


@register.inclusion_tag("diseno/partes/avisos.html", takes_context=True)
def avisos(context: Contexto) -> Contexto:
    """Django's messages as toasts, and the place where the scripts put theirs. Every shell has it."""
    return {"mensajes": [(m, NIVELES.get(m.level_tag, "")) for m in context.get("messages") or ()]}


@register.simple_block_tag
def mensaje(content: str, tono: str = "") -> SafeString:
    """Something the page says and goes on saying. `tono`: bien, aviso, mal or nothing."""
    return format_html(
        '<div class="{}"{}>{}<div>{}</div></div>',
        f"mensaje {tono}".strip(),
        mark_safe(' role="alert"') if tono == "mal" else "",
        dibujo(TONOS[tono]),
        content,
    )


@register.simple_block_tag
def tabla(content: str, titulo: str, *, visible: bool = True) -> SafeString:
    """`{% tabla "Title" %}<thead>…</thead><tbody>…</tbody>{% endtabla %}`: scrolls by itself, by keyboard too."""
    return format_html(
        '<div class="tabla" tabindex="0" role="region" aria-label="{}"><table><caption{}>{}</caption>{}</table></div>',
        titulo,
        "" if visible else mark_safe(' class="sr"'),
        titulo,
        content,
    )


@register.simple_block_tag
def dialogo(content: str, ident: str, titulo: str, *, amplio: bool = False) -> SafeString:
    """A modal dialog. Anything with `data-abre="ident"` opens it; Esc, `data-cierra` or sending its form close it."""
    return format_html(
        '<dialog id="{0}" aria-labelledby="{0}-titulo"{1}><div class="cabeza"><h2 id="{0}-titulo">{2}</h2>'
        '<button type="button" class="icono" data-cierra aria-label="{3}">{4}</button></div>'
        '<div class="dentro">{5}</div></dialog>',
        ident,
        mark_safe(' class="amplio"') if amplio else "",
        titulo,
        decir("diseno.pagina.cerrar"),
        dibujo("tache"),
        content,
    )

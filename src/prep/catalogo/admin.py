"""Looking at the process, and the few things edited by hand: mode before freezing, window of publication, people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from prep.catalogo.models import Casilla, Catd, Demarcacion, Eleccion, Persona, Proceso


class SoloLectura(admin.ModelAdmin):
    """Made by the import: to change it, change the folder and import it again."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Proceso)
class ProcesoAdmin(admin.ModelAdmin):
    list_display = ("clave", "nombre", "estado", "modo", "inicio", "fin", "cada_minutos")
    fields = ("clave", "nombre", "estado", "modo", "huella", "importado", "congelado", "inicio", "fin", "cada_minutos")
    _fijos = ("clave", "nombre", "estado", "huella", "importado", "congelado")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proceso]:
        return super().get_queryset(request).defer("catalogo")

    def get_readonly_fields(self, request: HttpRequest, obj: Proceso | None = None) -> tuple[str, ...]:
        return (*self._fijos, "modo") if obj and obj.estado == Proceso.Estado.CONGELADO else self._fijos

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Proceso, form: Any, change: bool) -> None:
        obj.save(update_fields=form.changed_data)


@admin.register(Persona)
class PersonaAdmin(admin.ModelAdmin):
    list_display = ("persona", "rol", "lugar", "proceso")
    list_filter = ("rol",)
    search_fields = ("persona", "lugar")
    show_full_result_count = False


@admin.register(Eleccion)
class EleccionAdmin(SoloLectura):
    list_display = ("clave", "nombre", "tipo_acta", "ambito", "agrupa", "actas", "columnas", "proceso")


@admin.register(Demarcacion)
class DemarcacionAdmin(SoloLectura):
    list_display = ("numero", "nombre", "tipo", "casillas", "lista_nominal", "proceso")
    list_filter = ("tipo",)
    search_fields = ("nombre",)


@admin.register(Catd)
class CatdAdmin(SoloLectura):
    list_display = ("clave", "nombre", "domicilio", "casillas", "proceso")
    search_fields = ("clave", "nombre")


@admin.register(Casilla)
class CasillaAdmin(SoloLectura):
    list_display = ("clave", "seccion", "tipo", "distrito", "municipio", "lista_nominal", "boletas", "catd")
    list_filter = ("tipo", "distrito")
    search_fields = ("clave", "=seccion", "=catd")

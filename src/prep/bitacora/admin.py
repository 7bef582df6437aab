"""Looking at the bitácora. Nothing here can be added, changed or deleted by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from prep.bitacora.models import Acta, Hecho


class SoloLectura(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Hecho)
class HechoAdmin(SoloLectura):
    list_display = ("posicion", "tipo", "sujeto", "nodo", "secuencia", "recibido")
    list_filter = ("clase", "tipo", "nodo")
    search_fields = ("sujeto", "id")
    fields = ("posicion", "id", "tipo", "sujeto", "nodo", "secuencia", "persona", "recibido", "contenido")
    readonly_fields = ("contenido",)
    show_full_result_count = False

    @admin.display(description="contenido firmado")
    def contenido(self, hecho: Hecho) -> str:
        return bytes(hecho.cuerpo).decode()


@admin.register(Acta)
class ActaAdmin(SoloLectura):
    list_display = ("clave", "situacion", "custodia", "captura", "ronda", "conflicto", "hechos", "anomalias")
    list_filter = ("situacion", "custodia", "captura", "por_revisar")
    search_fields = ("clave",)
    show_full_result_count = False

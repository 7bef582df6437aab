"""How each state looks: a tone and an icon. Its name is in the texts, under `estado`; colour never speaks alone."""

from __future__ import annotations

from typing import Final, NamedTuple


class Aspecto(NamedTuple):
    tono: str = ""  # "", curso, bien, aviso, mal
    icono: str = ""


ESTADOS: Final = {
    # custody of the acta
    "esperada": Aspecto(),
    "acopiada": Aspecto("curso", "sobre"),
    "fotografiada": Aspecto("curso", "camara"),
    "digitalizada": Aspecto("curso", "imagen"),
    "identificada": Aspecto("curso", "acta"),
    "redigitalizar": Aspecto("aviso", "refrescar"),
    "sin_acta_dicha": Aspecto("aviso", "alerta"),
    "sin_acta": Aspecto("mal", "tache"),
    "fuera_de_catalogo": Aspecto("mal", "alerta"),
    # capture
    "por_capturar": Aspecto("", "reloj"),
    "primera": Aspecto("curso", "teclado"),
    "coincide": Aspecto("curso", "palomita"),
    "discrepante": Aspecto("aviso", "alerta"),
    "escalada": Aspecto("aviso", "bandera"),
    "dictaminada": Aspecto("curso", "palomita"),
    "verificada": Aspecto("bien", "palomita"),
    "devuelta": Aspecto("aviso", "refrescar"),
    # situación of an expected acta
    "publicada": Aspecto("bien", "palomita"),
    "en_captura": Aspecto("curso", "teclado"),
    "no_digitalizada": Aspecto("aviso", "sobre"),
    "no_recibida": Aspecto("", "reloj"),
    # a centre
    "sin_abrir": Aspecto("", "reloj"),
    "abierto": Aspecto("bien", "palomita"),
    "pausado": Aspecto("aviso", "descanso"),
    "cerrado": Aspecto("", "candado"),
    # the publication
    "se_publica": Aspecto("bien", "palomita"),
    "detencion_pedida": Aspecto("aviso", "alerta"),
    "detenida": Aspecto("mal", "candado"),
    "listo": Aspecto("bien", "palomita"),
    "falta": Aspecto("mal", "alerta"),
    "sin_revisar": Aspecto("", "reloj"),
    # people, terminals and machines
    "activa": Aspecto("bien", "palomita"),
    "sin_entrar": Aspecto("aviso", "reloj"),
    "bloqueada": Aspecto("mal", "candado"),
    "retirada": Aspecto("", "tache"),
    "en_puesto": Aspecto("bien", "palomita"),
    "sin_moverse": Aspecto("aviso", "reloj"),
    "fuera": Aspecto("", "salir"),
    "sin_practicar": Aspecto("", "reloj"),
    "practica_aprobada": Aspecto("bien", "palomita"),
    "practica_sin_aprobar": Aspecto("aviso", "refrescar"),
    "en_descanso": Aspecto("", "descanso"),
    "sin_conexion": Aspecto("mal", "sin_red"),
    "sin_telefono": Aspecto("aviso", "telefono"),
    "al_dia": Aspecto("bien", "palomita"),
    "por_enviar": Aspecto("curso", "reloj"),
    "sin_recibir": Aspecto("mal", "alerta"),
    "callado": Aspecto("aviso", "sin_red"),
    "de_baja": Aspecto("", "tache"),
    "en_orden": Aspecto("bien", "palomita"),
    "alarma": Aspecto("mal", "alerta"),
}

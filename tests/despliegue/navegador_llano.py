"""Somebody at a desk, seen from the network: `navegador_llano.py DIRECCION TERMINAL USUARIO CLAVE ALTO`.

Run inside a server with what Debian has. Enrols, signs in, chooses a password, then asks who they are until there is a
file `ALTO`; prints how many times it was told what.
"""

import http.client
import json
import re
import socket
import ssl
import sys
import time
from collections import Counter
from urllib.parse import urlencode

AQUI = "escritorios.instituto.example"
DIRECCION = ""


class Conexion(http.client.HTTPSConnection):
    def connect(self) -> None:
        self.sock = self._context.wrap_socket(socket.create_connection((DIRECCION, 443), 10), server_hostname=AQUI)


class Navegador:
    def __init__(self) -> None:
        self.tls = ssl.create_default_context(cafile="/etc/prep/tls/autoridad.crt")
        self.galletas: dict[str, str] = {}

    def pedir(self, metodo: str, ruta: str, forma: dict[str, str] | None = None) -> tuple[int, str]:
        conexion = Conexion(AQUI, context=self.tls, timeout=30)
        cabeceras = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.galletas.items()),
            "Referer": f"https://{AQUI}{ruta}",
        }
        cuerpo = None
        if forma is not None:
            cabeceras["Content-Type"] = "application/x-www-form-urlencoded"
            cuerpo = urlencode(forma)
        conexion.request(metodo, ruta, cuerpo, cabeceras)
        respuesta = conexion.getresponse()
        for galleta in respuesta.headers.get_all("Set-Cookie") or []:
            nombre, _, valor = galleta.partition(";")[0].partition("=")
            self.galletas[nombre] = valor
        texto = respuesta.read().decode()
        conexion.close()
        return respuesta.status, texto

    def llenar(self, ruta: str, **campos: str) -> None:
        _, pagina = self.pedir("GET", ruta)
        ficha = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', pagina)
        assert ficha, pagina
        codigo, pagina = self.pedir("POST", ruta, {"csrfmiddlewaretoken": ficha[1], **campos})
        assert codigo == 302, (ruta, codigo, re.sub(r"<[^>]+>|\s+", " ", pagina))


if __name__ == "__main__":
    DIRECCION, terminal, usuario, clave, alto = sys.argv[1:]
    n, propia = Navegador(), "girasol tranvia cobalto"
    n.llenar("/entrar/terminal/", codigo=terminal)
    n.llenar("/entrar/", login=usuario, password=clave)
    n.llenar("/cuenta/clave/", oldpassword=clave, password1=propia, password2=propia)
    dichos: Counter[str] = Counter()
    print("dentro", flush=True)
    from pathlib import Path

    while not Path(alto).exists():
        try:
            dichos[str(n.pedir("GET", "/cuenta/sesion/")[0])] += 1
        except OSError as error:
            dichos[type(error).__name__] += 1
        time.sleep(0.05)
    print(json.dumps(dichos), flush=True)

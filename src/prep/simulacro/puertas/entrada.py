"""Coming in for the first time, as a person does with the slip of paper that they were given."""

from __future__ import annotations

import base64
import hmac
import time

from prep.simulacro.puertas.navegador import Navegador, Pagina, PuertaCerrada


def entrar(nav: Navegador, terminal: str, usuario: str, clave: str, propia: str) -> None:
    """Enrol the terminal, sign in, take a password of one's own and, where it is asked for, a second factor."""
    _llenar(nav, nav.ir("/entrar/terminal/"), codigo=terminal)
    _llenar(nav, nav.ir("/entrar/"), login=usuario, password=clave)
    _llenar(nav, nav.ir("/cuenta/clave/"), oldpassword=clave, password1=propia, password2=propia)
    cuenta = nav.ir("/cuenta/")
    if cuenta.ruta.startswith("/cuenta/segundo/"):
        pagina = nav.ir("/cuenta/segundo/codigo/")
        _llenar(nav, pagina, code=codigo_de(pagina.codigos[0]))
        cuenta = nav.ir("/cuenta/")
    if cuenta.ruta != "/cuenta/":
        raise PuertaCerrada(f"«{usuario}» no pudo entrar: se quedó en {cuenta.ruta}.")


def _llenar(nav: Navegador, pagina: Pagina, **campos: str) -> Pagina:
    forma = pagina.forma(con=next(iter(campos)))
    if forma is None:
        raise PuertaCerrada(f"{pagina.ruta} no pide {', '.join(campos)}.")
    return nav.enviar(forma.accion, [(n, campos.get(n, v)) for n, v in forma.campos])


def codigo_de(secreto: str) -> str:
    """What an application of codes shows now (RFC 6238)."""
    llave = base64.b32decode(secreto + "=" * (-len(secreto) % 8))
    suma = hmac.digest(llave, (int(time.time()) // 30).to_bytes(8, "big"), "sha1")
    desde = suma[-1] & 15
    return f"{(int.from_bytes(suma[desde : desde + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"

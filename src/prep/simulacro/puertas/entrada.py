"""Coming in: the first time, with the slip of paper that a person was given; and again, after being away."""

from __future__ import annotations

from prep.simulacro.puertas.codigos import codigo_de
from prep.simulacro.puertas.navegador import ENTRAR, Navegador, Pagina, PuertaCerrada


def entrar(nav: Navegador, terminal: str, usuario: str, clave: str, propia: str) -> str:
    """Enrol the terminal, sign in, take a password of one's own and, where it is asked for, a second factor, of which
    it gives the secret."""
    _llenar(nav, nav.ir("/entrar/terminal/"), codigo=terminal)
    _llenar(nav, nav.ir(ENTRAR), login=usuario, password=clave)
    _llenar(nav, nav.ir("/cuenta/clave/"), oldpassword=clave, password1=propia, password2=propia)
    cuenta, secreto = nav.ir("/cuenta/"), ""
    if cuenta.ruta.startswith("/cuenta/segundo/"):
        pagina = nav.ir("/cuenta/segundo/codigo/")
        secreto = pagina.codigos[0]
        _llenar(nav, pagina, code=codigo_de(secreto))
        cuenta = nav.ir("/cuenta/")
    if cuenta.ruta != "/cuenta/":
        raise PuertaCerrada(f"«{usuario}» no pudo entrar: se quedó en {cuenta.ruta}.")
    return secreto


def volver(nav: Navegador, usuario: str, propia: str, secreto: str) -> None:
    """Sign in again at one's terminal, with one's own password and, where one took a second factor, its code."""
    pagina = _llenar(nav, nav.ir(ENTRAR), login=usuario, password=propia)
    if secreto:
        _llenar(nav, pagina, code=codigo_de(secreto))


def _llenar(nav: Navegador, pagina: Pagina, **campos: str) -> Pagina:
    forma = pagina.forma(con=next(iter(campos)))
    if forma is None:
        raise PuertaCerrada(f"{pagina.ruta} no pide {', '.join(campos)}.")
    return nav.enviar(forma.accion, [(n, campos.get(n, v)) for n, v in forma.campos])

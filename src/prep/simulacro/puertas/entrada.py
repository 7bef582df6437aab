"""Coming in for the first time, as a person does with the slip of paper that they were given."""

from __future__ import annotations

from prep.simulacro.puertas.codigos import codigo_de
from prep.simulacro.puertas.navegador import Navegador, Pagina, PuertaCerrada


def entrar(nav: Navegador, terminal: str, usuario: str, clave: str, propia: str) -> str:
    """Enrol the terminal, sign in, take a password of one's own and, where it is asked for, a second factor, of which
    it gives the secret."""
    _llenar(nav, nav.ir("/entrar/terminal/"), codigo=terminal)
    _llenar(nav, nav.ir("/entrar/"), login=usuario, password=clave)
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


def _llenar(nav: Navegador, pagina: Pagina, **campos: str) -> Pagina:
    forma = pagina.forma(con=next(iter(campos)))
    if forma is None:
        raise PuertaCerrada(f"{pagina.ruta} no pide {', '.join(campos)}.")
    return nav.enviar(forma.accion, [(n, campos.get(n, v)) for n, v in forma.campos])

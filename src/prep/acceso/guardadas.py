"""Where sessions are kept: each beside whose it is and at which terminal, which one query gives back together."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as EnBase
from django.db import InterfaceError, OperationalError, connection, models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from prep.acceso.models import Cuenta, Sesion, Terminal


def _campos(modelo: type[models.Model]) -> list[str]:
    return [c.attname for c in modelo._meta.concrete_fields]


_DE_CUENTA: Final = _campos(Cuenta)
_DE_TERMINAL: Final = _campos(Terminal)
_LEER: Final = (
    f"SELECT s.session_data, {','.join(f'c.{c}' for c in _DE_CUENTA)}, "  # noqa: S608 - names of our own columns
    f"{','.join(f't.{c}' for c in _DE_TERMINAL)} FROM acceso_sesion s "
    "LEFT JOIN acceso_cuenta c ON c.id = s.cuenta_id AND c.activa "
    "LEFT JOIN acceso_terminal t ON t.id = s.terminal_id AND t.alta IS NOT NULL AND t.baja IS NULL "
    "WHERE s.session_key = %s AND s.expire_date > %s"
)


class SessionStore(EnBase):
    """`cuenta`, `terminal`: as they were when the session was read; None where one is not to be let through."""

    cuenta: Cuenta | None = None
    terminal: Terminal | None = None

    @classmethod
    def get_model_class(cls) -> type[Sesion]:
        return Sesion

    def create_model_instance(self, data: dict[str, Any]) -> Sesion:
        fila = super().create_model_instance(data)
        assert isinstance(fila, Sesion)
        fila.cuenta_id, fila.terminal_id = data.get(SESSION_KEY), data.get("terminal") or None
        return fila

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_LEER, [self.session_key, timezone.now()])
            fila = cursor.fetchone()
        if fila is None:
            self._session_key = None
            return {}
        datos, *resto = fila
        de_cuenta, de_terminal = resto[: len(_DE_CUENTA)], resto[len(_DE_CUENTA) :]
        base = connection.alias
        self.cuenta = Cuenta.from_db(base, _DE_CUENTA, de_cuenta) if de_cuenta[0] is not None else None
        self.terminal = Terminal.from_db(base, _DE_TERMINAL, de_terminal) if de_terminal[0] is not None else None
        return self.decode(datos)  # type: ignore[no-any-return]

    def save(self, must_create: bool = False) -> None:
        """Django takes a database that goes away here for a session that was ended, which nobody is asked to try
        again."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise


class Quien(AuthenticationMiddleware):
    """Whoever a session is of, without asking the database again."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(partial(_quien, request))  # type: ignore[assignment]


def _quien(request: HttpRequest) -> Any:
    sesion = request.session
    suya = sesion.get(HASH_SESSION_KEY, "")  # reads it
    cuenta = getattr(sesion, "cuenta", None)
    if cuenta is None or not constant_time_compare(suya, cuenta.get_session_auth_hash()):
        return get_user(request)
    return cuenta

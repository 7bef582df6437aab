"""Django settings: few, safe by default, the same everywhere. What changes between machines comes from the environment:

``DATABASE_URL``    PostgreSQL to use, encrypted if it is another machine; without it, the one that
                    `prep.plataforma.postgres` starts
``PREP_DATOS_DIR``  folder of databases, keys and objects (`prep.plataforma.lugares` says the default)
``PREP_LLAVE``      Django's secret key; without it, one made on first use beside the data, mode 0600
``PREP_HOSTS``      host names served, comma separated (default: this machine only)
``PREP_DOMINIO``    under which the centre and its nodes have their names: a security key of one serves at all
``PREP_PROXIES``    addresses or networks of the proxies in front, comma separated: only they may say who called
``PREP_SIN_TLS``    ``1`` when browsers come by plain HTTP: a demonstration, never an election
"""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from prep.plataforma import postgres
from prep.plataforma.errores import Impedimento
from prep.plataforma.llaves import leer_o_crear
from prep.plataforma.lugares import dir_postgres, llave_de_django
from prep.plataforma.puertos import es_local

_PREPARADAS: Final = {"server_side_binding": True, "prepare_threshold": 2}
"""What is asked again on a connection is not parsed again, nor planned but where the database finds that it pays."""


def base_de_datos(url: str) -> dict[str, object]:
    """Django's form of ``postgresql://user:password@host:port/name?host=/socket&sslmode=…``."""
    partes = urlsplit(url)
    if partes.scheme not in ("postgresql", "postgres") or not partes.path.strip("/"):
        raise Impedimento("DATABASE_URL debe tener la forma postgresql://usuario:contraseña@servidor:puerto/base.")
    opciones = dict(parse_qsl(partes.query))
    servidores = opciones.pop("host", None) or partes.hostname or ""
    por_red = [s for s in f"{servidores},{opciones.get('hostaddr', '')}".split(",") if s and s[0] not in "/@"]
    if opciones.get("sslmode") != "verify-full" and not all(map(es_local, por_red)):
        raise Impedimento(
            "DATABASE_URL lleva a otra máquina y no exige que lo que viaja vaya cifrado y que sea ella: agregue a la "
            "dirección sslmode=verify-full y sslrootcert=ARCHIVO, el certificado de su autoridad."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(partes.path.strip("/")),
        "USER": unquote(partes.username or ""),
        "PASSWORD": unquote(partes.password or ""),
        "HOST": servidores,
        "PORT": opciones.pop("port", None) or str(partes.port or ""),
        "OPTIONS": {**_PREPARADAS, **opciones},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": base_de_datos(os.environ.get("DATABASE_URL") or postgres.url_local(dir_postgres()))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "prep.catalogo",
    "prep.bitacora",
    "prep.intercambio",
    "prep.lectura",
    "prep.diseno",
    "prep.acceso",
    "prep.practica",
    "prep.casilla",
    "prep.catd",
    "prep.ccv",
    "prep.coordinacion",
    "prep.sede",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "prep.plataforma.csp.PoliticaDeContenido",
    "prep.diseno.codigo.CodigoDeRespuesta",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "prep.acceso.guardadas.Quien",
    "prep.plataforma.pases.Pases",
    "prep.acceso.umbral.Umbral",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "prep.urls"
WSGI_APPLICATION = "prep.plataforma.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "prep.acceso.umbral.contexto",
            ]
        },
    }
]

STATIC_URL = "/estaticos/"
WHITENOISE_USE_FINDERS = True  # served from where they are: no collectstatic step to forget

LANGUAGE_CODE = "es-mx"
TIME_ZONE = "America/Mexico_City"
USE_TZ = True

SECRET_KEY = os.environ.get("PREP_LLAVE") or leer_o_crear(llave_de_django())
DEBUG = False
DOMINIO = os.environ.get("PREP_DOMINIO", "").strip(".").lower()
ALLOWED_HOSTS = os.environ.get("PREP_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

DEMOSTRACION = os.environ.get("PREP_SIN_TLS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMOSTRACION
GALLETAS = "" if DEMOSTRACION else "__Host-"  # over TLS no other host of the institute can set one of ours
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{GALLETAS}sessionid", f"{GALLETAS}csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "prep.diseno.views.sin_ficha"

SECURE_HSTS_SECONDS = 0 if DEMOSTRACION else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False  # other services of the institute are not ours to decide

AUTH_USER_MODEL = "acceso.Cuenta"
AUTHENTICATION_BACKENDS = ["prep.acceso.puerta.PorContrasena"]
PASSWORD_HASHERS = ["prep.acceso.hashers.Argon2PorTurnos"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "prep.acceso.claves.SinLoSuyo"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "prep.acceso.claves.SinLasMasComunes"},
    {"NAME": "prep.acceso.claves.SinPalabrasDelLugar"},
]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "acceso_cache"}}

# allauth: accounts without e-mail, user and password, then the second factor. Lockout is ours (`acceso.bloqueos`).
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "acceso-cuenta"
ACCOUNT_ADAPTER = "prep.acceso.puerta.Cuentas"
ACCOUNT_FORMS = {
    "login": "prep.acceso.formas.Entrar",
    "change_password": "prep.acceso.formas.CambiarClave",
    "reauthenticate": "prep.acceso.formas.Confirmar",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "usuario"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
SESSION_ENGINE = "prep.acceso.guardadas"
SESSION_COOKIE_AGE = 14 * 3600  # `acceso.sesiones` ends them long before, when nobody uses them
MFA_ADAPTER = "prep.acceso.puerta.SegundoFactor"
MFA_FORMS = {
    "authenticate": "prep.acceso.formas.Codigo",
    "reauthenticate": "prep.acceso.formas.ConfirmarConCodigo",
    "activate_totp": "prep.acceso.formas.ActivarCodigo",
    "add_webauthn": "prep.acceso.formas.NuevaLlave",
}
MFA_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "PREP"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMOSTRACION

LOGGING = {  # of Django, its own failures: whoever asks for what is not there, or amiss, must not fill a disk
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"llano": {"()": "prep.plataforma.sin_secretos.Llano"}},
    "handlers": {"consola": {"class": "logging.StreamHandler", "formatter": "llano"}},
    "root": {"handlers": ["consola"], "level": "WARNING"},
    "loggers": {
        "prep": {"level": "INFO"},
        "django": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.security": {"level": "CRITICAL"},
    },
}

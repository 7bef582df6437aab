"""Django settings: few, safe by default, the same everywhere. What changes between machines comes from the environment:

``DATABASE_URL``    PostgreSQL to use; without it, the one that `prep.plataforma.postgres` starts
``PREP_DATOS_DIR``  folder of databases, keys and objects (`prep.plataforma.lugares` says the default)
``PREP_LLAVE``      Django's secret key; without it, one made on first use beside the data, mode 0600
``PREP_HOSTS``      host names served, comma separated (default: this machine only)
``PREP_SIN_TLS``    ``1`` when browsers come by plain HTTP: a demonstration, never an election
"""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, unquote, urlsplit

from prep.plataforma import postgres
from prep.plataforma.llaves import leer_o_crear
from prep.plataforma.lugares import dir_postgres, llave_de_django


def base_de_datos(url: str) -> dict[str, object]:
    """Django's form of ``postgresql://user:password@host:port/name?host=/socket&sslmode=…``."""
    partes = urlsplit(url)
    if partes.scheme not in ("postgresql", "postgres") or not partes.path.strip("/"):
        raise ValueError("DATABASE_URL debe tener la forma postgresql://usuario:contraseña@servidor:puerto/base.")
    opciones = dict(parse_qsl(partes.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(partes.path.strip("/")),
        "USER": unquote(partes.username or ""),
        "PASSWORD": unquote(partes.password or ""),
        "HOST": opciones.pop("host", None) or partes.hostname or "",
        "PORT": opciones.pop("port", None) or str(partes.port or ""),
        "OPTIONS": opciones,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": base_de_datos(os.environ.get("DATABASE_URL") or postgres.url_local(dir_postgres()))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "prep.catalogo",
    "prep.bitacora",
    "prep.lectura",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "prep.plataforma.csp.PoliticaDeContenido",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
ALLOWED_HOSTS = os.environ.get("PREP_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

_CON_TLS = os.environ.get("PREP_SIN_TLS") != "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _CON_TLS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{nombre}"}
    for nombre in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"llano": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"consola": {"class": "logging.StreamHandler", "formatter": "llano"}},
    "root": {"handlers": ["consola"], "level": "WARNING"},
    "loggers": {"prep": {"level": "INFO"}},
}

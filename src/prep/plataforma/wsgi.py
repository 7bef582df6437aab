"""Django as a WSGI application: what `portero` lets in is answered by it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prep.plataforma.settings")
application = get_wsgi_application()

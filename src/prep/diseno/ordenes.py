"""What a page asks, once however many times it is sent."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import HttpRequest


def orden_de(request: HttpRequest) -> str:
    """The id that the page gave to what it asks; a new one where it gave none."""
    try:
        return str(UUID(request.POST.get("orden", "")))
    except ValueError:
        return str(uuid4())

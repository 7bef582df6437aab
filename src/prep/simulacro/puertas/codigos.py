"""The second factor, as an application shows it."""

from __future__ import annotations

import base64
import hmac
import time


def codigo_de(secreto: str) -> str:
    """What an application of codes shows now (RFC 6238)."""
    llave = base64.b32decode(secreto + "=" * (-len(secreto) % 8))
    suma = hmac.digest(llave, (int(time.time()) // 30).to_bytes(8, "big"), "sha1")
    desde = suma[-1] & 15
    return f"{(int.from_bytes(suma[desde : desde + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"

"""One protocol from the phone to the node and from the node to the centre: pictures by their hash, signed facts, signed
receipts, what each side already has, and bundles that travel by hand when no network does.

    firmas      who asks: a device's signature over the request, seen before any of its body is read
    recibos     what was received, signed by the node: what a phone waits for before it lets go of anything
    objetos     pictures by their SHA-256
    cadenas     facts in the device's own chain, and what the node has of it
    altas       a printed code that serves once makes a key known, by a fact
    lotes       the same, in a file
    api         the HTTP door, `/v1/…` (docs/intercambio.md)
"""

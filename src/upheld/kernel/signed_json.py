"""A JSON document with its signature beside it: `{"content": …, "signature": {…}}`, written as a stream, checked whole.

The signature is over the SHA-256 of the content in canonical JSON, so spaces and the order of keys do not matter to it, and
neither does how large the document is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Iterable
from typing import IO, Any

from upheld.kernel.ed25519 import PublicKey, SigningKey, canonical

DOMAIN = b"upheld.document.1\n"


class NotAsSigned(ValueError):
    """The document is not what was signed, or not signed by whom it has to be."""


def write(out: IO[bytes], pieces: Iterable[bytes], key: SigningKey) -> str:
    """Write content that comes in pieces, which together are canonical JSON, and its signature. Returns the digest."""
    digest = hashlib.sha256()
    out.write(b'{"content":')
    for piece in pieces:
        digest.update(piece)
        out.write(piece)
    signature = {
        "algorithm": "Ed25519 over SHA-256 of the canonical JSON of content",
        "digest": digest.hexdigest(),
        "key": key.public.id,
        "public_key": key.public.text,
        "value": base64.b64encode(key.sign(DOMAIN + digest.digest())).decode(),
    }
    out.write(b',"signature":' + canonical(signature) + b"}\n")
    return digest.hexdigest()


def check(document: bytes, believed: PublicKey | None = None) -> PublicKey:
    """The key by which the document is signed. Raises NotAsSigned; `believed` is who has to have done it."""
    content, signature = _parts(document)
    try:
        key = PublicKey.of(str(signature["public_key"]))
        value = base64.b64decode(str(signature["value"]), validate=True)
    except (KeyError, ValueError):
        raise NotAsSigned("Its signature is incomplete.") from None
    if believed is not None and key.raw != believed.raw:
        raise NotAsSigned(f"It is signed by another key: {key.id}, and not {believed.id}.")
    try:
        digest = hashlib.sha256(canonical(content)).digest()
    except (ValueError, OverflowError, RecursionError):
        raise NotAsSigned("It holds what nobody of us signs.") from None
    if digest.hex() != signature.get("digest"):
        raise NotAsSigned("Its content was changed after it was signed.")
    if not key.accepts(value, DOMAIN + digest):
        raise NotAsSigned("Its signature does not belong to its content.")
    return key


def _parts(document: bytes) -> tuple[Any, dict[str, Any]]:
    try:
        whole = json.loads(document, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_fraction)
    except NotAsSigned:
        raise
    except (ValueError, RecursionError):  # also numbers of thousands of digits
        raise NotAsSigned("It is no JSON document.") from None
    if (
        not isinstance(whole, dict)
        or set(whole) != {"content", "signature"}
        or not isinstance(whole["signature"], dict)
    ):
        raise NotAsSigned("It is no signed document: it has to hold content and signature, and nothing else.")
    return whole["content"], whole["signature"]


def _no_number(text: str) -> float:
    """`NaN` and its like are no JSON, and would be written as null."""
    raise NotAsSigned(f"{text} is no number.")


def _fraction(text: str) -> float:
    """So that a number too large for a fraction, which would be written as null as well, is none."""
    found = float(text)
    return found if math.isfinite(found) else _no_number(text[:20])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of a key that stands twice may read two documents."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAsSigned("A key stands twice in it.")
    return found

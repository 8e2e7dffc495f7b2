"""Signatures that anybody can check: Ed25519 (RFC 8032) over canonical JSON, and the text forms of the keys.

Canonical JSON is that of RFC 8785 for what we write: keys sorted, no spaces, UTF-8. Whoever signs writes no fractions.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED_BYTES, SIGNATURE_BYTES = 32, 64
_canonical = msgspec.json.Encoder(order="sorted", decimal_format="number")


def canonical(value: Any) -> bytes:
    """The one way in which a value is written, so that equal values have equal signatures."""
    return _canonical.encode(value)


@dataclass(frozen=True)
class PublicKey:
    """Whom to believe. `id` is short enough to be read out, `text` is the whole key in base64."""

    raw: bytes

    @classmethod
    def of(cls, text: str) -> PublicKey:
        """Raises ValueError with a sentence."""
        return cls(_bytes_of(text, "a public key"))

    @cached_property
    def id(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @property
    def text(self) -> str:
        return base64.b64encode(self.raw).decode()

    def accepts(self, signature: bytes, message: bytes) -> bool:
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)


class SigningKey:
    """A key that signs. It is made from 32 random bytes, which are the secret."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(self._key.public_key().public_bytes_raw())

    @classmethod
    def of(cls, text: str) -> SigningKey:
        """From base64. Raises ValueError with a sentence."""
        return cls(_bytes_of(text, "a key"))

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def _bytes_of(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"it is not base64, as {what} is") from None
    if len(raw) != SEED_BYTES:
        raise ValueError(f"it has {len(raw)} bytes in base64 and {what} has {SEED_BYTES}")
    return raw

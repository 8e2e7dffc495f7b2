"""Keys that sign what leaves, as the environment names them: `selector@example.com=/path/key.pem`, spaces between several."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from upheld.config.values import file

SMALLEST = 1024  # bits; verifiers ignore shorter keys (RFC 8301)


@dataclass(frozen=True, slots=True)
class DkimKey:
    """The public half stands in the names system under `selector._domainkey.domain`."""

    domain: str
    selector: str
    pem: bytes = field(repr=False)


def dkim_keys(text: str) -> tuple[DkimKey, ...]:
    """Every key is read and looked at, so that a wrong one stops the start and not the first mail. Raises ValueError."""
    keys = tuple(_key(word) for word in text.split())
    for key in keys:
        if sum(other.domain == key.domain for other in keys) > 1:
            raise ValueError(f"{key.domain} has two keys; one signs")
    return keys


def _key(word: str) -> DkimKey:
    name, equals, path = word.partition("=")
    selector, at, domain = name.partition("@")
    if not (equals and at and selector and path) or "." not in domain:
        raise ValueError(f"“{word}” is not selector@domain=/path/to/key.pem")
    return DkimKey(domain.lower(), selector, _private(path))


def _private(path: str) -> bytes:
    where = file(path)
    try:
        key = load_pem_private_key(where.read_bytes(), password=None)
    except OSError as trouble:
        raise ValueError(f"{where} cannot be read ({trouble.strerror})") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"{where} holds no private key in PEM form without a password") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(  # noqa: TRY004 - it is what the setting says that is wrong
            f"{where} holds a key of another kind than RSA, which not every receiver can verify"
        )
    if key.key_size < SMALLEST:
        raise ValueError(f"{where} holds a key of {key.key_size} bits; receivers ignore those under {SMALLEST}")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())

"""Short signatures for what travels through strangers' hands, such as reply addresses.

``reply+1042.k3n5...@desk.example`` proves that we once gave this address out for ticket 1042.
Tokens survive mail systems that change case: RFC 4648 base32, read without regard to case.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable

_BYTES = 10  # 80 bits, 16 letters: beyond guessing over mail, short enough for a local part
TOKEN_PATTERN = r"[a-z2-7]{16}"  # noqa: S105 - a form, no secret


def short_token(value: str, *, purpose: str, secret: bytes) -> str:
    """Sixteen letters and digits that only a holder of ``secret`` can make for ``value``.

    ``purpose`` keeps a token that was given out for one use from serving another.
    """
    if len(secret) < 16:
        raise ValueError("A signing secret needs at least 16 bytes")
    key = hmac.digest(secret, purpose.encode(), hashlib.sha256)
    digest = hmac.digest(key, value.encode(), hashlib.sha256)
    return base64.b32encode(digest[:_BYTES]).decode("ascii").lower()


def is_genuine(value: str, token: str, *, purpose: str, secrets: Iterable[bytes]) -> bool:
    """Whether ``token`` was made for ``value`` with any of the secrets: the current one, then
    retired ones. Takes the same time for every wrong token; never raises over a strange one."""
    given = token.lower().encode("utf-8", "surrogatepass")
    genuine = False
    for secret in secrets:
        expected = short_token(value, purpose=purpose, secret=secret).encode("ascii")
        genuine |= hmac.compare_digest(expected, given)
    return genuine

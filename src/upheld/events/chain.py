"""How seals hold together: what is hashed, what is signed, and what ties one to the next. Pure."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from datetime import datetime

from upheld.events.leaves import HINTS, LEAF, Values, hints, leaf
from upheld.events.models import Seal
from upheld.kernel.ed25519 import PublicKey, SigningKey, canonical
from upheld.kernel.instants import to_us

DOMAIN = b"upheld.seal.1\n"
BEGINNING = bytes(32)
ID = 8


def pack(ids: Sequence[int]) -> bytes:
    """Ids as a seal keeps them: eight bytes each, big-endian."""
    return struct.pack(f">{len(ids)}q", *ids)


def unpack(ids: bytes) -> tuple[int, ...]:
    """The ids of a seal. What is no whole id at the end raises struct.error."""
    return struct.unpack(f">{len(ids) // ID}q", ids)


def new_seal(before: Seal | None, rows: Sequence[Values], *, last: int, key: SigningKey, at: datetime) -> Seal:
    """The seal of these events, in the order of their ids. `last` is the last id of its stretch, event or not."""
    first = min(1, rows[0][0]) if before is None else before.last + 1
    seal = Seal(
        number=1 if before is None else before.number + 1,
        first=first,
        last=last,
        count=len(rows),
        ids=pack([row[0] for row in rows]),
        leaves=b"".join(map(leaf, rows)),
        hints=b"".join(map(hints, rows)),
        previous=BEGINNING if before is None else link(before),
        key=key.public.id,
        sealed_at=at,
    )
    seal.hash = digest(seal)
    seal.signature = key.sign(DOMAIN + seal.hash)
    return seal


def digest(seal: Seal) -> bytes:
    """The hash of all that the seal says, but for its signature."""
    parts = [hashlib.sha256(part).hexdigest() for part in (seal.ids, seal.leaves, seal.hints)]
    said = [seal.number, seal.first, seal.last, seal.count, seal.key, to_us(seal.sealed_at), bytes(seal.previous).hex()]
    return hashlib.sha256(DOMAIN + canonical([*said, *parts])).digest()


def link(seal: Seal) -> bytes:
    """What the next seal holds of this one: hash and signature, so that neither can be exchanged."""
    return hashlib.sha256(bytes(seal.hash) + bytes(seal.signature)).digest()


def is_whole(seal: Seal) -> bool:
    """Its hash is that of what it says, and its parts have the lengths that its count asks for."""
    lengths = (len(seal.ids), len(seal.leaves), len(seal.hints))
    return lengths == (seal.count * ID, seal.count * LEAF, seal.count * HINTS) and bytes(seal.hash) == digest(seal)


def is_signed(seal: Seal, keys: Sequence[PublicKey]) -> bool:
    """Whether one of the keys that we believe in made this seal."""
    return any(key.id == seal.key and key.accepts(bytes(seal.signature), DOMAIN + bytes(seal.hash)) for key in keys)

"""What a provider says of one recipient of a mail of ours, in one form for all providers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from upheld.channels.mail.parsing.charsets import storable


class Said(StrEnum):
    """`LOST`: they will not get it. `DELAYED`: their server did not take it yet. `COMPLAINED`: they call it unwanted."""

    DELIVERED = "delivered"
    LOST = "lost"
    DELAYED = "delayed"
    COMPLAINED = "complained"


SAID: Final = {
    "delivered": Said.DELIVERED,
    "bounced": Said.LOST,
    "rejected": Said.LOST,
    "failed": Said.LOST,
    "deferred": Said.DELAYED,
    "complained": Said.COMPLAINED,
}
"""By what anymail calls it; the rest (queued, opened, clicked, …) is nothing to us."""


@dataclass(frozen=True, slots=True)
class Word:
    """Whose mail it is about is known by `number`, which we gave along, or by Message-IDs, ours or the provider's.

    `is_permanent`: the address takes nothing at all. `mark` is the same for the same word, however often it is said.
    """

    said: Said
    number: int
    message_ids: tuple[str, ...]
    recipient: str
    reason: str
    mark: str
    is_permanent: bool = True


def word(
    said: Said, *, number: Any, ids: tuple[Any, ...], recipient: Any, reason: Any, when: Any, is_permanent: bool = True
) -> Word:
    """A word of whatever a provider wrote. A mail is called late once, however often that is said."""
    whom = storable(str(recipient or "")).strip().lower()
    mail = storable(str(number or "")).strip()
    names = tuple(storable(str(one))[:320] for one in ids if one)
    told = "|".join((said, mail, *names, whom, "" if said is Said.DELAYED else str(when or "")))
    return Word(
        said=said,
        number=int(mail) if mail.isascii() and mail.isdecimal() and len(mail) < 19 else 0,
        message_ids=names,
        recipient=whom,
        reason=" ".join(storable(str(reason or said)).split())[:200],
        mark=hashlib.sha256(told.encode()).hexdigest()[:32],
        is_permanent=is_permanent,
    )

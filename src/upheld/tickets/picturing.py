"""Pictures from outside: fetched by us when an agent asks, never by a browser, so that their sender does not learn who reads.

Kept by what they hold. No event is recorded: nothing about the ticket changes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime
from html import unescape
from typing import Final

from upheld.channels.files import store
from upheld.events.actors import Actor
from upheld.kernel.fetching import Fetched, NotFetched, fetch
from upheld.kernel.pictures import HEAD, bitmap_type
from upheld.tickets.models import Message, OutsidePicture

MOST_PICTURES: Final = 40
MOST_BYTES: Final = 5 * 1024 * 1024
SECONDS: Final = 10.0
AT_ONCE: Final = 6
_PICTURE: Final = re.compile(r'<img(?:\s+[a-z-]+="[^"]*")*\s*/?>', re.IGNORECASE)
_OPTION: Final = re.compile(r'([a-z-]+)="([^"]*)"', re.IGNORECASE)
Fetching = Callable[[str], Fetched]


def outside_addresses(html: str) -> list[str]:
    """The addresses that cleaned markup takes pictures from, each once; not those of pictures that nobody could see."""
    found = (dict(_OPTION.findall(tag)) for tag in _PICTURE.findall(html))
    sources = (unescape(one.get("src", "")) for one in found if not is_unseen(one))
    return list(dict.fromkeys(source for source in sources if is_outside(source)))[:MOST_PICTURES]


def is_outside(source: str) -> bool:
    return source.strip().lower().startswith(("http:", "https:"))


def is_unseen(options: dict[str, str]) -> bool:
    """A picture of one or two points is there to be fetched, not to be seen."""
    return any(options.get(side, "").strip() in ("0", "1", "2") for side in ("width", "height"))


def digest(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()


def fetch_pictures(message: Message, *, by: Actor, at: datetime, fetching: Fetching | None = None) -> int:
    """Fetch what is missing, all of it within ten seconds. Returns how many pictures can be shown now. Again is harmless."""
    fetched = OutsidePicture.objects.filter(message=message).exclude(file=None)
    known = set(fetched.values_list("address", flat=True))
    wanted = [address for address in outside_addresses(message.html) if digest(address) not in known]
    for address, found in zip(wanted, _all(wanted, fetching or _fetch), strict=True):
        picture = store(found.data) if isinstance(found, Fetched) else None
        OutsidePicture.objects.update_or_create(
            message=message,
            address=digest(address),
            defaults={
                "file": picture,
                "failure": "" if isinstance(found, Fetched) else found[:200],
                "fetched_at": at,
                "fetched_by": by.key,
            },
        )
    return fetched.count()


def _fetch(address: str) -> Fetched:
    return fetch(address, types=["image/"], most_bytes=MOST_BYTES, seconds=SECONDS)


def _all(addresses: Sequence[str], fetching: Fetching) -> list[Fetched | str]:
    """What came of each: the picture, or why there is none."""
    pool = ThreadPoolExecutor(AT_ONCE)
    jobs = [pool.submit(_one, address, fetching) for address in addresses]
    done, _ = wait(jobs, timeout=SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    return [job.result() if job in done else "It takes too long." for job in jobs]


def _one(address: str, fetching: Fetching) -> Fetched | str:
    try:
        found = fetching(address)
    except NotFetched as why:
        return str(why)
    except Exception as wrong:  # noqa: BLE001 - an address of a stranger breaks no page
        return f"It could not be fetched ({type(wrong).__name__})."
    return found if bitmap_type(found.data[:HEAD]) else "It is no picture that can be shown."

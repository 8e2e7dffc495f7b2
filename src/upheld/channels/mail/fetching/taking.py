"""One look into a folder: what stands there and was not seen is stored, then the server is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from upheld.channels.mail.fetching.accounts import Account
from upheld.channels.mail.fetching.server import Folder
from upheld.channels.mail.receiving import accept
from upheld.channels.models import Mailbox, Sighting
from upheld.channels.models.mailboxes import LEFT

log = structlog.stdlib.get_logger("upheld.fetch")

MOST_NAMED: Final = 20  # of what is missing


def mailbox_of(account: Account) -> Mailbox:
    """The row of this folder of this account. What was seen is known by all three: a name that is given to another folder or
    account begins anew, and the old row goes on under a name with `LEFT` in it, until somebody comes back to it.
    """
    said = {"account": f"{account.user}@{account.host}"[:254], "folder": account.folder}
    with transaction.atomic():
        row = Mailbox.objects.select_for_update().filter(name=account.name).first()
        if row is not None and (row.account, row.folder) == (said["account"], said["folder"]):
            return row
        if row is not None:
            row.name = f"{account.name[:24]}{LEFT}{row.pk}"
            row.failure, row.failing_since = "", None
            row.save(update_fields=["name", "failure", "failing_since"])
        earlier = Mailbox.objects.filter(**said, name__startswith=f"{account.name[:24]}{LEFT}").order_by("-pk").first()
        if earlier is None:
            return Mailbox.objects.create(name=account.name, **said)
        earlier.name = account.name
        earlier.save(update_fields=["name"])
        return earlier


def take_in_new(mailbox: Mailbox, folder: Folder) -> int:
    """Fetch what came after the last that was seen: the quick look, whenever the server says that something changed."""
    last = Sighting.objects.filter(mailbox=mailbox, uid_validity=folder.uid_validity).aggregate(Max("uid"))["uid__max"]
    there = folder.numbers(after=last or 0)
    stored = _fetch(mailbox, folder, sorted(there))
    trouble = _settle(mailbox, folder, there, is_all=False) if there else ""
    now = datetime.now(UTC)
    said: dict[str, Any] = {"fetched_at": now} if stored else {}
    if trouble:
        said |= {"failure": trouble, "failing_since": mailbox.failing_since or now}
    Mailbox.objects.filter(pk=mailbox.pk).update(looked_at=now, **said)
    return stored


def reconcile(mailbox: Mailbox, folder: Folder, *, broke: Collection[int] = ()) -> int:
    """Fetch all that is missing. Returns how many mails were stored. Raises `server.Trouble` when the server breaks off.

    Compares all numbers of the folder with all that were seen, so that nothing depends on where the last look ended: what was
    left out before, for whatever reason, is found here and mended. Those that `broke` the line before come last.
    """
    if mailbox.uid_validity != folder.uid_validity:
        if mailbox.uid_validity is not None:
            log.warning("numbered anew, looking through all", mailbox=mailbox.name)
        mailbox.uid_validity = folder.uid_validity
        mailbox.save(update_fields=["uid_validity"])
    there = folder.numbers()
    seen = _seen(mailbox, folder)
    missing = sorted(there - seen)
    overlooked = sum(number < max(seen, default=0) for number in missing)
    _note(mailbox, there, missing)
    stored = _fetch(mailbox, folder, sorted(missing, key=lambda number: (number in broke, number)))
    left = there - _seen(mailbox, folder)
    trouble = _settle(mailbox, folder, there)
    if stored and folder.account.then in ("move", "delete"):
        there = folder.numbers()
    _note(mailbox, there, left & there, mended=overlooked, has_fetched=bool(stored), failure=trouble)
    return stored


def _seen(mailbox: Mailbox, folder: Folder) -> set[int]:
    sightings = Sighting.objects.filter(mailbox=mailbox, uid_validity=folder.uid_validity)
    return set(sightings.values_list("uid", flat=True))


def _fetch(mailbox: Mailbox, folder: Folder, missing: Sequence[int]) -> int:
    stored = 0
    sizes = folder.sizes(missing) if missing else {}
    small = [number for number in missing if sizes.get(number, 0) <= settings.UPHELD_MAIL_MAX_BYTES]
    for number in set(missing) & set(sizes) - set(small):
        log.warning("too large, left on the server", mailbox=mailbox.name, number=number, size=sizes[number])
        Sighting.objects.get_or_create(
            mailbox=mailbox,
            uid_validity=folder.uid_validity,
            uid=number,
            defaults={"size": sizes[number], "seen_at": datetime.now(UTC), "settled": True},
        )
    for number, raw in folder.mails(small):
        _store(mailbox, folder, number, raw)
        stored += 1
    return stored


@transaction.atomic
def _store(mailbox: Mailbox, folder: Folder, number: int, raw: bytes) -> None:
    """The mail and where it was seen, together; the same bytes from another place are the same mail."""
    address = folder.account.address
    mail = accept(raw, envelope_to=[address] if address else [], door="imap")
    Sighting.objects.get_or_create(
        mailbox=mailbox,
        uid_validity=folder.uid_validity,
        uid=number,
        defaults={"mail": mail, "size": len(raw), "seen_at": datetime.now(UTC)},
    )


def _settle(mailbox: Mailbox, folder: Folder, there: Collection[int], *, is_all: bool = True) -> str:
    """Tell the server of all that it was not told of yet, also from looks that were cut off; `is_all` says that `there` is all
    that it holds. Returns why it refused, if it did: the mails are with us, and it is told again at the next look.
    """
    unsettled = Sighting.objects.filter(mailbox=mailbox, uid_validity=folder.uid_validity, settled=False)
    numbers = [number for number in unsettled.values_list("uid", flat=True).order_by("uid") if number in there]
    try:
        if numbers:
            folder.settle(numbers)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as refused:
        log.warning("the server does not do what it is told", mailbox=mailbox.name, reason=str(refused)[:80])
        what = f"moved to {folder.account.move_to}" if folder.account.then == "move" else "marked there"
        return f"{len(numbers)} mails are stored here, and could not be {what}: {refused}"[:400]
    (unsettled if is_all else unsettled.filter(uid__in=numbers)).update(settled=True)
    return ""


def _note(
    mailbox: Mailbox,
    there: Collection[int],
    missing: Collection[int],
    *,
    mended: int = 0,
    has_fetched: bool = False,
    failure: str = "",
) -> None:
    now = datetime.now(UTC)
    mailbox.looked_at = mailbox.reconciled_at = now
    mailbox.on_server, mailbox.missing, mailbox.mended = len(there), len(missing), mailbox.mended + mended
    mailbox.missing_numbers = sorted(missing)[:MOST_NAMED]
    mailbox.failure, mailbox.failing_since = failure, (mailbox.failing_since or now) if failure else None
    if has_fetched:
        mailbox.fetched_at = now
    mailbox.save(
        update_fields=[
            "looked_at", "reconciled_at", "on_server", "missing", "missing_numbers", "mended", "failure", "failing_since",
            "fetched_at",
        ]
    )  # fmt: skip

"""One look into a folder: what stands there and was not seen is stored, then the server is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from upheld.channels.mail.fetching.accounts import Account
from upheld.channels.mail.fetching.server import Folder
from upheld.channels.mail.receiving import accept
from upheld.channels.models import Mailbox, Sighting

log = structlog.stdlib.get_logger("upheld.fetch")


def mailbox_of(account: Account) -> Mailbox:
    """The row of an account, brought up to what the environment says."""
    said = {"account": f"{account.user}@{account.host}"[:254], "folder": account.folder}
    row, _ = Mailbox.objects.update_or_create(name=account.name, defaults=said)
    return row


def take_in_new(mailbox: Mailbox, folder: Folder) -> int:
    """Fetch what came after the last that was seen: the quick look, whenever the server says that something changed."""
    last = Sighting.objects.filter(mailbox=mailbox, uid_validity=folder.uid_validity).aggregate(Max("uid"))["uid__max"]
    there = folder.numbers(after=last or 0)
    stored = _fetch(mailbox, folder, sorted(there))
    _settle(mailbox, folder, there)
    now = datetime.now(UTC)
    Mailbox.objects.filter(pk=mailbox.pk).update(looked_at=now, **({"fetched_at": now} if stored else {}))
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
    _settle(mailbox, folder, there)
    _note(mailbox, there, there - _seen(mailbox, folder), mended=overlooked, has_fetched=bool(stored))
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


def _settle(mailbox: Mailbox, folder: Folder, there: Collection[int]) -> None:
    """Tell the server of all that it was not told of yet, also from looks that were cut off."""
    unsettled = Sighting.objects.filter(mailbox=mailbox, uid_validity=folder.uid_validity, settled=False)
    numbers = [number for number in unsettled.values_list("uid", flat=True).order_by("uid") if number in there]
    if numbers:
        folder.settle(numbers)
    unsettled.update(settled=True)


def _note(
    mailbox: Mailbox, there: Collection[int], missing: Collection[int], *, mended: int = 0, has_fetched: bool = False
) -> None:
    now = datetime.now(UTC)
    mailbox.looked_at = mailbox.reconciled_at = now
    mailbox.on_server, mailbox.missing, mailbox.mended = len(there), len(missing), mailbox.mended + mended
    mailbox.failure, mailbox.failing_since = "", None
    if has_fetched:
        mailbox.fetched_at = now
    mailbox.save(
        update_fields=[
            "looked_at", "reconciled_at", "on_server", "missing", "mended", "failure", "failing_since", "fetched_at",
        ]
    )  # fmt: skip

"""Looking into a stored mail once, before anything is decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, Final

from upheld.channels.mail.parsing import parse_head
from upheld.channels.mail.parsing.fields import address_in
from upheld.channels.mail.trust.believing import believed_about, peer_of
from upheld.channels.mail.trust.names import Names
from upheld.channels.mail.trust.verdict import Believed, Verdict, authenticity
from upheld.channels.models import ReceivedMail
from upheld.statements import Asked, Given, among

SOON: Final = 0.5  # seconds
_LOOKERS: Final = ThreadPoolExecutor(16, thread_name_prefix="look into mail")

WAITING = Asked(lambda: ReceivedMail.objects.waiting().filter(pk=Given("pk")))
WAITING_ALL = Asked(lambda: ReceivedMail.objects.waiting().filter(among("id", Given("pks"))))


def look_into(mail_id: int, *, names: Names | None = None) -> dict[str, Any] | None:
    """Whether the mail is from whom it says, for whoever decides about it to note in `authentication`. None when there is
    nothing to find. Outside of any transaction: it may ask the net, for some seconds.

    A mail that was looked into is not looked into again, unless the names system was away then.
    """
    mail = WAITING.first(pk=mail_id)
    if mail is None or not _is_open(mail):
        return None
    return _found(mail, names or Names(), believed_about(mail)).as_data()


def look_into_many(mail_ids: Sequence[int]) -> dict[int, dict[str, Any] | None]:
    """The same for many at once, without those whose answers from the net take longer than SOON: nobody waits for them.

    Whose word counts is asked here: a thread that asked the database would keep a connection that nobody gives back.
    """
    mails = WAITING_ALL(pks=list(mail_ids))
    found: dict[int, dict[str, Any] | None] = {mail.pk: None for mail in mails if not _is_open(mail)}
    asked = {_LOOKERS.submit(_found, mail, Names(), believed_about(mail)): mail.pk for mail in mails if _is_open(mail)}
    answered, _ = wait(asked, timeout=SOON)
    return found | {asked[one]: one.result().as_data() for one in answered if one.exception() is None}


def _is_open(mail: ReceivedMail) -> bool:
    return mail.authentication is None or bool(mail.authentication["undecided"])


def _found(mail: ReceivedMail, names: Names, believed: Believed) -> Verdict:
    """Asks the net, and never the database."""
    raw = bytes(mail.raw)
    shown = parse_head(raw, envelope_from=mail.envelope_from).sender.address or address_in(mail.envelope_from)
    return authenticity(
        raw, shown=shown, peer=peer_of(mail), envelope_from=mail.envelope_from, names=names, believed=believed
    )

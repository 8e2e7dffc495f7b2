"""A bag of mail: many mails that came in a crowd find their places in one transaction, each as it would alone.

What costs the same for one as for many is done once. All of them or none: where one spoils it, each is taken in alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog
from django.db import transaction

from upheld.channels.mail.receiving import hold_ids
from upheld.channels.mail.trust.looking import look_into_many
from upheld.channels.models import ReceivedMail
from upheld.channels.scanning import is_scanning
from upheld.commitments.policies import in_force
from upheld.events.models import Event
from upheld.kernel.keys import number_of
from upheld.statements import Asked, Given, among
from upheld.tickets import intake

log = structlog.stdlib.get_logger("upheld.mail")

HELD: Final = Asked(
    lambda: ReceivedMail.objects.select_for_update().waiting().filter(among("id", Given("pks"))).order_by("id")
)


def take_in_together(events: Sequence[Event]) -> set[int]:
    """Hears of many `message.received`. Returns of which it is done; the others are to be taken in alone.

    Alone is taken in what is slow to look into, whatever a scanner has to see, and all of them when one spoils it.
    """
    mails = {number_of(event.subject): event.pk for event in events}
    if is_scanning():
        return set()
    found = look_into_many(list(mails))
    try:
        with transaction.atomic():
            policy, waiting = in_force(), HELD(pks=list(found))
            for mail in waiting:
                mail.authentication = found[mail.pk] or mail.authentication
            cases = [intake.read(mail, policy) for mail in waiting]
            hold_ids([one for case in cases for one in case.kindred])
            for case in cases:
                intake.settle(case.mail, intake.place_of(case))
    except Exception as wrong:  # noqa: BLE001 - which of them it was comes out when each is taken in alone
        log.info("mails could not be taken in together", mails=len(found), reason=type(wrong).__name__)
        return set()
    return {mails[mail] for mail in found}

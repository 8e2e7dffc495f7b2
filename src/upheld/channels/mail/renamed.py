"""Mails of ours under names that a provider gave them: Amazon SES writes a Message-ID of its own, others may.

Answers to such a mail, and reports about it, name the provider's. What it told us when it took the mail is the same name, or
(with SES) the part of it before the @.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from django.conf import settings

from upheld.channels.models import OutgoingMail
from upheld.statements import Asked, Given, among

_BY_SES: Final = re.compile(r"<([^@<>]+)@[a-z0-9.-]+\.amazonses\.com>")
SENT_AS: Final = Asked(
    lambda: OutgoingMail.objects.filter(among("provider_id", Given("names"))).values_list("provider_id", "message_id")
)


def own_names(ids: Iterable[str]) -> dict[str, str]:
    """Message-ID that a provider gave -> our own. One query, and none where no provider was ever in between."""
    names = {
        name_at_provider(one): one for one in ids if settings.UPHELD_MAIL.provider is not None or _BY_SES.fullmatch(one)
    }
    return {names[name]: own for name, own in SENT_AS(names=list(names))} if names else {}


def name_at_provider(message_id: str) -> str:
    found = _BY_SES.fullmatch(message_id)
    return found[1] if found else message_id

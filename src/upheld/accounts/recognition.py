"""Whose mail address is it: a contact we know, a new colleague of a customer, or somebody of whom we know nothing yet."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

from django.db.models.functions import Length

from upheld.accounts.actions import PUBLIC_PROVIDERS, add_new_contact, contact_at
from upheld.accounts.models import Account, Contact
from upheld.events.actors import Actor
from upheld.statements import Asked, Given, among

# Brands that give addresses away under many countries' domains, and services whose addresses are made for one use.
_BRANDS: Final = re.compile(
    r"(?:yahoo|ymail|hotmail|outlook|live|msn|gmx|gmail|aol|yandex|zoho|icloud)\.(?:com?\.)?[a-z]{2,3}"
)
_ALSO_SHARED: Final = """
    rocketmail.com googlemail.co.uk btinternet.com comcast.net verizon.net att.net sbcglobal.net cox.net
    bellsouth.net charter.net freenet.de arcor.de posteo.de mailbox.org wanadoo.fr sfr.fr bluewin.ch a1.net
    telia.com seznam.cz wp.pl onet.pl interia.pl o2.pl rambler.ru bk.ru inbox.ru list.ru sina.com sohu.com
    foxmail.com rediffmail.com daum.net docomo.ne.jp ezweb.ne.jp terra.com.br tutamail.com tuta.io startmail.com
    runbox.com mailfence.com duck.com privaterelay.appleid.com relay.firefox.com mozmail.com mailinator.com
    guerrillamail.com yopmail.com 10minutemail.com simplelogin.com anonaddy.me
"""
_SHARED: Final = frozenset(_ALSO_SHARED.split())


ACCOUNT_OF: Final = Asked(
    lambda: (
        Account.objects.open().filter(among("domains__name", Given("names"))).order_by(Length("domains__name").desc())
    )
)


def is_public_provider(domain: str) -> bool:
    """Whether the people with addresses at this domain have nothing in common."""
    name = domain.strip().lower().rstrip(".")
    return name in PUBLIC_PROVIDERS or name in _SHARED or _BRANDS.fullmatch(name) is not None


def account_of_domain(domain: str) -> Account | None:
    """The open account that said this mail domain, or one above it, is theirs. Never by a public provider's domain."""
    labels = domain.strip().lower().rstrip(".").split(".")
    names = [".".join(labels[first:]) for first in range(max(1, len(labels) - 1))]
    return ACCOUNT_OF.first(names=[name for name in names if not is_public_provider(name)])


def known(address: str) -> Contact | None:
    """The contact with this mail address, if there is one."""
    return contact_at(address)


def recognise(address: str, name: str, *, by: Actor, at: datetime) -> Contact:
    """The contact with this mail address, made if need be: of the account of its domain, else without an account.

    An address is never moved to another account here: who is known stays where they are.
    """
    contact = known(address)
    if contact is not None:
        return contact
    account = account_of_domain(address.rpartition("@")[2])
    return add_new_contact(email=address, name=plain_name(name), account=account, by=by, at=at)


def plain_name(name: str) -> str:
    """A name as a stranger gives it, without what makes it read as something else: marks of direction, and another's address."""
    plain = " ".join("".join(letter for letter in name if unicodedata.category(letter) != "Cf").split())
    return "" if "@" in plain or "\uff20" in plain else plain

"""Changing what a customer bought, and who belongs to them."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from upheld.accounts.models import Account, Contact, Domain, Identity
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.people.models import Agent, Person
from upheld.statements import Asked, Given, add, add_once

# fmt: off
PUBLIC_PROVIDERS = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
    "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "gmx.com", "web.de", "mail.ru", "yandex.ru", "qq.com",
    "163.com", "126.com", "proton.me", "protonmail.com", "zoho.com", "mail.com", "t-online.de", "orange.fr",
    "free.fr", "laposte.net", "libero.it", "uol.com.br", "bol.com.br", "naver.com", "hanmail.net", "fastmail.com",
    "hey.com", "pm.me", "tutanota.com",
})
# fmt: on


DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}")


CONTACT_AT = Asked(
    lambda: Contact.objects.select_related("person", "account").filter(
        identities__kind="mail", identities__value=Given("email")
    )
)
PERSON_AT = Asked(lambda: Person.objects.filter(email=Given("email")))


class AccountRefused(Exception):
    """Does not apply; the text is shown to the user as it is."""


MILESTONES = {
    "account.welcomed": "Welcome given",
    "account.trained": "Training held",
    "account.onboarded": "Implementation complete",
    "account.checked_in": "Check-in made",
    "account.health_checked": "Health looked at",
    "account.reviewed": "Business review held",
    "account.renewed": "Contract renewed",
}
"""What people record by hand about an account, and what it is called."""


@transaction.atomic
def add_account(
    *,
    name: str,
    plan: str,
    by: Actor,
    at: datetime,
    region: str = "",
    segment: str = "",
    language: str = "en",
    zone: str = "UTC",
    manager: Agent | None = None,
) -> Account:
    """A new customer, whose contract begins now; and with it what the policy promises to accounts. Refused without a name."""
    if not name.strip():
        raise AccountRefused("Say what the account is called.")
    account = Account.objects.create(
        name=name.strip(), plan=plan, region=region, segment=segment, language=language, zone=zone
    )
    activate(account, by=by, at=at)
    if manager is not None:
        assign_manager(account, manager=manager, by=by, at=at)
    return account


@transaction.atomic
def activate(account: Account, *, by: Actor, at: datetime) -> None:
    """The contract begins. A second time records nothing. For accounts that were brought in from elsewhere, too."""
    _lock(account)
    if account.closed_at is not None:
        raise AccountRefused(f"The contract of {account.name} has ended.")
    record("account.activated", account.key, by=by, at=at, data=attributes(account), key=f"{account.key}/activated")


@transaction.atomic
def reach(account: Account, milestone: str, *, by: Actor, at: datetime) -> None:
    """Write down that a milestone was reached, such as `account.welcomed`; the commitments that wait for it are kept.

    Each call is a fact of its own: two check-ins are two. Refused for a closed account.
    """
    _lock(account)
    if milestone not in MILESTONES:
        raise AccountRefused(f"There is no milestone “{milestone}”.")
    if account.closed_at is not None:
        raise AccountRefused(f"The contract of {account.name} has ended.")
    record(milestone, account.key, by=by, at=at)


@transaction.atomic
def assign_manager(account: Account, *, manager: Agent, by: Actor, at: datetime) -> None:
    """Who looks after the account. The same one again records nothing."""
    _lock(account)
    if account.manager_id == manager.pk:
        return
    account.manager = manager
    account.save(update_fields=["manager"])
    record("account.manager_assigned", account.key, by=by, at=at, data={"manager": manager.key})


@transaction.atomic
def change_plan(account: Account, *, plan: str, by: Actor, at: datetime) -> None:
    """Set the plan. Open tickets follow: `tickets.handlers` hears `account.changed`. Setting the same plan records nothing."""
    _change(account, "plan", plan, by=by, at=at)


@transaction.atomic
def change_region(account: Account, *, region: str, by: Actor, at: datetime) -> None:
    """Set the region; what the policy promises by region follows. The same one again records nothing."""
    _change(account, "region", region, by=by, at=at)


@transaction.atomic
def close_account(account: Account, *, by: Actor, at: datetime) -> None:
    """The contract ends, and with it what was promised to the account. Its tickets stay. A second time records nothing."""
    _lock(account)
    if account.closed_at is not None:
        return
    account.closed_at = at
    account.save(update_fields=["closed_at"])
    record("account.closed", account.key, by=by, at=at)


def reachable_again(contact: Contact, *, at: datetime) -> None:
    """Mails to the contact came back before; now they wrote from that address, or somebody of ours knows better."""
    if contact.bounced_at is not None and contact.bounced_at < at:
        contact.bounced_at = None
        contact.save(update_fields=["bounced_at"])


def attributes(account: Account) -> dict[str, str]:
    """What the policy's matchers may ask of an account."""
    return {
        "plan": account.plan,
        "region": account.region,
        "segment": account.segment,
        "language": account.language,
    }


def _change(account: Account, name: str, value: str, *, by: Actor, at: datetime) -> None:
    _lock(account)
    before = getattr(account, name)
    if before == value:
        return
    setattr(account, name, value)
    account.save(update_fields=[name])
    record("account.changed", account.key, by=by, at=at, data={name: value, f"{name}_before": before})


def _lock(account: Account) -> None:
    """Read the account afresh and keep it, so that what two people do comes one after the other."""
    account.refresh_from_db(from_queryset=Account.objects.select_for_update())


@transaction.atomic
def add_domain(account: Account, *, name: str, by: Actor, at: datetime) -> Domain:
    """Senders of this mail domain belong to the account from now on.

    Refused for what is no domain, for public mail providers, and for another's domain.
    """
    name = name.strip().lower().removeprefix("@")
    if not DOMAIN.fullmatch(name):
        raise AccountRefused(f"“{name}” is no mail domain. Write it like harbour.example.")
    if name in PUBLIC_PROVIDERS:
        raise AccountRefused(f"{name} is a public mail provider; its senders do not all belong to one account.")
    domain, is_new = Domain.objects.get_or_create(name=name, defaults={"account": account})
    if domain.account_id != account.pk:
        raise AccountRefused(f"{name} belongs to another account already.")
    if is_new:
        record("account.changed", account.key, by=by, at=at, data={"domain_added": name})
    return domain


def contact_at(email: str) -> Contact | None:
    """The contact with this mail address, with person and account, if there is one. One query."""
    return CONTACT_AT.first(email=email.strip().lower())


def add_contact(
    *,
    email: str,
    name: str = "",
    account: Account | None,
    by: Actor,
    at: datetime,
    is_administrator: bool = False,
    zone: str = "",
) -> Contact:
    """A person at an account, known by a mail address. An address that is known already returns its contact unchanged."""
    return contact_at(email) or add_new_contact(
        email=email, name=name, account=account, by=by, at=at, is_administrator=is_administrator, zone=zone
    )


def add_new_contact(
    *,
    email: str,
    name: str,
    account: Account | None,
    by: Actor,
    at: datetime,
    is_administrator: bool = False,
    zone: str = "",
) -> Contact:
    """The same for an address that was just asked for and is no contact's."""
    email = email.strip().lower()
    if "@" not in email:
        raise AccountRefused(f"“{email}” is no mail address.")
    with transaction.atomic(savepoint=False):
        person = PERSON_AT.first(email=email)
        if person is None:
            zone, language = zone or (account.zone if account else "UTC"), account.language if account else "en"
            person = Person(email=email, name=name, zone=zone, language=language)
            person.set_unusable_password()
            add(person)
        contact = Contact(person=person, account=account, is_administrator=is_administrator)
        if not add_once(contact, "person_id"):
            contact = Contact.objects.get(person=person)
        add_once(Identity(contact=contact, kind="mail", value=email), "kind", "value")
        record("contact.added", contact.key, by=by, at=at, data={"account": account.key if account else None})
    return contact

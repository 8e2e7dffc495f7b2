"""Whom the demo's company works for: forty accounts on the policy's plans, with one to four people each."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from upheld.accounts.models import Account, Contact, Domain, Identity
from upheld.cli.demo.people import Staff
from upheld.kernel.text import slug
from upheld.people.models import Person
from upheld.policy.model import Policy

PLAN_SHARES = (0.45, 0.33, 0.22)  # of the smallest plan, the next one, the next one
STRANGERS = (("Gwendolyn Harker", "g.harker@openletter.example"), ("Dmitri Volkov", "dmitri@promote-today.example"),
             ("Sunita Rao", "sunita.rao@freelance-desk.example"))  # fmt: skip
PREFIXES = {
    "us": "+1 555 01",
    "ca": "+1 555 01",
    "uk": "+44 20 7946 0",
    "de": "+49 30 23125",
    "fr": "+33 1 99 00 1",
    "es": "+34 910 60",
}


@dataclass(frozen=True, slots=True)
class Customers:
    """The accounts with their people, and a few who belong to none."""

    accounts: Sequence[Account]
    contacts: Mapping[int, Sequence[Contact]]
    strangers: Sequence[Contact]

    def of(self, account: Account) -> Sequence[Contact]:
        return self.contacts[account.pk]

    def colleagues(self, contact: Contact) -> Sequence[Contact]:
        """Everybody at the contact's account, themselves included."""
        return self.contacts.get(contact.account_id or 0, [contact])


def win(
    policy: Policy, cast: Mapping[str, Any], staff: Staff, dice: random.Random, *, secret: str, at: datetime
) -> Customers:
    """Make the accounts with domains and people. The first person of an account is its administrator where there are several."""
    accounts = [_account(raw, number, policy, cast, staff, dice, at=at) for number, raw in enumerate(cast["accounts"])]
    Account.objects.bulk_create(accounts)
    Domain.objects.bulk_create(
        Domain(account=account, name=_domain(raw)) for account, raw in zip(accounts, cast["accounts"], strict=True)
    )
    contacts: list[Contact] = []
    for number, (account, raw) in enumerate(zip(accounts, cast["accounts"], strict=True)):
        contacts += _people_of(account, raw, number, cast, secret, dice)
    contacts += [Contact(person=_stranger(name, address)) for name, address in STRANGERS]
    Person.objects.bulk_create(contact.person for contact in contacts)
    for contact in contacts:
        contact.person_id = contact.person.pk
    Contact.objects.bulk_create(contacts)
    Identity.objects.bulk_create(
        Identity(contact=contact, kind="mail", value=contact.person.email) for contact in contacts
    )
    known = {account.pk: [contact for contact in contacts if contact.account_id == account.pk] for account in accounts}
    return Customers(accounts, known, contacts[-len(STRANGERS) :])


def _account(
    raw: Sequence[str],
    number: int,
    policy: Policy,
    cast: Mapping[str, Any],
    staff: Staff,
    dice: random.Random,
    *,
    at: datetime,
) -> Account:
    name, _, region, zone, culture, trade = raw
    years = dice.randint(0, 3)
    starts = at.date() - timedelta(days=365 * years + dice.randint(20, 330))
    plan = _plan(list(policy.plans), number, dice)
    is_largest = plan == list(policy.plans)[-1]
    return Account(
        name=name,
        plan=plan,
        region=region,
        segment=trade,
        zone=zone,
        language=cast["languages"].get(culture, "en"),
        manager=staff.manager if is_largest else dice.choice(staff.agents) if number % 4 == 0 else None,
        contract_starts=starts,
        contract_ends=_years_on(starts, years + 1),
    )


def _plan(plans: Sequence[str], number: int, dice: random.Random) -> str:
    """The first accounts take a plan each, so that none is without; the others by their shares."""
    if number < len(plans):
        return plans[-1 - number]
    return dice.choices(plans[: len(PLAN_SHARES)], PLAN_SHARES[: len(plans)])[0] if len(plans) > 1 else plans[0]


def _people_of(
    account: Account, raw: Sequence[str], number: int, cast: Mapping[str, Any], secret: str, dice: random.Random
) -> list[Contact]:
    culture = raw[4]
    first_names, last_names = cast["names"][culture]
    count = 3 if number == 0 else dice.choices((1, 2, 3, 4), (15, 35, 30, 20))[0]
    firsts, lasts = dice.sample(first_names, count), dice.sample(last_names, count)
    titles = dice.sample(cast["titles"], count)
    found = []
    for place, (first, last, title) in enumerate(zip(firsts, lasts, titles, strict=True)):
        person = Person(
            email=f"{slug(first)}.{slug(last)}@{_domain(raw)}",
            name=f"{first} {last}",
            zone=account.zone,
            language=account.language,
            password=secret,
        )
        phone = f"{PREFIXES.get(culture, '+1 555 01')}{dice.randint(10, 99)}"
        found.append(
            Contact(person=person, account=account, is_administrator=place == 0 and count > 1, phone=phone, title=title)
        )
    return found


def _domain(raw: Sequence[str]) -> str:
    return f"{raw[1]}.example"


def _stranger(name: str, address: str) -> Person:
    person = Person(email=address, name=name, zone="America/New_York")
    person.set_unusable_password()
    return person


def _years_on(day: date, years: int) -> date:
    return day.replace(day=min(day.day, 28), year=day.year + years)

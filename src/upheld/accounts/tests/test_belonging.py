"""Who belongs to a customer: by domain and by address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from upheld.accounts.actions import PUBLIC_PROVIDERS, AccountRefused, add_contact, add_domain
from upheld.accounts.models import Account, Contact, Domain, Identity
from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.people.models import Person

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
BY = Actor("agent:1")


@pytest.fixture
def harbour(db: None) -> Account:
    return Account.objects.create(name="Harbour Mills", plan="standard", zone="Europe/Berlin", language="de")


@pytest.fixture
def quarry(db: None) -> Account:
    return Account.objects.create(name="Quarry & Co", plan="standard")


def domain(account: Account, name: str) -> Domain:
    return add_domain(account, name=name, by=BY, at=AT)


def contact(email: str = "rosa@harbour.example", **more: Any) -> Contact:
    given: dict[str, Any] = {"account": None, "by": BY, "at": AT}
    return add_contact(email=email, **given | more)


class TestDomains:
    @pytest.mark.parametrize(
        "name", ["harbour.example", " @Harbour.Example ", "mail.harbour.example", "münchen.example"]
    )
    def test_a_domain_is_the_accounts_from_now_on(self, harbour: Account, name: str) -> None:
        row = domain(harbour, name)
        assert Account.objects.by_domain(row.name.upper()).get() == harbour
        assert Event.objects.get().data == {"domain_added": row.name}

    def test_adding_it_again_changes_nothing(self, harbour: Account) -> None:
        assert domain(harbour, "harbour.example") == domain(harbour, "HARBOUR.example")
        assert Event.objects.count() == 1

    @pytest.mark.parametrize("name", [*sorted(PUBLIC_PROVIDERS)[:3], "Gmail.com", "@gmx.de"])
    def test_a_public_provider_is_nobodys(self, harbour: Account, name: str) -> None:
        with pytest.raises(AccountRefused, match="public mail provider"):
            domain(harbour, name)
        assert not Domain.objects.exists()

    def test_anothers_domain_stays_theirs(self, harbour: Account, quarry: Account) -> None:
        domain(harbour, "harbour.example")
        with pytest.raises(AccountRefused, match="another account"):
            domain(quarry, "harbour.example")
        assert Domain.objects.get().account == harbour
        assert Event.objects.count() == 1

    @pytest.mark.parametrize(
        "name", ["", "  ", "@", "com", "rosa@harbour.example", "harbour .example", ".example", "a..b", "x.1"]
    )
    def test_what_is_no_domain_is_refused(self, harbour: Account, name: str) -> None:
        with pytest.raises(AccountRefused, match="no mail domain"):
            domain(harbour, name)
        assert not Domain.objects.exists()

    def test_a_closed_accounts_domain_recognises_nobody(self, harbour: Account) -> None:
        domain(harbour, "harbour.example")
        Account.objects.update(closed_at=AT)
        assert not Account.objects.by_domain("harbour.example").exists()


class TestContacts:
    def test_somebody_new_becomes_a_person_with_the_accounts_zone_and_language(self, harbour: Account) -> None:
        rosa = contact(" Rosa@Harbour.example", name="Rosa Reed", account=harbour, is_administrator=True)
        assert (rosa.person.email, rosa.person.name) == ("rosa@harbour.example", "Rosa Reed")
        assert (rosa.person.zone, rosa.person.language) == ("Europe/Berlin", "de")
        assert (rosa.account, rosa.is_administrator) == (harbour, True)
        assert not rosa.person.has_usable_password()
        assert Contact.objects.at_address("ROSA@harbour.example ").get() == rosa

    def test_no_address_stands_in_the_event(self, harbour: Account) -> None:
        rosa = contact(account=harbour)
        event = Event.objects.get()
        assert (event.kind, event.subject, event.data) == ("contact.added", rosa.key, {"account": harbour.key})

    def test_who_is_known_stays_where_they_are(self, harbour: Account, quarry: Account) -> None:
        rosa = contact(account=harbour)
        assert contact(account=quarry, name="Mallory", is_administrator=True) == rosa
        rosa.refresh_from_db()
        assert (rosa.account, rosa.is_administrator, rosa.person.name) == (harbour, False, "")
        assert Event.objects.count() == 1

    def test_by_a_second_address_somebody_is_known_as_well(self, harbour: Account) -> None:
        rosa = contact(account=harbour)
        Identity.objects.create(contact=rosa, value="rosa@home.example")
        assert contact("Rosa@Home.example") == rosa

    def test_a_person_whom_we_know_otherwise_becomes_a_contact(self, harbour: Account) -> None:
        person = Person.objects.create_user("rosa@harbour.example", "a long password", name="Rosa")
        assert contact(account=harbour).person == person
        assert Person.objects.count() == 1

    @pytest.mark.parametrize("email", ["", "  ", "rosa"])
    def test_without_an_address_nobody_is_added(self, db: None, email: str) -> None:
        with pytest.raises(AccountRefused, match="no mail address"):
            contact(email)
        assert not Person.objects.exists()

    def test_an_address_is_one_contacts(self, harbour: Account) -> None:
        rosa, paul = contact(account=harbour), contact("paul@harbour.example", account=harbour)
        with pytest.raises(IntegrityError), transaction.atomic():
            Identity.objects.create(contact=paul, value="rosa@harbour.example")
        assert Contact.objects.at_address("rosa@harbour.example").get() == rosa

    def test_a_rollback_leaves_nobody(self, harbour: Account) -> None:
        with transaction.atomic():
            contact(account=harbour)
            transaction.set_rollback(True)
        assert not Person.objects.exists()
        assert not Event.objects.exists()

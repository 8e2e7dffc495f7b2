"""One desk, several names: the address that a customer wrote to says under which brand they are answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings

from upheld.channels.mail.outgoing.senders import sender_of
from upheld.channels.mail.receiving import accept
from upheld.channels.models import OutgoingMail
from upheld.channels.tests.post import letter
from upheld.commitments.actions import publish_sources
from upheld.commitments.policies import forget_what_is_in_force, in_force
from upheld.config.values import SOURCE_ROOT
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.policy import Policy, load
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.conversation import reply
from upheld.tickets.actions.errors import UnknownName
from upheld.tickets.models import Ticket
from upheld.tickets.tests.mailbox import acknowledgement, react_after, take, text_of, ticket_of, wire

TECHFLOW = SOURCE_ROOT / "policies" / "techflow"
BRANDS = """
brands:
  acme: {name: Acme Pumps, mail: help@acme.example, url: https://acme.example, colour: "#b00020",
         signature: {en: "Acme Pumps, pumps that run", de: "Acme Pumpen"}}
  volt: Volt
"""
ADDRESSES = """
      help@acme.example: {department: support, brand: acme}
      bills@acme.example: {department: billing, brand: acme}
      hallo@volt.example: {department: support, language: de, brand: volt}
"""


def branded() -> dict[str, str]:
    files = {path.name: path.read_text() for path in TECHFLOW.glob("*.yaml")}
    files["policy.yaml"] = files["policy.yaml"].replace("version: 1", "version: 2") + BRANDS
    files["channels.yaml"] = files["channels.yaml"].replace("    addresses:\n", f"    addresses:{ADDRESSES}", 1)
    return files


@pytest.fixture
def policy(cast: Cast, settings: LazySettings, tmp_path: object) -> Policy:
    settings.MEDIA_ROOT = tmp_path
    now = datetime.now(UTC)
    publish_sources(branded(), by=cast.administrator.actor, at=now, effective_at=now)
    forget_what_is_in_force()
    return in_force()


def written_to(address: str) -> Ticket:
    return ticket_of(take(letter("It leaks.", to=address), to=[address]))


def test_the_address_says_the_brand_and_everybody_is_answered_under_it(cast: Cast, policy: Policy) -> None:
    ticket = written_to("help@acme.example")
    assert (ticket.brand, ticket.department) == ("acme", "support")
    assert Event.objects.get(kind="ticket.opened").data["brand"] == "acme"
    assert ticket.attributes()["brand"] == "acme"

    told = acknowledgement(ticket)
    assert told is not None
    assert told["From"] == "Acme Pumps <help@acme.example>"
    assert "TechFlow" not in text_of(told)
    assert "Acme Pumps" in text_of(told)

    said = reply(ticket, text="A new seal.", by=cast.agent.actor, author=cast.agent.person, at=datetime.now(UTC))
    mail = wire(said.outgoing)
    assert mail is not None
    assert mail["From"] == '"Agent Ames (Acme Pumps)" <help@acme.example>'
    assert str(mail["Reply-To"]).endswith("@acme.example>")
    assert " ".join(text_of(mail).split()) == "A new seal. -- Acme Pumps, pumps that run https://acme.example"
    assert "border-top:4px solid #b00020" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_an_address_with_a_language_is_acknowledged_in_it(cast: Cast, policy: Policy) -> None:
    told = acknowledgement(written_to("hallo@volt.example"))
    assert "danke, dass Sie Volt geschrieben haben" in text_of(told)


def test_an_answer_to_a_brand_finds_its_ticket_and_what_claims_to_come_from_it_is_held(
    cast: Cast, policy: Policy
) -> None:
    ticket = written_to("bills@acme.example")
    said = reply(ticket, text="Paid.", by=cast.agent.actor, author=cast.agent.person, at=datetime.now(UTC))
    assert isinstance(said.outgoing, OutgoingMail)
    assert (
        take(letter("Thanks", to=said.outgoing.envelope_from), to=[said.outgoing.envelope_from]).outcome == ticket.key
    )
    assert take(letter("Trust me", sender="Acme <help@acme.example>")).state == "suspended"


def test_each_address_of_a_brand_answers_for_its_department(policy: Policy) -> None:
    assert sender_of(policy, "billing", brand="acme") == ("Acme Pumps", "bills@acme.example")
    assert sender_of(policy, "sales", brand="acme") == ("Acme Pumps", "help@acme.example")
    assert sender_of(policy, "support", brand="volt") == ("Volt", "hallo@volt.example")
    assert sender_of(policy, "support") == sender_of(load(TECHFLOW), "support")
    assert sender_of(policy, "support", brand="gone") == sender_of(policy, "support")


def test_without_a_brand_all_is_as_before(cast: Cast, policy: Policy) -> None:
    ticket = written_to("support@techflowsolutions.com")
    assert ticket.brand == ""
    assert "brand" not in Event.objects.get(kind="ticket.opened").data
    said = reply(ticket, text="A new seal.", by=cast.agent.actor, author=cast.agent.person, at=datetime.now(UTC))
    mail = wire(said.outgoing)
    assert text_of(mail).strip() == "A new seal."
    assert "border-top" not in str(mail)


def test_the_brand_can_be_changed_to_one_that_there_is(cast: Cast, policy: Policy) -> None:
    ticket = written_to("help@acme.example")
    change(ticket, by=cast.agent.actor, at=datetime.now(UTC), brand="volt")
    assert ticket.brand == "volt"
    with pytest.raises(UnknownName, match="brand"):
        change(ticket, by=cast.agent.actor, at=datetime.now(UTC), brand="amce")


@pytest.mark.parametrize(
    ("head", "department"),
    [
        ({"to": "billing@techflowsolutions.com"}, "billing"),
        ({"to": "Reed <reed@else.example>", "cc": "billing@techflowsolutions.com"}, "billing"),
        ({"to": "Reed <reed@else.example>", "delivered_to": "support@techflowsolutions.com"}, "support"),
        ({"to": "Reed <reed@else.example>"}, "support"),
    ],
)
def test_a_mailbox_that_has_several_addresses_tells_by_the_head_which_it_was(
    cast: Cast, policy: Policy, head: dict[str, Any], department: str
) -> None:
    """A shared mailbox with aliases: its own address is only what is left where the head names none of ours."""
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    mail = accept(letter("Hello", **head), envelope_to=["support@techflowsolutions.com"], door="imap")
    react_after(last)
    mail.refresh_from_db()
    assert ticket_of(mail).department == department

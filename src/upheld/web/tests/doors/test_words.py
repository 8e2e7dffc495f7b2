"""What providers say of mail of ours: whenever it comes, and however often."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from prometheus_client import REGISTRY

from upheld.channels.mail.doors.hooks import sns
from upheld.channels.mail.doors.hooks.sns import CERTIFICATES
from upheld.channels.mail.outgoing import hearing, sending
from upheld.channels.mail.outgoing.outbox import try_again
from upheld.channels.mail.outgoing.sending import queue
from upheld.channels.models import OutgoingMail
from upheld.channels.tests.apis import Api, Asked, api_server
from upheld.channels.tests.test_providers import TAKEN, provider
from upheld.conftest import Cast
from upheld.events.actors import MAIL
from upheld.events.models import Event
from upheld.kernel.fetching import Fetched
from upheld.tickets.models import Message, Ticket
from upheld.web.tests.doors.calling import TOPIC, Sns, certificate, post, with_keys

ANA, BOSS = "customer@harbour.example", "Boss@us.example"
SES_ID = TAKEN["amazon_ses"]["MessageId"]


@pytest.fixture(autouse=True)
def wired(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with_keys(settings, amazon_ses={"topics": TOPIC})
    monkeypatch.setattr(sns, "bring", lambda url: Fetched(url, "", certificate()))
    CERTIFICATES.kept.clear()
    yield
    CERTIFICATES.kept.clear()


@pytest.fixture
def mail(cast: Cast, ticket: Ticket) -> OutgoingMail:
    """Sent to a customer, and hidden to somebody else."""
    mail = queue(
        key="message:1", subject_key=ticket.key, to=[("", ANA)], bcc=[BOSS], title="Re", text="Hi",
        sender=("Us", "support@techflowsolutions.com"),
    )  # fmt: skip
    OutgoingMail.objects.update(state="sent", delivered=mail.recipients, provider_id=SES_ID)
    mail.refresh_from_db()
    return mail


def ses(
    kind: str, *, number: int = 0, ids: tuple[str, str] = (SES_ID, ""), old: bool = False, **more: Any
) -> dict[str, Any]:
    """An event of a configuration set, or an identity's notification."""
    about: dict[str, Any] = {"messageId": ids[0], "destination": [ANA, BOSS], "source": "support@techflowsolutions.com"}
    if number:
        about["tags"] = {"upheld-mail": [str(number)], "ses:configuration-set": ["desk"]}
    if ids[1]:
        about["headers"] = [{"name": "From", "value": "x"}, {"name": "Message-ID", "value": ids[1]}]
    return {"notificationType" if old else "eventType": kind, "mail": about, **more}


def bounced(
    whom: str = ANA, *, permanent: bool = True, at: str = "2026-11-22T04:00:00.000Z", **more: Any
) -> dict[str, Any]:
    one = {"emailAddress": whom, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 unknown"}
    kind = "Permanent" if permanent else "Transient"
    bounce = {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [one], "timestamp": at}
    return ses("Bounce", bounce=bounce, **more)


def said(event: dict[str, Any]) -> HttpResponse:
    return post("amazon_ses", "tracking", Sns().message(event))


def state(mail: OutgoingMail, ticket: Ticket) -> tuple[Any, ...]:
    mail.refresh_from_db()
    return (
        mail.state, mail.delivered, mail.arrived, mail.refused, mail.bounced_at, mail.needs_a_look, mail.error,
        Event.objects.count(), ticket.messages.count(),
    )  # fmt: skip


@pytest.mark.parametrize("by", ["number", "its id", "our id", "notification"])
def test_a_bounce_is_known_by_our_number_by_its_id_and_by_ours(
    cast: Cast, ticket: Ticket, mail: OutgoingMail, by: str
) -> None:
    ways: dict[str, dict[str, Any]] = {
        "number": {"number": mail.pk, "ids": ("unknown", "")}, "its id": {}, "our id": {"ids": ("unknown", mail.message_id)},
        "notification": {"old": True},
    }  # fmt: skip
    assert said(bounced(**ways[by])).status_code == 200
    before = state(mail, ticket)
    assert mail.refused == {ANA: "came back: smtp; 550 5.1.1 unknown"}
    assert mail.needs_a_look
    cast.customer.refresh_from_db()
    assert cast.customer.bounced_at is not None
    assert ticket.messages.latest("id").text == f"Our mail to {ANA} could not be delivered (smtp; 550 5.1.1 unknown)."
    for _ in range(3):
        assert said(bounced(**ways[by])).status_code == 200
    assert state(mail, ticket) == before


def test_an_address_is_the_same_however_it_is_spelt(ticket: Ticket, mail: OutgoingMail) -> None:
    said(bounced(BOSS.upper()))
    mail.refresh_from_db()
    assert list(mail.refused) == [BOSS]


def test_an_old_word_says_nothing_of_a_new_try(ticket: Ticket, mail: OutgoingMail) -> None:
    said(bounced())
    mail.refresh_from_db()
    try_again(mail, by=MAIL, at=datetime.now(UTC))
    OutgoingMail.objects.update(state="sent", delivered=mail.recipients)
    before = state(mail, ticket)
    said(bounced())
    assert state(mail, ticket) == before
    said(bounced(at="2026-11-22T05:00:00.000Z"))
    mail.refresh_from_db()
    assert list(mail.refused) == [ANA]


def test_a_full_mailbox_is_no_bad_address(cast: Cast, ticket: Ticket, mail: OutgoingMail) -> None:
    said(bounced(permanent=False))
    mail.refresh_from_db()
    cast.customer.refresh_from_db()
    assert (list(mail.refused), cast.customer.bounced_at) == ([ANA], None)


def test_a_complaint_is_told_once_and_loses_nothing(cast: Cast, ticket: Ticket, mail: OutgoingMail) -> None:
    complaint = {
        "complainedRecipients": [{"emailAddress": ANA}],
        "timestamp": "2026-11-22T04:00:00Z",
        "complaintFeedbackType": "abuse",
    }
    for _ in range(2):
        assert said(ses("Complaint", complaint=complaint)).status_code == 200
    mail.refresh_from_db()
    cast.customer.refresh_from_db()
    assert (mail.refused, cast.customer.bounced_at) == ({}, None)
    assert Event.objects.filter(kind="message.complained", subject=ticket.key).count() == 1
    assert [message.text for message in ticket.messages.filter(is_internal=True)] == [
        f"{ANA} reported our mail as unwanted (abuse)."
    ]


def test_a_delay_stands_on_the_mail_until_it_is_delivered(ticket: Ticket, mail: OutgoingMail) -> None:
    delay = {
        "delayType": "MailboxFull",
        "delayedRecipients": [{"emailAddress": ANA, "diagnosticCode": "smtp; 452 full"}],
    }
    for _ in range(2):
        assert said(ses("DeliveryDelay", deliveryDelay=delay)).status_code == 200
        mail.refresh_from_db()
        assert mail.error == f"{ANA}: smtp; 452 full"
    assert said(ses("Delivery", delivery={"recipients": [ANA, BOSS], "smtpResponse": "250 OK"})).status_code == 200
    for nothing in ("Send", "Open", "Click", "Subscription", "Whatever"):
        assert said(ses(nothing)).status_code == 200
    mail.refresh_from_db()
    assert (mail.error, mail.state, mail.refused, mail.arrived) == ("", "sent", {}, [ANA, BOSS])
    assert not ticket.messages.filter(is_internal=True).exists()


def test_what_ses_itself_rejects_reached_nobody(ticket: Ticket, mail: OutgoingMail) -> None:
    assert said(ses("Reject", reject={"reason": "Bad content"})).status_code == 200
    mail.refresh_from_db()
    assert mail.refused == dict.fromkeys((ANA, BOSS), "came back: Bad content")


def counted(provider: str, heard: str) -> float:
    labels = {"provider": provider, "said": "lost", "heard": heard}
    return REGISTRY.get_sample_value("upheld_provider_words_total", labels) or 0.0


def test_a_word_of_a_mail_that_is_not_ours_is_counted_and_nothing_more(ticket: Ticket, mail: OutgoingMail) -> None:
    before, unknown = state(mail, ticket), counted("amazon_ses", "unknown")
    for event in (
        bounced(ids=("other", "")), bounced(ids=("other", "<other@x.example>")), bounced(number=mail.pk + 1),
        bounced("stranger@evil.example"), bounced("stranger@evil.example", number=mail.pk), bounced(ids=("", "")),
    ):  # fmt: skip
        assert said(event).status_code == 200
    assert state(mail, ticket) == before
    assert counted("amazon_ses", "unknown") == unknown + 6


def test_letters_that_no_database_takes_lose_no_word(ticket: Ticket, mail: OutgoingMail) -> None:
    event = bounced(ids=(SES_ID, "<x\x00@y>"))
    event["bounce"]["bouncedRecipients"][0]["diagnosticCode"] = "550 \x00 unknown"
    assert said(event).status_code == 200
    mail.refresh_from_db()
    assert mail.refused[ANA].startswith("came back: 550")
    assert said(bounced(ids=("\x00", "\x00"))).status_code == 200


@pytest.mark.parametrize(
    "event", [bounced() | {"bounce": {}}, bounced() | {"mail": None}, {"notificationType": "Received"}]
)
def test_half_a_word_is_refused(mail: OutgoingMail, event: dict[str, Any]) -> None:
    assert said(event).status_code == 400


def test_the_ticket_says_who_took_it_and_no_more(
    client: Client, cast: Cast, ticket: Ticket, mail: OutgoingMail
) -> None:
    """Our provider at first; their server only when the provider says so."""
    said_by = {"by": "staff", "author": cast.agent.person, "at": ticket.changed_at}
    Message.objects.create(ticket=ticket, text="Hi", outgoing=mail, **said_by)
    client.force_login(cast.agent.person)
    page = f"/desk/tickets/{ticket.pk}/"
    assert b"taken by our mail provider" in client.get(page).content
    said(ses("Delivery", delivery={"recipients": [ANA, BOSS]}))
    assert b"taken by their mail servers" in client.get(page).content


# -- what comes before we have committed -----------------------------------------------------------------------------------


@contextmanager
def under_way(settings: Any, meanwhile: Callable[[Asked], None], name: str = "amazon_ses") -> Iterator[Api]:
    """A provider that took the mail, and does something before it says so."""
    with api_server() as api:
        api.answer, api.then = TAKEN[name], meanwhile
        settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, provider=provider(name, api.url))
        yield api


def fresh(ticket: Ticket) -> OutgoingMail:
    return queue(
        key="message:2", subject_key=ticket.key, to=[("", ANA)], title="Re", text="Hi",
        sender=("Us", "support@techflowsolutions.com"),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["number", "its id"])
def test_a_word_that_overtakes_our_commit_waits_for_it(settings: Any, cast: Cast, ticket: Ticket, by: str) -> None:
    mail = fresh(ticket)
    answers: list[int] = []

    def call() -> None:
        answers.append(said(bounced(number=mail.pk if by == "number" else 0)).status_code)
        connection.close()

    caller = threading.Thread(target=call)

    def meanwhile(_: Asked) -> None:
        caller.start()
        caller.join(0.7)  # long enough for the word to be there before our answer

    with under_way(settings, meanwhile):
        sending.send(mail.pk)
        caller.join(10)
    mail.refresh_from_db()
    assert answers == [200]
    assert (mail.state, mail.delivered, list(mail.refused), mail.provider_id) == ("sent", [ANA], [ANA], SES_ID)
    assert mail.needs_a_look
    assert ticket.messages.filter(is_internal=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_word_does_not_wait_for_ever(
    settings: Any, cast: Cast, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "PATIENCE", 200)
    mail = fresh(ticket)
    answers: list[int] = []

    def call() -> None:
        answers.append(said(bounced()).status_code)
        connection.close()

    def meanwhile(_: Asked) -> None:
        caller = threading.Thread(target=call)
        caller.start()
        caller.join(10)

    with under_way(settings, meanwhile):
        sending.send(mail.pk)
    assert answers == [503]
    assert said(bounced()).status_code == 200
    mail.refresh_from_db()
    assert list(mail.refused) == [ANA]


@pytest.mark.django_db(transaction=True)
def test_a_word_that_is_being_heard_puts_off_no_try(
    settings: Any, cast: Cast, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = fresh(ticket)
    begin, is_locked = sending._begin, threading.Event()

    def hold() -> None:
        with transaction.atomic():
            OutgoingMail.objects.select_for_update().get(pk=mail.pk)
            is_locked.set()
            time.sleep(0.3)
        connection.close()

    def begin_and_be_disturbed(number: int) -> int | None:
        attempt = begin(number)
        threading.Thread(target=hold).start()
        assert is_locked.wait(5)
        return attempt

    monkeypatch.setattr(sending, "_begin", begin_and_be_disturbed)
    with under_way(settings, lambda _: None) as api:
        sending.send(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.perhaps_twice, len(api.asked)) == ("sent", 0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_try_that_was_cut_off_is_not_made_again_once_it_is_known_to_have_arrived(
    settings: Any, cast: Cast, ticket: Ticket
) -> None:
    mail = fresh(ticket)
    with under_way(settings, lambda _: None) as api:
        api.hangs_up = True
        sending.send(mail.pk)
        mail.refresh_from_db()
        assert (mail.state, mail.perhaps_twice) == ("queued", 1)
        said(ses("Delivery", number=mail.pk, delivery={"recipients": [ANA], "timestamp": "x"}))
        mail.refresh_from_db()
        assert (mail.state, mail.delivered) == ("sent", [ANA])
        OutgoingMail.objects.update(next_try_at=datetime.now(UTC))
        sending.send(mail.pk)
        assert len(api.asked) == 1


# -- soft, hard and unwanted by the others' words ---------------------------------------------------------------------------

EVENTS: dict[str, tuple[str, Any, bool, bool]] = {
    "postmark hard": ("postmark", {"RecordType": "Bounce", "Type": "HardBounce", "Email": ANA}, True, True),
    "postmark soft": ("postmark", {"RecordType": "Bounce", "Type": "SoftBounce", "Email": ANA}, True, False),
    "postmark late": ("postmark", {"RecordType": "Bounce", "Type": "Transient", "Email": ANA}, False, False),
    "postmark away": ("postmark", {"RecordType": "Bounce", "Type": "AutoResponder", "Email": ANA}, False, False),
    "brevo hard": ("brevo", {"event": "hard_bounce", "email": ANA}, True, True),
    "brevo soft": ("brevo", {"event": "soft_bounce", "email": ANA}, True, False),
    "brevo late": ("brevo", {"event": "deferred", "email": ANA}, False, False),
    "sendgrid hard": ("sendgrid", {"event": "bounce", "type": "bounce", "email": ANA}, True, True),
    "sendgrid soft": ("sendgrid", {"event": "bounce", "type": "blocked", "email": ANA}, True, False),
    "sendgrid dropped": ("sendgrid", {"event": "dropped", "reason": "Unsubscribed Address", "email": ANA}, True, False),
    "sendgrid late": ("sendgrid", {"event": "deferred", "response": "452 full", "email": ANA}, False, False),
    "mailgun hard": ("mailgun", {"event": "failed", "severity": "permanent", "reason": "bounce", "recipient": ANA}, True, True),
    "mailgun old": ("mailgun", {"event": "failed", "severity": "permanent", "reason": "old", "recipient": ANA}, True, False),
    "mailgun late": ("mailgun", {"event": "failed", "severity": "temporary", "recipient": ANA}, False, False),
}  # fmt: skip


@pytest.mark.parametrize("name", EVENTS)
def test_each_providers_word_for_lost_and_for_lost_for_good(
    cast: Cast, ticket: Ticket, mail: OutgoingMail, name: str
) -> None:
    whose, event, is_lost, is_permanent = EVENTS[name]
    number = str(mail.pk)
    told: Any = {
        "postmark": event | {"Metadata": {"mail": number}, "MessageID": "x"},
        "brevo": event | {"X-Mailin-custom": json.dumps({"mail": number})},
        "sendgrid": [event | {"mail": number, "timestamp": 1772445600}],
        "mailgun": {"event-data": event | {"user-variables": {"mail": number}, "timestamp": 1772445600.5}},
    }[whose]
    assert post(whose, "tracking", told).status_code == 200
    mail.refresh_from_db()
    cast.customer.refresh_from_db()
    assert (ANA in mail.refused, cast.customer.bounced_at is not None) == (is_lost, is_permanent)

"""Hearing of changes: nothing is kept before the confirmation, one mail a day to an address, one click ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.db import connection

from upheld.channels.models import OutgoingMail
from upheld.commitments.models import PolicyVersion
from upheld.documents import jobs, subscribing
from upheld.documents.handlers import follow_publishing
from upheld.documents.models import Subscription
from upheld.documents.subscribing import NotGenuine, ask, asked, end_token, subscribe, tell, unsubscribe
from upheld.documents.tests.conftest import AT, Changing
from upheld.events.models import Event

READER = "reader@example.org"


def token_for(address: str = READER, language: str = "en") -> str:
    return signing.dumps({"address": address, "language": language}, salt="documents.subscribe")


def letter(mail: OutgoingMail) -> EmailMessage:
    return message_from_bytes(bytes(mail.raw), policy=policy.default)


def text_of(mail: OutgoingMail) -> str:
    part = letter(mail).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_asking_mails_a_link_and_keeps_no_row(techflow: PolicyVersion) -> None:
    mail = ask("  Reader@Example.org ", language="en", at=AT)
    assert mail.recipients == [READER]
    assert Subscription.objects.count() == 0
    link = next(line for line in text_of(mail).splitlines() if line.startswith(settings.UPHELD_URL))
    assert asked(link.rstrip("/").rpartition("/")[2]) == (READER, "en")
    assert letter(mail)["Auto-Submitted"] == "auto-generated"


def test_an_address_gets_one_such_mail_a_day(techflow: PolicyVersion) -> None:
    first = ask(READER, language="en", at=AT)
    assert ask(READER.upper(), language="en", at=AT + timedelta(hours=3)) == first
    assert ask("reader+again@example.org", language="en", at=AT) == first, "the same inbox"
    assert OutgoingMail.objects.count() == 1
    ask(READER, language="en", at=AT + timedelta(days=1))
    assert OutgoingMail.objects.count() == 2


def test_confirming_begins_it_once(techflow: PolicyVersion) -> None:
    row = subscribe(token_for(), at=AT)
    assert (row.address, row.language, row.told) == (READER, "en", techflow)
    assert subscribe(token_for(), at=AT) == row
    (event,) = Event.objects.filter(kind="subscription.began")
    assert READER not in str(event.data), "an event carries no address"


@pytest.mark.parametrize("token", ["", "x", "e30:x:y"])
def test_a_link_that_was_not_made_here_does_nothing(token: str, techflow: PolicyVersion) -> None:
    with pytest.raises(NotGenuine):
        subscribe(token, at=AT)
    with pytest.raises(NotGenuine):
        unsubscribe(token, at=AT)
    with pytest.raises(NotGenuine):
        unsubscribe(token_for(), at=AT)


def test_a_link_works_for_three_days(techflow: PolicyVersion) -> None:
    with time_machine.travel(AT, tick=False):
        token = token_for()
    with time_machine.travel(AT + timedelta(days=3, hours=1), tick=False), pytest.raises(NotGenuine):
        subscribe(token, at=AT)


def test_ending_deletes_the_row(techflow: PolicyVersion) -> None:
    row = subscribe(token_for(), at=AT)
    token = end_token(row)
    assert unsubscribe(token, at=AT) is True
    assert unsubscribe(token, at=AT) is False
    assert Subscription.objects.count() == 0
    assert Event.objects.filter(kind="subscription.ended").count() == 1


def test_readers_are_told_what_changed_once_and_can_leave(techflow: PolicyVersion, changed: Changing) -> None:
    row = subscribe(token_for(), at=AT)
    newer = changed("commitments.yaml", "enterprise: 15m}", "enterprise: 7m}")
    assert tell(newer, [row]) == 1
    assert tell(newer, [row]) == 1, "the same mail again"
    (mail,) = OutgoingMail.objects.all()
    said = text_of(mail)
    assert "version 2" in said.lower()
    assert "7 min" in said
    assert "/documents/support-policy/en/" in said
    head = letter(mail)
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    end = str(head["List-Unsubscribe"]).strip("<>")
    assert end in said
    assert unsubscribe(end.rstrip("/").removesuffix("/end").rpartition("/")[2], at=AT)


def test_a_version_that_changes_no_public_document_is_no_news(techflow: PolicyVersion, changed: Changing) -> None:
    row = subscribe(token_for(), at=AT)
    newer = changed("notifications.yaml", "notify: [on-call, team-lead]", "notify: [on-call]")
    assert tell(newer, [row]) == 0
    assert tell(techflow, [row]) == 0, "the first version has no last one"


def test_readers_hear_in_their_language(techflow: PolicyVersion, changed: Changing) -> None:
    row = subscribe(token_for(language="de"), at=AT)
    newer = changed("commitments.yaml", "enterprise: 15m}", "enterprise: 7m}")
    tell(newer, [row])
    assert "/documents/support-policy/de/" in text_of(OutgoingMail.objects.get())


def test_publishing_queues_both_jobs(techflow: PolicyVersion) -> None:
    follow_publishing(Event(kind="policy.published", subject=f"policy:{techflow.pk}"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, priority, scheduled_at IS NOT NULL FROM procrastinate_jobs"
            " WHERE task_name LIKE 'documents.%%' ORDER BY id"
        )
        assert cursor.fetchall() == [("documents.make_ahead", -10, True), ("documents.tell_readers", 0, False)]


def test_readers_are_told_in_portions(
    techflow: PolicyVersion, changed: Changing, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = changed("commitments.yaml", "enterprise: 15m}", "enterprise: 7m}")
    for number in range(3):
        subscribe(token_for(f"reader{number}@example.org"), at=AT)
    later: list[int] = []
    monkeypatch.setattr(jobs, "READERS", 2)
    monkeypatch.setattr(jobs.tell_readers, "defer", lambda **given: later.append(given["after"]))
    jobs.tell_readers(newer.pk)
    assert OutgoingMail.objects.count() == 2
    jobs.tell_readers(newer.pk, after=later[0])
    assert OutgoingMail.objects.count() == 3
    assert len(later) == 1
    assert subscribing.MOST_SENTENCES > 0


def test_addresses_by_the_hundred_are_not_written_to(techflow: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribing, "MOST_AN_HOUR", 2)
    now = datetime.now(UTC)
    for number in range(2):
        assert subscribing.has_room(now)
        ask(f"reader{number}@example.org", language="en", at=now)
    assert not subscribing.has_room(now)
    assert subscribing.has_room(now + timedelta(hours=2))

"""Mails of ours under the Message-ID of a provider: answers and reports that name it are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from upheld.channels.mail.renamed import own_names
from upheld.channels.mail.threading import is_ours, sent_by_us, subject_of_thread
from upheld.channels.models import OutgoingMail
from upheld.channels.tests.test_sending import queued
from upheld.config.providers import MailProvider

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("0100018fb7bc-0000", "<0100018fb7bc-0000@email.amazonses.com>"),
        ("0107018fb7bc-0000", "<0107018fb7bc-0000@eu-central-1.amazonses.com>"),
    ],
)
def test_the_name_that_ses_gave_leads_to_the_ticket(told: str, named: str) -> None:
    mail = queued()
    OutgoingMail.objects.update(provider_id=told)
    assert subject_of_thread(["<unknown@x.example>", named]) == "ticket:42"
    assert sent_by_us([named]) == mail
    assert is_ours(named)
    assert subject_of_thread([f"<{told}@email.amazonses.com.evil.example>"]) is None
    assert subject_of_thread([f"<{told}@evil.example>"]) is None


def test_so_does_the_whole_name_that_another_provider_told(settings: Any) -> None:
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, provider=MailProvider("brevo", {"api_key": "x"}))
    mail = queued()
    OutgoingMail.objects.update(provider_id="<2026@smtp-relay.example>")
    assert sent_by_us(["<2026@smtp-relay.example>"]) == mail
    assert subject_of_thread(["<2026@smtp-relay.example>"]) == "ticket:42"


def test_without_a_provider_nothing_is_asked(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert own_names(["<a@b.example>", "<c@d.example>"]) == {}

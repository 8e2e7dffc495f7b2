"""What we write by ourselves, in every language alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from upheld.channels.tests.post import letter as mail
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets.notices import notice_text
from upheld.tickets.tests.mailbox import acknowledgement, take, text_of, ticket_of
from upheld.tickets.tests.scenes import opened
from upheld.tickets.wording import file_of, language_of, languages, letter, moment_in_words

VALUES = {"company": "TechFlow", "department": "", "reference": "#7", "url": "https://desk.example/requests/7/",
          "by_when": "noon", "counts_office_hours": True, "title": "A pump"}  # fmt: skip


def texts(told: Any, path: str = "") -> dict[str, str]:
    if isinstance(told, str):
        return {path: told}
    return {key: text for name, part in told.items() for key, text in texts(part, f"{path}/{name}").items()}


@pytest.mark.parametrize("language", sorted(languages()))
def test_a_language_says_everything_with_the_same_values(language: str) -> None:
    english, own = texts(file_of("en")), texts(file_of(language))
    assert own.keys() == english.keys()
    for key, text in own.items():
        marks = r"\{[{%]?.*?[}%]?\}"
        assert sorted(re.findall(marks, text)) == sorted(re.findall(marks, english[key])), key
        assert text.count("**") == english[key].count("**"), key
    for name in ("acknowledgement", "survey", "reminder"):
        words = letter(name, language, VALUES)
        assert "{" not in words.text + words.html + words.title
        assert not re.search(r"[\ue000-\ue003*]", words.text + words.html)


def test_a_title_is_a_title_and_never_markup() -> None:
    words = letter("reminder", "en", VALUES | {"title": "**Buy** <b>&lt;</b> \ue002x\ue003"})
    assert "“**Buy** <b>&lt;</b>" in words.text
    assert "<strong>" not in words.html
    assert "&lt;b&gt;" in words.html


@pytest.mark.parametrize(("wanted", "got"), [("de", "de"), ("de-AT", "de"), ("ja", "en"), ("", "en"), ("../en", "en")])
def test_who_reads_no_language_of_ours_reads_english(wanted: str, got: str) -> None:
    assert language_of(wanted) == got


def test_a_customer_is_answered_in_their_language(cast: Cast) -> None:
    person = cast.customer.person
    person.language = "de"
    person.save()
    ticket = ticket_of(take(mail()))
    answer = acknowledgement(ticket)
    assert answer is not None
    assert answer["Subject"] == f"Ihre Nachricht ist angekommen [#{ticket.pk}]"
    assert "Ein Mensch antwortet Ihnen bis" in text_of(answer)
    assert "Zeit in New York" in text_of(answer)
    closed = notice_text(Event(kind="ticket.closed"), opened(cast), language="de")
    assert closed.endswith("Geschlossen: Nothing loads")


def test_times_are_said_as_each_language_says_them() -> None:
    moment, zone = datetime(2026, 3, 9, 14, 15, tzinfo=UTC), ZoneInfo("Europe/Berlin")
    assert moment_in_words(moment, zone, "de") == "Montag, 9. März 2026 um 15:15 (Zeit in Berlin)"
    assert moment_in_words(moment, zone, "es") == "lunes, 9 de marzo de 2026 a las 15:15 (hora de Berlín)"
    assert moment_in_words(moment, zone, "fr") == "lundi 9 mars 2026 à 15:15 (heure de Berlin)"

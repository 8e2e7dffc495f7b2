"""The phrases that all documents share: every language has the same keys, and the same names in braces."""

from __future__ import annotations

from string import Formatter

import pytest
import yaml

from upheld.documents.speech import PHRASES, Speech, languages_with_phrases
from upheld.kernel.durations import DAY, HOUR, MINUTE
from upheld.policy.prose import DOCUMENTS

ENGLISH: dict[str, str] = yaml.safe_load((PHRASES / "en.yaml").read_text(encoding="utf-8"))


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", languages_with_phrases())
def test_every_language_says_the_same_things(language: str) -> None:
    said = yaml.safe_load((PHRASES / f"{language}.yaml").read_text(encoding="utf-8"))
    assert list(said) == list(ENGLISH), "the same keys, in the same order"
    assert [key for key, text in said.items() if not isinstance(text, str) or not text.strip()] == []
    assert {key: names_in(text) for key, text in said.items()} == {key: names_in(text) for key, text in ENGLISH.items()}


def test_no_company_has_names_here() -> None:
    """What a policy names, such as its regions, is said in its own words/<language>/names.yaml."""
    assert [
        key for key in ENGLISH if key.startswith(("plan.", "priority.", "category.", "department.", "region."))
    ] == []


def test_every_document_has_a_name() -> None:
    assert [name for name in DOCUMENTS if f"document.{name}" not in ENGLISH] == []


@pytest.mark.parametrize(
    ("language", "duration", "said"),
    [
        ("en", 15 * MINUTE, "15 minutes"),
        ("en", HOUR + 30 * MINUTE, "1 hour, 30 minutes"),
        ("en", 48 * HOUR, "48 hours"),
        ("en", 90 * DAY, "90 days"),
        ("de", 90 * DAY, "90 Tage"),
        ("ja", 15 * MINUTE, "15 分"),
        ("ko", 48 * HOUR, "48시간"),
        ("pt-BR", 90 * DAY, "90 dias"),
        ("ar", HOUR + 30 * MINUTE, "ساعة و30 دقيقة"),
        ("ar", 90 * DAY, "90 يومًا"),
        ("zh", 2 * DAY, "48小时"),
        ("zh", HOUR + 30 * MINUTE, "1小时30分钟"),
        ("ko", HOUR + 30 * MINUTE, "1시간 30분"),
        ("de", HOUR + 30 * MINUTE, "1 Stunde und 30 Minuten"),
    ],
)
def test_durations_are_written_by_the_language(language: str, duration: int, said: str) -> None:
    assert Speech(language).duration(duration).replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(("language", "said"), [("en", "10:00 PM"), ("de", "22:00"), ("ja", "22:00"), ("ko", "22:00")])
def test_hours_of_the_day_are_written_by_the_language(language: str, said: str) -> None:
    assert Speech(language).time(22 * 60).replace("\N{NARROW NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    "language", ["en", "de", "fr", "es", "pt-BR", "it", "nl", "pl", "ru", "tr", "ar", "ja", "ko", "zh"]
)
def test_no_language_shows_a_key_in_place_of_a_word(language: str) -> None:
    speech = Speech(language)
    said = [speech.duration(amount) for amount in (MINUTE, HOUR, 5 * HOUR + MINUTE, 5 * DAY + HOUR, 1_500_000)]
    said += [speech.weekday(day) for day in range(7)] + [speech.time(480), speech.time(1440), speech.zone("Asia/Tokyo")]
    assert not any("duration" in text or not text for text in said)


def test_arabic_runs_from_the_right() -> None:
    assert Speech("ar").is_right_to_left
    assert not Speech("de").is_right_to_left

"""What wrong input gets: every case of wrong_inputs.txt with its exact problems."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from upheld.policy.tests.writing import VOCABULARY, problems_of


def _cases() -> list[tuple[str, dict[str, str], list[str]]]:
    text = (Path(__file__).parent / "wrong_inputs.txt").read_text(encoding="utf-8")
    return [_case(part) for part in re.split(r"^== ", text, flags=re.MULTILINE)[1:]]


def _case(part: str) -> tuple[str, dict[str, str], list[str]]:
    name, _, rest = part.partition("\n")
    written, *problems = re.split(r"^=> ", rest, flags=re.MULTILINE)
    files = re.split(r"^--- (\w+)\.yaml\n", written, flags=re.MULTILINE)[1:]
    return name, dict(zip(files[::2], files[1::2], strict=True)), [problem.strip() for problem in problems]


CASES = _cases()


@pytest.mark.parametrize(("files", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_wrong_file_is_refused_with_every_place_and_remedy(files: dict[str, str], expected: list[str]) -> None:
    found = problems_of(VOCABULARY, **files)
    told = [
        f"{one.file}:{one.line}:{one.column} {one.key}".rstrip() + f"\n   {one.problem}\n   {one.remedy}"
        for one in found
    ]
    assert told == expected


def test_there_are_cases_for_every_file() -> None:
    told = {name for _, files, _ in CASES for name in files}
    assert told == {"policy", "hours", "commitments", "escalation", "channels", "targets", "notifications", "intake"}
    assert all(expected for _, _, expected in CASES)


def test_all_problems_of_all_files_are_told_at_once() -> None:
    found = problems_of(
        policy="name: small\nversion: one\nplans: [basic, gold]\n",
        hours="calendars:\n  office: {zone: Nowhere, weekly: {mon: closed}}\n",
        commitments="first: {on: ticket, begins: ticket.opend, kept_by: ticket.replied, within: 4x}\n",
        channels="channels: [a b]\n",
    )
    assert [(one.file, one.key) for one in found] == [
        ("channels.yaml", "channels.0"),
        ("commitments.yaml", "first.begins"),
        ("commitments.yaml", "first.within"),
        ("hours.yaml", "calendars.office.zone"),
        ("policy.yaml", "version"),
    ]


def test_without_a_vocabulary_events_and_attributes_are_taken_as_they_are() -> None:
    text = "first: {on: parcel, begins: parcel.sent, kept_by: parcel.received, within: 4h, when: {colour: red, plan: %s}}\n"
    assert problems_of(None, commitments=text % "gold") == []
    assert [one.key for one in problems_of(None, commitments=text % "golden")] == ["first.when.plan"]


def test_what_a_section_declares_is_not_asked_for_where_there_is_no_such_section() -> None:
    """A folder with policy.yaml, hours.yaml and commitments.yaml alone is a policy."""
    clause = (
        "on: ticket, begins: ticket.opened, kept_by: ticket.replied, within: 4h, on_breach: [{raise: support, to: 2}]"
    )
    assert problems_of(commitments=f"first: {{{clause}}}\n") == []

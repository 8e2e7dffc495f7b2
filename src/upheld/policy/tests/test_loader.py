"""Folders, stored files, and what keeps a folder from being a policy."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from upheld.policy.errors import PolicyErrors
from upheld.policy.files import FILES
from upheld.policy.loader import check, digest, load, load_sources
from upheld.policy.tests.writing import BASE, HOURS, POLICY, loaded, sources

POLICIES = Path(__file__).parents[4] / "policies"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in BASE.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def told(folder: Path | str) -> list[tuple[str, str, str]]:
    return [(one.file, one.problem, one.remedy) for one in check(folder)]


def test_policy_and_hours_are_enough(folder: Path) -> None:
    assert load(folder).name == load(str(folder)).name == "small"
    assert check(folder) == []


def test_a_policy_keeps_the_bytes_it_was_made_of(folder: Path) -> None:
    policy = load(folder)
    assert policy.sources == {"policy.yaml": POLICY.encode(), "hours.yaml": HOURS.encode()}
    again = load_sources(policy.sources)
    assert digest(again) == digest(policy)


def test_the_digest_follows_the_files_and_not_their_order() -> None:
    turned = dict(reversed(sources().items()))
    assert digest(load_sources(turned)) == digest(loaded())
    assert digest(loaded(policy=POLICY + "# later\n")) != digest(loaded())
    assert len(digest(loaded())) == 64


def test_other_files_and_folders_are_left_alone(folder: Path) -> None:
    (folder / "words").mkdir()
    (folder / "README.md").write_text("…")
    assert check(folder) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    assert told(missing) == [
        (str(missing), "There is no such folder.", "Name the folder that holds policy.yaml and hours.yaml.")
    ]


def test_a_file_in_place_of_a_folder(folder: Path) -> None:
    ((_, problem, _),) = told(folder / "policy.yaml")
    assert problem == "This is a file, not a folder."


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, ""])
def test_a_name_that_no_folder_can_have(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert check(name)


def test_an_empty_folder_misses_both_files(tmp_path: Path) -> None:
    assert told(tmp_path) == [
        ("hours.yaml", "The file is missing.", "Add it, with at least 'calendars: {always: {open: always}}'."),
        ("policy.yaml", "The file is missing.", "Add it, with at least 'name:' and 'version:'."),
    ]


def test_what_the_remedies_for_missing_files_say_is_a_policy(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("name: small\nversion: 1")
    (tmp_path / "hours.yaml").write_text("calendars: {always: {open: always}}")
    assert check(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("comitments.yaml", "Did you mean 'commitments.yaml'?"),
        ("channels.yml", "Did you mean 'channels.yaml'?"),
        ("zzz.yaml", f"The files of a policy are {', '.join(FILES)}."),
    ],
)
def test_a_file_of_another_name_is_refused(folder: Path, name: str, remedy: str) -> None:
    (folder / name).write_text("{}")
    assert told(folder) == [(name, f"Unknown file '{name}'.", remedy)]


def test_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "commitments.yaml"
    outside.write_text("secret: 1\n")
    (folder / "commitments.yaml").symlink_to(outside)
    ((file, problem, _),) = told(folder)
    assert (file, problem) == ("commitments.yaml", "The file is a link that leads out of the folder.")


def test_a_link_within_the_folder_is_read(folder: Path) -> None:
    (folder / "policy.yaml").rename(folder / "policy.txt")
    (folder / "policy.yaml").symlink_to("policy.txt")
    assert check(folder) == []


def test_a_linked_folder_is_read(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    link = tmp_path_factory.mktemp("links") / "current"
    link.symlink_to(folder)
    assert check(link) == []


def test_links_in_a_circle_nowhere_folders_and_pipes_are_refused(folder: Path) -> None:
    (folder / "channels.yaml").symlink_to("channels.yaml")
    (folder / "targets.yaml").symlink_to("gone.yaml")
    (folder / "intake.yaml").mkdir()
    os.mkfifo(folder / "escalation.yaml")
    assert [file for file, _, _ in told(folder)] == ["channels.yaml", "escalation.yaml", "intake.yaml", "targets.yaml"]


def test_a_missing_file_is_not_missed_twice(folder: Path) -> None:
    (folder / "hours.yaml").unlink()
    (folder / "hours.yaml").symlink_to("gone.yaml")
    assert len(told(folder)) == 1


def test_a_huge_file_is_refused_without_being_read_whole(folder: Path) -> None:
    with (folder / "commitments.yaml").open("wb") as file:
        file.truncate(10**12)
    assert [problem for _, problem, _ in told(folder)] == ["The file is larger than 1 MiB."]


def test_the_errors_say_all_of_it_as_text(folder: Path) -> None:
    (folder / "policy.yaml").write_text("name: small\nversion: one\nnaem: x\n")
    with pytest.raises(PolicyErrors) as raised:
        load(folder)
    assert str(raised.value).splitlines() == [
        "policy.yaml:2:10: version: 'one' is not a whole number from 1 to 1000000. Write a whole number from 1 to 1000000.",
        "policy.yaml:3:1: naem: Unknown key 'naem'. Did you mean 'name'?",
    ]
    assert raised.value.problems[0].as_data()["line"] == 2


def test_a_policy_of_1500_lines_is_loaded_quickly() -> None:
    clause = (
        (POLICIES / "techflow" / "commitments.yaml")
        .read_text()
        .partition("\n\nmail-answer:")[0]
        .partition("first-response:\n")[2]
    )
    clause = (
        clause.replace("enterprise", "gold")
        .replace("professional", "basic")
        .replace("{raise: support}", "{page: on-call}")
    )
    clause = clause.replace("standard: office, ", "")
    for hours in ("4h", "8h", "24h", "48h"):
        clause = clause.replace(f"standard: {hours}, ", "")
    policy = "name: small\nversion: 1\nplans: [basic, gold]\npriorities: [P1, P2, P3, P4]\n"
    big = sources(policy=policy, commitments="\n".join(f"clause-{number}:\n{clause}" for number in range(80)))
    assert sum(raw.count(b"\n") for raw in big.values()) >= 1500
    load_sources(big)
    took = []
    for _ in range(5):
        start = time.process_time()
        load_sources(big)
        took.append(time.process_time() - start)
    assert min(took) < 0.15

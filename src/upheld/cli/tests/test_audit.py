"""The record and its proofs from the shell."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from upheld.cli import audit, check_proof, proof
from upheld.conftest import Cast
from upheld.tickets.actions.opening import open_ticket

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sealed(cast: Cast, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.UPHELD_DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    open_ticket(
        requester=cast.customer,
        title="T",
        text="T",
        channel="portal",
        by=cast.customer.actor,
        at=MONDAY,
        category="question",
    )
    assert audit.main(["seal"]) == 0
    assert "0 not sealed yet" in capsys.readouterr().out


def test_all_is_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(["verify"]) == 0
    assert "all as they were; 0 not sealed yet." in capsys.readouterr().out
    assert audit.main(["verify", "--json", "--since", "2026-01-01T00:00:00Z"]) == 0
    assert json.loads(capsys.readouterr().out)["as_it_was"] is True


def test_what_was_altered_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL upheld.erasing = 'on'")
        cursor.execute("UPDATE events_event SET actor = 'agent:99' WHERE kind = 'ticket.opened' RETURNING id")
        (number,) = cursor.fetchone()
    assert audit.main(["verify"]) == 1
    said = capsys.readouterr().out
    assert f"First: event {number} (ticket.opened of ticket:" in said
    assert "altered; column actor" in said
    assert audit.main(["verify", "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["what"], found["event"], found["column"]) == ("altered", number, "actor")


def test_a_database_that_was_put_back_is_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_seal DISABLE TRIGGER seals_only_added")
        cursor.execute("DELETE FROM events_seal")
    assert audit.main(["seal"]) == 1
    assert "upheld audit seal --forget" in capsys.readouterr().err
    assert audit.main(["seal", "--forget"]) == 0


def test_a_proof_goes_its_own_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document, paper = tmp_path / "proof.json", tmp_path / "proof.pdf"
    period = ["--since", "2026-03-01", "--until", "2026-04-01"]
    assert proof.main(["--account", "harbour mills", *period, "--json", str(document), "--pdf", str(paper)]) == 0
    assert " commitments; 0 kept, " in capsys.readouterr().out
    assert paper.read_bytes().startswith(b"%PDF-")
    assert audit.main(["key"]) == 0
    key, short = capsys.readouterr().out.split()
    assert check_proof.main([str(document), "--public-key", key]) == 0
    assert short in capsys.readouterr().out
    assert check_proof.main([str(document)]) == 0
    assert "that it names itself" in capsys.readouterr().out
    document.write_bytes(document.read_bytes().replace(b"Harbour", b"Harbor"))
    assert check_proof.main([str(document), "--public-key", key]) == 1
    assert "changed after it was signed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        (["--account", "Harbour Mill"], "Did you mean “Harbour Mills”?"),
        (["--plan", "gold"], "There are: standard"),
    ],
)
def test_whom_nobody_knows_is_said(whom: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert proof.main([*whom, "--since", "2026-03-01", "--until", "2026-04-01"]) == 1
    assert said in capsys.readouterr().err


def test_a_period_that_ends_before_it_begins_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert proof.main(["--all", "--since", "2026-03-02", "--until", "2026-03-01"]) == 1
    assert "has to end after it begins" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--all", "--since", "monday", "--until", "2026-03-01"], ["--since", "2026-03-01"]]
)
def test_a_command_written_wrongly_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        proof.main(arguments)
    assert refused.value.code == 2


@pytest.mark.parametrize(
    ("text", "said"), [("", "no JSON"), ("{}", "no signed document"), ("[1]", "no signed document")]
)
def test_what_is_no_proof_is_refused(tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text(text)
    assert check_proof.main([str(tmp_path / "x.json")]) == 1
    assert said in capsys.readouterr().err
    assert check_proof.main([str(tmp_path / "nowhere.json")]) == 1

"""Mail by a pipe, and whole files of it."""

from __future__ import annotations

import io
import mailbox
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError

from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import SUPPORT, letter
from upheld.cli import mail
from upheld.cli.desk import read_environment
from upheld.config.environment import Environment
from upheld.conftest import Cast
from upheld.tickets.tests.mailbox import react_after


@contextmanager
def here() -> Iterator[Environment]:
    """The desk of this test, whose connections stay open."""
    yield read_environment()


@pytest.fixture(autouse=True)
def desk(cast: Cast, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("upheld.cli.desk.desk", here)


def pipe(monkeypatch: pytest.MonkeyPatch, raw: bytes, *options: str) -> int:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    return mail.main(["in", *options])


def test_a_mail_is_stored_before_the_pipe_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = letter()
    assert pipe(monkeypatch, raw, "--from", "customer@harbour.example", "--to", SUPPORT) == 0
    assert pipe(monkeypatch, raw) == 0
    stored = ReceivedMail.objects.get()
    assert (bytes(stored.raw), stored.door, stored.envelope_to) == (raw, "pipe", [SUPPORT])


def test_trouble_of_ours_is_worth_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("upheld.channels.mail.receiving.accept", away)
    assert pipe(monkeypatch, letter()) == 75


def test_a_wrong_environment_is_worth_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPHELD_PORT", "nonsense")
    assert pipe(monkeypatch, letter()) == 75


def test_what_is_too_large_never_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPHELD_MAIL_MAX_BYTES", "10000")
    assert pipe(monkeypatch, b"x" * 10_001) == 65
    assert ReceivedMail.objects.count() == 0


def test_an_import_may_be_repeated_and_acknowledges_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = mailbox.mbox(tmp_path / "old.mbox")
    for title in ("One", "Two", "Two"):
        box.add(letter(title=title, message_id=f"<{title}@harbour.example>"))
    box.close()
    assert mail.main(["import", str(tmp_path / "old.mbox")]) == 0
    react_after(0)
    assert mail.main(["import", str(tmp_path / "old.mbox")]) == 0
    assert capsys.readouterr().out.splitlines() == ["3 mails taken, 2 of them new", "3 mails taken, 0 of them new"]
    assert ReceivedMail.objects.filter(state="message", door="mbox").count() == 2
    assert OutgoingMail.objects.count() == 0


@pytest.mark.parametrize("content", [b"%PDF-1.7", None])
def test_another_file_or_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x"
    if content is not None:
        path.write_bytes(content)
    assert mail.main(["import", str(path)]) == 1

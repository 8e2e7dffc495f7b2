"""Files in a mail of ours: whole, under their names, whatever they are."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import process_time

import pytest

from upheld.channels.mail.outgoing.composing import File, Letter, compose

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def composed(*files: File) -> EmailMessage:
    letter = Letter(
        message_id="<a@us.example>", sender=("We", "we@us.example"), to=[("You", "you@there.example")], title="Files",
        text="There.", date=NOW, files=files,
    )  # fmt: skip
    raw = compose(letter)
    assert max(len(line) for line in raw.split(b"\r\n")) < 998
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not any(part.defects for part in parsed.walk())
    return parsed


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        ("application/pdf", b"%PDF-1.4\r\n\x00\xff", "application/pdf"),
        ("text/plain", b"one\ntwo\r\n--x\r\n", "text/plain"),
        ("text/html", b"<script>", "text/html"),
        ("message/rfc822", b"From: a@b.example\r\n\r\nx", "application/octet-stream"),
        ("multipart/mixed", b"--x--", "application/octet-stream"),
        ("nonsense", b"", "application/octet-stream"),
        ("image/png", bytes(range(256)) * 400, "image/png"),
    ],
)
def test_a_file_arrives_as_it_was(kind: str, data: bytes, shown: str) -> None:
    mail = composed(
        File("Übersicht (final) 2026.bin", kind, data), File("b\r\nX-Evil: 1.txt", "text/plain", b"2", "pic@us")
    )
    assert mail.get_content_type() == "multipart/mixed"
    assert mail["X-Evil"] is None
    first, second = mail.iter_attachments()
    assert (first.get_filename(), first.get_content_type()) == ("Übersicht (final) 2026.bin", shown)
    assert first.get_payload(decode=True) == data
    assert (second.get_filename(), second["Content-ID"]) == ("b X-Evil: 1.txt", "<pic@us>")
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "There."


def test_a_large_file_costs_no_seconds() -> None:
    """The agent waits for it: the page that sends a reply writes its mail."""
    large = File("large.bin", "application/octet-stream", b"\xaa" * 40_000_000)
    letter = Letter("<a@us.example>", ("", "we@us.example"), [("", "y@there.example")], "t", "x", NOW, files=[large])
    began = process_time()
    assert len(compose(letter)) > 53_000_000
    assert process_time() - began < 2

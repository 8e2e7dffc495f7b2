"""What leaves is signed by its sender's domain, and whoever receives it can tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from upheld.channels.mail.trust import authenticity
from upheld.channels.tests.test_sending import queued
from upheld.channels.tests.test_trust import PUBLIC, SECRET, Known
from upheld.config.dkim import dkim_keys

DOMAIN = "techflowsolutions.com"
RECORDS = {
    (f"2026a._domainkey.{DOMAIN}", "TXT"): [f"v=DKIM1; k=rsa; p={PUBLIC}"],
    (f"_dmarc.{DOMAIN}", "TXT"): ["v=DMARC1; p=reject"],
}


@pytest.fixture
def key(tmp_path: Path, settings: Any) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(SECRET)
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, dkim=dkim_keys(f"2026a@{DOMAIN}={file}"))


def is_authentic(raw: bytes) -> bool:
    found = authenticity(
        raw, shown=f"support@{DOMAIN}", peer="203.0.113.9", envelope_from=f"support@{DOMAIN}", names=Known(RECORDS)
    )
    return found.is_authentic


@pytest.mark.django_db
def test_what_is_queued_is_signed_for_life(key: None) -> None:
    raw = bytes(queued(unsubscribe="https://desk.example/no-more/", in_reply_to="<a@b.example>", text="Grüße").raw)
    assert is_authentic(raw)
    head = raw.partition(b"\r\n\r\n")[0]
    fields = head.partition(b"h=")[2].partition(b";")[0].replace(b"\r\n", b"")
    named = [one.strip() for one in fields.split(b":")]
    assert named.count(b"from") == 2
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"in-reply-to", b"reply-to"} <= {*named}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoilt",
    [
        lambda raw: raw.replace(b"Subject: Re: The pump", b"Subject: Re: The pimp"),
        lambda raw: b"From: Somebody Else <x@evil.example>\r\n" + raw,
        lambda raw: raw.replace(b"starts", b"stops"),
    ],
)
def test_whoever_changes_it_breaks_the_signature(key: None, spoilt: Any) -> None:
    raw = bytes(queued().raw)
    assert spoilt(raw) != raw
    assert not is_authentic(spoilt(raw))


@pytest.mark.django_db
def test_a_domain_without_a_key_leaves_unsigned(key: None) -> None:
    assert b"DKIM-Signature" not in bytes(queued(sender=("Us", "us@elsewhere.example")).raw)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("2026a@example.com", "is not selector@domain="),
        ("2026a@example.com={folder}/none.pem", "there is no file"),
        ("2026a@example.com={folder}/text.pem", "holds no private key in PEM form"),
        ("a@example.com={folder}/key.pem b@example.com={folder}/key.pem", "has two keys"),
    ],
)
def test_a_wrong_key_is_refused_with_a_clear_sentence(tmp_path: Path, written: str, reason: str) -> None:
    (tmp_path / "text.pem").write_text("hello")
    (tmp_path / "key.pem").write_bytes(SECRET)
    with pytest.raises(ValueError, match=reason):
        dkim_keys(written.format(folder=tmp_path))

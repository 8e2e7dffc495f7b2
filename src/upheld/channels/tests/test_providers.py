"""Handing mail to a provider, which is a server of the test's own: what it is told, whom it took, and what is tried again."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest

from upheld.channels.files import store
from upheld.channels.mail.doors.hooks.calls import keys_of
from upheld.channels.mail.outgoing import providers, sending
from upheld.channels.mail.outgoing.smtp import Outcome
from upheld.channels.mail.trust import authenticity
from upheld.channels.models import OutgoingMail
from upheld.channels.tests.apis import Api, Asked, api_server
from upheld.channels.tests.test_sending import queued
from upheld.channels.tests.test_signing import DOMAIN, RECORDS, is_authentic, key
from upheld.channels.tests.test_trust import Known
from upheld.config.environment import Environment, EnvironmentRefused
from upheld.config.imap import imap_accounts
from upheld.config.providers import MailProvider

__all__ = ["key"]
ANA, BOSS = "customer@harbour.example", "boss@us.example"
NAMES = ("postmark", "mailgun", "sendgrid", "brevo", "amazon_ses")
TAKEN: dict[str, Any] = {
    "postmark": {
        "To": ANA,
        "MessageID": "b7bc",
        "ErrorCode": 0,
        "Message": "OK",
        "SubmittedAt": "2026-03-02T10:00:00Z",
    },
    "mailgun": {"id": "<b7bc@mg.example>", "message": "Queued. Thank you."},
    "sendgrid": None,
    "brevo": {"messageId": "<b7bc@smtp-relay.example>"},
    "amazon_ses": {"MessageId": "0100018f-b7bc-000000"},
}
KEYS = {"postmark": "server_token", "mailgun": "api_key", "sendgrid": "api_key", "brevo": "api_key"}


@pytest.fixture
def api() -> Iterator[Api]:
    with api_server() as api:
        yield api


@pytest.fixture
def raw(db: None) -> bytes:
    return bytes(queued().raw)


def provider(name: str, url: str) -> MailProvider:
    if name == "amazon_ses":
        ours = {"region": "eu-central-1", "access_key": "AKIA", "secret_key": "s3cret", "configuration_set": "desk"}
        return MailProvider(name, {**ours, "ses_endpoint": url})
    return MailProvider(name, {KEYS[name]: "secret", "api_url": url})


def deliver(name: str, api: Api, raw: bytes, *to: str, once: str = "") -> Outcome:
    return providers.deliver(provider(name, api.url), raw, to or [ANA], number=42, once=once)


def by(settings: Any, name: str, url: str) -> None:
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, provider=provider(name, url))


def rich(settings: Any, folder: Path) -> OutgoingMail:
    settings.MEDIA_ROOT = folder
    files = [
        ("Protokoll – Grüße.txt", "text/plain", store("Grüße\r\nzwei".encode("latin-1"))),
        ("pump.png", "image/png", store(b"\x89PNG\r\n\n\x00"), "pump@desk"),
    ]
    return queued(
        to=[("Müller, Ana", ANA)], cc=[("", "cc@harbour.example")], bcc=[BOSS], title="Ihre Pumpe – läuft",
        text="Grüße", html='<p>Grüße <img src="cid:pump@desk" alt=""></p>', files=files,
        sender=("Böse & Söhne", f"support@{DOMAIN}"),
        in_reply_to="<asked@harbour.example>", references=["<first@harbour.example>"], automatic=True,
        unsubscribe="https://desk.example/no-more/",
    )  # fmt: skip


EVERYBODY = [ANA, "cc@harbour.example", BOSS]


# -- as it was written -----------------------------------------------------------------------------------------------------


def test_mailgun_takes_the_bytes_and_our_signature_holds(
    api: Api, settings: Any, tmp_path: Path, key: None, db: None
) -> None:
    mail = rich(settings, tmp_path)
    api.answer = TAKEN["mailgun"]
    outcome = deliver("mailgun", api, bytes(mail.raw), *EVERYBODY)
    assert (outcome.taken, outcome.provider_id) == (EVERYBODY, "<b7bc@mg.example>")
    [asked] = api.asked
    assert (asked.method, asked.path) == ("POST", f"/{DOMAIN}/messages.mime")
    assert asked.fields["authorization"] == "Basic " + base64.b64encode(b"api:secret").decode()
    form = asked.form
    assert form["message"] == [bytes(mail.raw)]
    assert is_authentic(form["message"][0])
    assert (form["to"], form["v:mail"], form["o:tracking"]) == ([one.encode() for one in EVERYBODY], [b"42"], [b"no"])
    assert BOSS.encode() not in form["message"][0]  # named beside the mail only


def test_ses_takes_the_bytes_and_our_signature_outlives_its_own_id(
    api: Api, settings: Any, tmp_path: Path, key: None, db: None
) -> None:
    by(settings, "amazon_ses", api.url)
    mail = rich(settings, tmp_path)
    api.answer = TAKEN["amazon_ses"]
    outcome = deliver("amazon_ses", api, bytes(mail.raw), *EVERYBODY)
    assert (outcome.taken, outcome.provider_id) == (EVERYBODY, "0100018f-b7bc-000000")
    [asked] = api.asked
    told = asked.told
    sent = base64.b64decode(told["Content"]["Raw"]["Data"])
    assert (asked.path, sent) == ("/v2/email/outbound-emails", bytes(mail.raw))
    assert sorted(told["Destination"]["ToAddresses"]) == sorted(EVERYBODY)
    assert (told["EmailTags"], told["ConfigurationSetName"]) == ([{"Name": "upheld-mail", "Value": "42"}], "desk")
    assert "eu-central-1/ses/aws4_request" in asked.fields["authorization"]
    changed = message_from_bytes(sent)
    for field, value in (("Message-ID", "<0100018f@email.amazonses.com>"), ("Date", "Mon, 2 Mar 2026 10:00:00 +0000")):
        sent = sent.replace(f"{field}: {changed[field]}".encode(), f"{field}: {value}".encode())
    assert b"amazonses" in sent
    verdict = authenticity(sent, shown=f"support@{DOMAIN}", peer="203.0.113.9", envelope_from="", names=Known(RECORDS))
    assert verdict.is_authentic


# -- anew, by fields -------------------------------------------------------------------------------------------------------


def told_of(name: str, asked: Asked) -> dict[str, Any]:
    """What the three were told, in one form."""
    told = asked.told
    if name == "postmark":
        return {
            "path": asked.path, "key": asked.fields["x-postmark-server-token"], "from": told["From"], "to": told["To"],
            "cc": told["Cc"], "bcc": told["Bcc"], "reply": told["ReplyTo"], "subject": told["Subject"], "text": told["TextBody"],
            "html": told["HtmlBody"], "heads": {one["Name"]: one["Value"] for one in told["Headers"]},
            "files": [(one["Name"], one["Content"], one.get("ContentID", "")[4:]) for one in told["Attachments"]],
            "number": told["Metadata"]["mail"], "tracked": [told["TrackOpens"], told["TrackLinks"] != "None"],
        }  # fmt: skip
    if name == "sendgrid":
        [whom] = told["personalizations"]
        texts = {one["type"]: one["value"] for one in told["content"]}
        return {
            "path": asked.path, "key": asked.fields["authorization"].removeprefix("Bearer "), "from": told["from"],
            "to": whom["to"], "cc": whom["cc"], "bcc": whom["bcc"], "reply": told["reply_to_list"], "subject": told["subject"],
            "text": texts["text/plain"], "html": texts["text/html"], "heads": told["headers"],
            "files": [(one["filename"], one["content"], one.get("content_id", "")) for one in told["attachments"]],
            "number": told["custom_args"]["mail"],
            "tracked": [one["enable"] for one in told["tracking_settings"].values()],
        }  # fmt: skip
    return {
        "path": asked.path, "key": asked.fields["api-key"], "from": told["sender"], "to": told["to"], "cc": told["cc"],
        "bcc": told["bcc"], "reply": told["replyTo"], "subject": told["subject"], "text": told["textContent"],
        "html": told["htmlContent"], "heads": told["headers"],
        "files": [(one["name"], one["content"], "") for one in told["attachment"]],
        "number": json.loads(told["headers"]["X-Mailin-custom"])["mail"], "tracked": [],
    }  # fmt: skip


def plain(value: Any) -> str:
    """Names and addresses in one form, whatever the provider's."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return str(make_header(decode_header(text)))


@pytest.mark.parametrize("name", ["postmark", "sendgrid", "brevo"])
def test_a_mail_that_is_written_anew_has_everything_in_it(
    api: Api, settings: Any, tmp_path: Path, db: None, name: str
) -> None:
    mail = rich(settings, tmp_path)
    api.answer = TAKEN[name]
    assert deliver(name, api, bytes(mail.raw), *EVERYBODY).taken == EVERYBODY
    [asked] = api.asked
    told = told_of(name, asked)
    paths = {"postmark": "/email", "sendgrid": "/mail/send", "brevo": "/smtp/email"}
    assert (told["path"], told["key"], told["number"]) == (paths[name], "secret", "42")
    assert (told["subject"], told["text"].strip()) == ("Ihre Pumpe – läuft", "Grüße")
    assert "cid:pump@desk" in told["html"]
    heads = told["heads"]
    assert heads["Message-ID"] == mail.message_id
    assert heads["In-Reply-To"] == "<asked@harbour.example>"
    assert heads["References"] == "<first@harbour.example> <asked@harbour.example>"
    assert (heads["Auto-Submitted"], heads["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert heads["List-Unsubscribe"] == "<https://desk.example/no-more/>"
    assert heads["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert ("X-PM-KeepID" in heads, "idempotencyKey" in heads) == (name == "postmark", name == "brevo")
    assert "Böse & Söhne" in plain(told["from"])
    assert "Müller, Ana" in plain(told["to"])
    for field, address in (("to", ANA), ("cc", "cc@harbour.example"), ("bcc", BOSS), ("reply", "support+ticket-")):
        assert address in plain(told[field]), field
        assert (BOSS in plain(told[field])) is (field == "bcc")
    files = {file[0]: (base64.b64decode(file[1]), file[2]) for file in told["files"]}
    assert files["Protokoll – Grüße.txt"][0] == "Grüße\r\nzwei".encode("latin-1")
    assert files["pump.png"] == (b"\x89PNG\r\n\n\x00", "pump@desk" if name != "brevo" else "")
    assert not any(told["tracked"])


@pytest.mark.parametrize("name", NAMES)
def test_letters_of_all_scripts_in_an_address_never_break_the_sending(api: Api, db: None, name: str) -> None:
    """Some providers take them and some do not; either way the mail is settled."""
    api.answer = TAKEN[name]
    mail = queued(to=[("用户", "用户@пример.example")], title="x")
    outcome = deliver(name, api, bytes(mail.raw), "用户@пример.example")
    assert len(outcome.taken) + len(outcome.refused) == 1


# -- a whole try -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_try_that_was_cut_is_told_by_the_same_name_and_counted(api: Api, settings: Any) -> None:
    """Brevo sends nothing twice that it hears by one name; a try that surely failed has another name."""
    by(settings, "brevo", api.url)
    mail = queued()
    for api.hangs_up, api.code, api.answer in (
        (False, 429, {"message": "Too many"}),
        (True, 200, None),
        (False, 400, {"code": "duplicate_request", "message": "Duplicate request"}),
    ):
        OutgoingMail.objects.update(next_try_at=datetime.now(UTC))
        sending.send(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.delivered, mail.perhaps_twice) == ("sent", [ANA], 1)
    names = [asked.told["headers"]["idempotencyKey"] for asked in api.asked]
    assert (names[0] != names[1], names[1] == names[2]) == (True, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", NAMES)
def test_what_was_taken_is_sent_and_known_by_the_providers_name(api: Api, settings: Any, name: str) -> None:
    by(settings, name, api.url)
    api.answer = TAKEN[name]
    mail = queued(bcc=[BOSS])
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.untried, mail.perhaps_twice) == ("sent", [], 0)
    assert "b7bc" in mail.provider_id or name == "sendgrid"


def test_the_provider_is_read_from_the_environment_and_never_said_aloud() -> None:
    variables = {"UPHELD_MAIL_PROVIDER": "postmark", "UPHELD_MAIL_PROVIDER_KEYS": "server_token=s3cret"}
    found = Environment.read(variables).mail.provider
    assert found is not None
    assert (found.name, found.keys["server_token"]) == ("postmark", "s3cret")
    assert "s3cret" not in repr(found)
    for wrong in ("api_key=s3cret", "server_token=s3cret colour=red", "s3cret"):
        with pytest.raises(EnvironmentRefused) as refused:
            Environment.read(variables | {"UPHELD_MAIL_PROVIDER_KEYS": wrong})
        assert "s3cret" not in str(refused.value)
    with pytest.raises(EnvironmentRefused, match="none of postmark"):
        Environment.read(variables | {"UPHELD_MAIL_PROVIDER": "pigeon"})


def test_what_proves_a_call_may_be_set_apart_from_what_sends() -> None:
    said = "amazon_ses.topics=arn:aws:sns:eu-central-1:1:mail brevo.api_key=s3cret== mailgun.webhook_signing_key=k"
    read = Environment.read({"UPHELD_WEBHOOK_KEYS": said}).mail
    assert read.webhook_keys == {
        "amazon_ses": {"topics": "arn:aws:sns:eu-central-1:1:mail"},
        "brevo": {"api_key": "s3cret=="},
        "mailgun": {"webhook_signing_key": "k"},
    }
    assert "s3cret" not in repr(read)
    for wrong in (
        "brevo.api_key",
        "api_key=s3cret",
        "pigeon.key=s3cret",
        "postmark.server_token=s3cret",
        "brevo.=s3cret",
    ):
        with pytest.raises(EnvironmentRefused) as refused:
            Environment.read({"UPHELD_WEBHOOK_KEYS": wrong})
        assert "s3cret" not in str(refused.value)


def test_who_sends_by_a_provider_hears_it_with_the_same_keys() -> None:
    keys = "region=eu-central-1 topics=arn:aws:sns:eu-central-1:1:mail"
    variables = {"UPHELD_MAIL_PROVIDER": "amazon_ses", "UPHELD_MAIL_PROVIDER_KEYS": keys}
    assert keys_of("amazon_ses", Environment.read(variables).mail)["topics"] == "arn:aws:sns:eu-central-1:1:mail"
    apart = Environment.read(variables | {"UPHELD_WEBHOOK_KEYS": "amazon_ses.topics=other"}).mail
    assert keys_of("amazon_ses", apart) == {"region": "eu-central-1", "topics": "other"}
    assert keys_of("brevo", apart) == {}


def test_a_mailbox_names_its_own_server() -> None:
    [account] = imap_accounts("support=imaps://a:b@imap.example/INBOX?authserv=MX.google.com,mx2.google.com")
    assert account.authserv == {"mx.google.com", "mx2.google.com"}
    with pytest.raises(ValueError, match="not a host name"):
        imap_accounts("support=imaps://a:b@imap.example/INBOX?authserv=a%20b")

"""Handing mail to a provider, which is a server of the test's own: whom it took, whom it refused, and what is tried again."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from upheld.channels.files import store
from upheld.channels.mail.outgoing import providers, sending
from upheld.channels.tests.test_sending import queued
from upheld.config.environment import Environment, EnvironmentRefused
from upheld.config.providers import MailProvider

ANA = "customer@harbour.example"


@dataclass
class Api:
    """What was asked, and what is answered."""

    url: str = ""
    code: int = 200
    answer: Any = None
    hangs_up: bool = False
    asked: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            api.asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            if api.hangs_up:
                self.connection.close()
                return
            body = json.dumps(api.answer).encode()
            self.send_response(api.code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield api
    server.shutdown()
    server.server_close()


ANSWERS: dict[str, Any] = {
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
}
KEYS = {"postmark": "server_token", "mailgun": "api_key", "sendgrid": "api_key", "brevo": "api_key"}


def provider(name: str, url: str) -> MailProvider:
    return MailProvider(name, {KEYS[name]: "secret", "api_url": url})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ANSWERS)
def test_a_mail_leaves_with_its_own_message_id_and_everything_in_it(
    api: Api, settings: Any, tmp_path: Path, name: str
) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, provider=provider(name, api.url))
    api.answer = ANSWERS[name]
    mail = queued(bcc=["boss@us.example"], text="Grüße", files=[("log.txt", "text/plain", store(b"all of it"))])
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.untried) == ("sent", [])
    [(_, body)] = api.asked
    told = (
        body.decode("utf-8", "replace").encode().decode("unicode_escape", "replace")
        if body[:1] == b"{"
        else body.decode()
    )
    for expected in (mail.message_id.strip("<>"), "log.txt", "boss@us.example", ANA, str(mail.pk)):
        assert expected in told, expected


@pytest.mark.parametrize(
    ("code", "answer", "is_refused"),
    [
        (422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'customer@'."}, True),
        (400, {"ErrorCode": 1, "Message": "Malformed"}, True),
        (401, {"ErrorCode": 10, "Message": "Wrong token"}, False),
        (429, {"Message": "Too many"}, False),
        (500, {"Message": "Trouble"}, False),
        (503, {"Message": "Trouble"}, False),
    ],
)
def test_what_is_for_good_and_what_is_for_now(api: Api, raw: bytes, code: int, answer: Any, is_refused: bool) -> None:
    api.code, api.answer = code, answer
    outcome = providers.deliver(provider("brevo", api.url), raw, [ANA], number=1)
    assert (bool(outcome.refused), outcome.taken, outcome.is_unsure) == (is_refused, [], False)
    assert outcome.error


@pytest.fixture
def raw(db: None) -> bytes:
    return bytes(queued().raw)


def test_a_line_that_is_cut_after_the_handing_over_is_counted(api: Api, raw: bytes) -> None:
    api.hangs_up = True
    outcome = providers.deliver(provider("brevo", api.url), raw, [ANA], number=1)
    assert (outcome.refused, outcome.taken, outcome.is_unsure) == ({}, [], True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    nobody = providers.deliver(provider("brevo", f"http://127.0.0.1:{port}/"), raw, [ANA], number=1)
    assert (nobody.refused, nobody.taken, nobody.is_unsure) == ({}, [], False)


def test_only_those_are_addressed_who_have_not_got_it(api: Api, db: None) -> None:
    api.answer = ANSWERS["brevo"]
    mail = queued(cc=[("", "cc@harbour.example")], bcc=["boss@us.example"])
    for wanted in (["cc@harbour.example"], ["boss@us.example"]):
        assert providers.deliver(provider("brevo", api.url), bytes(mail.raw), wanted, number=1).taken == wanted
    assert ANA not in b"".join(body for _, body in api.asked).decode()


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

"""What a provider's answer says of a mail: taken, refused for good, to be tried again, or nobody knows."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from typing import Any, Final

import pytest

from upheld.channels.mail.outgoing import providers
from upheld.channels.tests.apis import Api, Asked
from upheld.channels.tests.certificates import self_signed
from upheld.channels.tests.test_providers import ANA, BOSS, NAMES, TAKEN, api, deliver, provider, raw
from upheld.channels.tests.test_sending import queued

__all__ = ["api", "raw"]
REFUSED, LATER, UNSURE = "refused", "later", "unsure"
INACTIVE: Final = (
    "You tried to send to a recipient that has been marked as inactive.\n"
    f"Found inactive addresses: {ANA}.\nInactive recipients are ones that bounced."
)
FATES: dict[str, tuple[str, int, Any, str]] = {
    "wrong address at Brevo": (
        "brevo",
        400,
        {"code": "invalid_parameter", "message": "email is not valid in to"},
        REFUSED,
    ),
    "no credits at Brevo": ("brevo", 400, {"code": "not_enough_credits", "message": "x"}, LATER),
    "sender not valid at Brevo": ("brevo", 400, {"code": "invalid_parameter", "message": "sender is not valid"}, LATER),
    "wrong key": ("brevo", 401, {"code": "unauthorized", "message": "Key not found"}, LATER),
    "too many": ("brevo", 429, {"message": "Too many"}, LATER),
    "trouble": ("brevo", 500, {"message": "Trouble"}, LATER),
    "away": ("brevo", 503, {"message": "Trouble"}, LATER),
    "somebody in between gave up": ("brevo", 504, {"message": "Trouble"}, UNSURE),
    "an answer that is none": ("brevo", 200, ["?"], UNSURE),
    "malformed at Postmark": ("postmark", 422, {"ErrorCode": 300, "Message": "Invalid 'From' address"}, REFUSED),
    "inactive at Postmark": ("postmark", 422, {"ErrorCode": 406, "Message": INACTIVE}, REFUSED),
    "sender unknown at Postmark": ("postmark", 422, {"ErrorCode": 400, "Message": "'From' is not a Sender"}, LATER),
    "no such domain at Mailgun": ("mailgun", 404, {"message": "Domain not found: x"}, LATER),
    "wrong address at Mailgun": ("mailgun", 400, {"message": "'to' parameter is not a valid address"}, REFUSED),
    "domain disabled at Mailgun": ("mailgun", 400, {"message": "Domain x is disabled"}, LATER),
    "too large at SendGrid": ("sendgrid", 413, {"errors": [{"message": "Payload too large"}]}, REFUSED),
    "wrong address at SendGrid": (
        "sendgrid",
        400,
        {"errors": [{"message": "Does not contain a valid address."}]},
        REFUSED,
    ),
    "refused by SES": (
        "amazon_ses",
        400,
        {"__type": "MessageRejected", "message": "Local address contains control"},
        REFUSED,
    ),
    "not verified": (
        "amazon_ses",
        400,
        {"__type": "MessageRejected", "message": "Email address is not verified."},
        LATER,
    ),
    "throttled by SES": ("amazon_ses", 429, {"__type": "TooManyRequestsException", "message": "Sending rate"}, LATER),
    "paused at SES": ("amazon_ses", 400, {"__type": "SendingPausedException", "message": "x"}, LATER),
    "trouble at SES": ("amazon_ses", 500, {"__type": "InternalFailure", "message": "x"}, LATER),
    "forbidden at SES": ("amazon_ses", 403, {"__type": "AccessDeniedException", "message": "x"}, LATER),
}


@pytest.mark.parametrize("fate", FATES)
def test_what_is_for_good_and_what_is_for_now(api: Api, raw: bytes, fate: str) -> None:
    name, api.code, api.answer, what = FATES[fate]
    outcome = deliver(name, api, raw)
    assert (outcome.taken, list(outcome.refused)) == ([], [ANA] if what == REFUSED else [])
    assert outcome.is_unsure is (what == UNSURE)
    assert outcome.error
    assert len(api.asked) == 1  # one try is one call


@pytest.mark.parametrize("name", NAMES)
def test_a_line_that_is_cut_after_the_handing_over_is_counted(api: Api, raw: bytes, name: str) -> None:
    api.hangs_up = True
    outcome = deliver(name, api, raw)
    assert (outcome.refused, outcome.taken, outcome.is_unsure, len(api.asked)) == ({}, [], True, 1)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        api.url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    nobody = deliver(name, api, raw)
    assert (nobody.refused, nobody.taken, nobody.is_unsure) == ({}, [], False)
    assert nobody.error


def test_a_server_that_is_not_the_providers_is_told_nothing(raw: bytes, tmp_path: Path) -> None:
    """Its certificate is its own: nothing was handed over, so nothing is counted."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            line, _ = listening.accept()
            with line, pytest.raises(OSError):
                context.wrap_socket(line, server_side=True).recv(10)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        api = Api(url=f"https://127.0.0.1:{listening.getsockname()[1]}/")
        outcome = deliver("postmark", api, raw)
        assert (outcome.refused, outcome.taken, outcome.is_unsure) == ({}, [], False)
        thread.join(5)


def test_only_those_are_addressed_who_have_not_got_it(api: Api, db: None) -> None:
    api.answer = TAKEN["brevo"]
    mail = queued(cc=[("", "cc@harbour.example")], bcc=[BOSS])
    for wanted in (["cc@harbour.example"], [BOSS]):
        assert providers.deliver(provider("brevo", api.url), bytes(mail.raw), wanted, number=1).taken == wanted
    assert ANA not in b"".join(asked.body for asked in api.asked).decode()


def test_one_address_that_is_wrong_keeps_nobody_else(api: Api, db: None) -> None:
    mail = queued(cc=[("", "cc@harbour.example")], bcc=["spoilt@"])

    def judge(asked: Asked) -> None:
        api.code, api.answer = (
            (400, {"message": "not valid"}) if b"spoilt@" in asked.body else (201, {"messageId": "<1@brevo.example>"})
        )

    api.then = judge
    outcome = deliver("brevo", api, bytes(mail.raw), ANA, "cc@harbour.example", "spoilt@")
    assert (outcome.taken, list(outcome.refused)) == ([ANA, "cc@harbour.example"], ["spoilt@"])


def test_of_whom_a_provider_says_nothing_nothing_is_believed(api: Api, db: None) -> None:
    """Postmark sends to nobody when one address is wrong, and names that one only."""
    mail = queued(cc=[("", "wrong@harbour.example")])
    api.code, api.answer = 422, {"ErrorCode": 300, "Message": "Invalid 'Cc' address: 'wrong@harbour.example'."}
    outcome = deliver("postmark", api, bytes(mail.raw), ANA, "wrong@harbour.example")
    assert (outcome.taken, list(outcome.refused), outcome.is_unsure) == ([], ["wrong@harbour.example"], False)


def test_many_are_told_in_portions(api: Api, db: None) -> None:
    crowd = [f"reader{number}@harbour.example" for number in range(120)]
    api.answer = TAKEN["mailgun"]
    mail = queued(bcc=crowd)
    outcome = deliver("mailgun", api, bytes(mail.raw), *crowd)
    assert outcome.taken == crowd
    assert [len(asked.form["to"]) for asked in api.asked] == [50, 50, 20]

"""Amazon SES by SNS: believed only when SNS signed it about a topic of ours; mail in the message, or in S3."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from upheld.channels.mail.doors.hooks import sns
from upheld.channels.mail.doors.hooks.sns import CERTIFICATES, is_amazon, is_certificate, key_in
from upheld.channels.models import ReceivedMail
from upheld.channels.tests.apis import Api, api_server
from upheld.events.models import Event
from upheld.kernel.fetching import Fetched, NotFetched
from upheld.web.tests.doors.calling import CERTIFICATE, OTHER_KEY, TOPIC, Sns, certificate, post, with_keys

TO = "support@techflowsolutions.com"
RAW = (
    b"From: Ana <ana@harbour.example>\r\nTo: support@techflowsolutions.com\r\nSubject: Caf\xc3\xa9\r\n"
    b"Message-ID: <1@harbour.example>\r\n\r\nIt stopped. \xe9\xff\r\n"
)
KEYS = {"topics": f"arn:aws:sns:us-east-1:1:other,{TOPIC}", "buckets": "desk-mail", "region": "eu-central-1"}


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[str]]:
    """Addresses of Amazon's that were looked at. All but the certificate answer with a word."""
    with_keys(settings, amazon_ses=KEYS)
    asked: list[str] = []

    def bring(url: str) -> Fetched:
        asked.append(url)
        return Fetched(url, "", certificate() if url == CERTIFICATE else b"<ok/>")

    monkeypatch.setattr(sns, "bring", bring)
    CERTIFICATES.kept.clear()
    yield asked
    CERTIFICATES.kept.clear()


def received(action: dict[str, Any], **more: Any) -> dict[str, Any]:
    mail = {"source": "ana@harbour.example", "messageId": "d6iitobk75ur44p8kdnnp7g2n800fi1ur", "destination": [TO]}
    return {"notificationType": "Received", "receipt": {"recipients": [TO], "action": action}, "mail": mail, **more}


def in_base64(raw: bytes = RAW) -> dict[str, Any]:
    return received({"type": "SNS", "encoding": "BASE64"}, content=base64.b64encode(raw).decode())


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["1", "2"])
def test_a_mail_in_the_message_is_stored_byte_for_byte_and_once(amazon: list[str], version: str) -> None:
    for _ in range(2):
        answer = post(
            "amazon_ses", "inbound", Sns(version).message(in_base64()), content_type="text/plain; charset=UTF-8"
        )
        assert answer.status_code == 200, answer.content
    mail = ReceivedMail.objects.get()
    assert (bytes(mail.raw), mail.door) == (RAW, "webhook")
    assert (mail.envelope_from, mail.envelope_to) == ("ana@harbour.example", [TO])
    assert Event.objects.filter(kind="message.received").count() == 1
    assert amazon == [CERTIFICATE]  # once, and kept


@pytest.mark.django_db
def test_a_mail_in_utf8_is_taken_too(amazon: list[str]) -> None:
    raw = RAW.replace(b"\xe9\xff", "é".encode())
    assert (
        post("amazon_ses", "inbound", Sns().message(received({"type": "SNS"}, content=raw.decode()))).status_code == 200
    )
    assert bytes(ReceivedMail.objects.get().raw) == raw


@pytest.mark.django_db
def test_base64_is_known_also_where_nothing_says_so(amazon: list[str]) -> None:
    lines = base64.encodebytes(RAW).decode()
    assert post("amazon_ses", "inbound", Sns().message(received({"type": "SNS"}, content=lines))).status_code == 200
    assert bytes(ReceivedMail.objects.get().raw) == RAW


def spoilt(**change: str) -> dict[str, str]:
    return Sns().message(in_base64()) | change


UNPROVED: dict[str, Any] = {
    "no signature": {name: value for name, value in spoilt().items() if name != "Signature"},
    "a signature of something else": spoilt(Message='{"notificationType": "Received"}'),
    "a subject that was not signed": spoilt(Subject="x"),
    "another time": spoilt(Timestamp="2026-11-23T04:00:00.000Z"),
    "another key": Sns(key=OTHER_KEY).message(in_base64()),
    "another way of signing": spoilt(SignatureVersion="1"),
    "an unknown way of signing": spoilt(SignatureVersion="3"),
    "no base64": spoilt(Signature="!"),
    "a topic of somebody else": Sns(topic="arn:aws:sns:eu-central-1:999999999999:mail").message(in_base64()),
    "no topic": Sns(topic="").message(in_base64()),
    "a certificate of somebody else": spoilt(
        SigningCertURL="https://sns.eu-central-1.amazonaws.com.evil.example/a.pem"
    ),
    "no type": spoilt(Type="Whatever"),
    "no object": ["Notification"],
    "raw delivery": in_base64(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", UNPROVED)
def test_what_sns_did_not_sign_about_a_topic_of_ours_is_refused(amazon: list[str], name: str) -> None:
    assert post("amazon_ses", "inbound", UNPROVED[name]).status_code == 401
    assert not ReceivedMail.objects.exists()
    assert set(amazon) <= {CERTIFICATE}


@pytest.mark.django_db
def test_a_signature_without_our_secret_is_not_enough(amazon: list[str], settings: Any) -> None:
    message = Sns().message(in_base64())
    answer = post("amazon_ses", "inbound", message, headers={})
    assert (answer.status_code, answer["WWW-Authenticate"][:5]) == (401, "Basic")  # SNS shows it only when it is asked
    with_keys(settings)
    assert post("amazon_ses", "inbound", message).status_code == 401


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-central-1.amazonaws.com/a.pem", "https://sns.eu-central-1.amazonaws.com.evil.example/a.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/a.pem", "https://evil@sns.eu-central-1.amazonaws.com/a.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com/a.pem", "https://s3.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com/a.pem?x=1", "https://sns.eu-central-1.amazonaws.com/a/../b.pem",
        "https://sns.eu-central-1.amazonaws.com/a.crt", "https://sns.evil.amazonaws.com/a.pem", "https://[", "",
        "https://sns.eu-central-1.amazonaws.com\\@evil.example/a.pem", "file:///etc/passwd", "https://sns.eu-central-1.amazonaws.com",
    ],
)  # fmt: skip
def test_certificates_lie_at_amazon_only(url: str) -> None:
    assert not is_certificate(url)


@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-4", "us-gov-west-1", "il-central-1"])
def test_every_region_has_its_own_host(region: str) -> None:
    assert is_certificate(
        f"https://sns.{region}.amazonaws.com/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"
    )
    assert is_amazon("https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription")


def test_a_certificate_has_to_be_amazons_in_force_and_long_enough() -> None:
    now = datetime.now(UTC)
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    assert key_in(certificate(), now) is not None
    assert key_in(certificate("sns.cn-north-1.amazonaws.com.cn"), now) is not None
    for pem in (
        certificate("sns.amazonaws.com.evil.example"), certificate("evil.example"), certificate(days=-1),
        certificate(key=weak), b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ):  # fmt: skip
        assert key_in(pem, now) is None


@pytest.mark.django_db
def test_while_the_certificate_cannot_be_had_sns_is_to_come_again(
    amazon: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(url: str) -> Fetched:
        raise NotFetched("The other side answered 500.", status=500)

    monkeypatch.setattr(sns, "bring", away)
    assert post("amazon_ses", "inbound", Sns().message(in_base64())).status_code == 503
    assert not ReceivedMail.objects.exists()


@pytest.mark.django_db
def test_a_subscription_is_said_yes_to_for_our_topic_and_at_amazon(amazon: list[str]) -> None:
    assert post("amazon_ses", "tracking", Sns().subscription()).status_code == 200
    assert [url.partition("?")[0] for url in amazon] == [CERTIFICATE, "https://sns.eu-central-1.amazonaws.com/"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription", "http://169.254.169.254/latest/meta-data/",
        "https://sns.eu-central-1.amazonaws.com/?Action=DeleteTopic&TopicArn=" + TOPIC,
        "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-central-1:9:other",
    ],
)  # fmt: skip
def test_no_other_address_is_looked_at(amazon: list[str], url: str) -> None:
    assert post("amazon_ses", "inbound", Sns().subscription(url)).status_code == 400
    assert amazon == [CERTIFICATE]


@pytest.mark.django_db
def test_a_subscription_to_a_topic_that_is_not_ours_is_left(amazon: list[str]) -> None:
    foreign = Sns(topic="arn:aws:sns:eu-central-1:999999999999:mail")
    assert post("amazon_ses", "inbound", foreign.subscription()).status_code == 401
    assert amazon == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [
        {"notificationType": "Received"}, received({"type": "Lambda"}), received({"type": "SNS"}), {"eventType": "Bounce"},
        received({"type": "SNS", "encoding": "BASE64"}, content="!"), received({"type": "SNS"}, content=""), "{", "{}",
        received({"type": "S3", "bucketName": "other", "objectKey": "x"}),
    ],
)  # fmt: skip
def test_what_brings_no_mail_is_not_taken_for_one(amazon: list[str], said: Any) -> None:
    assert post("amazon_ses", "inbound", Sns().message(said)).status_code == 400
    assert not ReceivedMail.objects.exists()


@pytest.mark.django_db
def test_what_sns_says_of_itself_is_nothing_to_us(amazon: list[str]) -> None:
    for said in ("Successfully validated SNS topic for Amazon SES event publishing.", ""):
        assert post("amazon_ses", "tracking", Sns().message(said)).status_code == 200


# -- S3, which is a server of the test's own -------------------------------------------------------------------------------


@pytest.fixture
def s3(amazon: list[str], settings: Any) -> Iterator[Api]:
    with api_server() as api:
        keys = {"s3_endpoint": api.url, "access_key": "AKIA", "secret_key": "secret"}
        with_keys(settings, amazon_ses=KEYS | keys)
        yield api


LEFT = received({"type": "S3", "bucketName": "desk-mail", "objectKey": "in/d6iitobk75ur44p8kdnnp7g2n800fi1ur"})


@pytest.mark.django_db
def test_a_mail_in_s3_is_fetched_and_stored_as_it_is(s3: Api) -> None:
    s3.raw = RAW
    assert post("amazon_ses", "inbound", Sns().message(LEFT)).status_code == 200
    assert bytes(ReceivedMail.objects.get().raw) == RAW
    assert [one.path.partition("?")[0] for one in s3.asked] == ["/desk-mail/in/d6iitobk75ur44p8kdnnp7g2n800fi1ur"]


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", ["refused", "error", "missing", "cut", "encrypted", "away"])
def test_a_mail_that_cannot_be_had_yet_is_brought_again(s3: Api, settings: Any, trouble: str) -> None:
    s3.raw = RAW
    s3.code = {"refused": 403, "error": 500, "missing": 404}.get(trouble, 200)
    s3.cut = trouble == "cut"
    s3.fields = {"x-amz-meta-x-amz-iv": "x"} if trouble == "encrypted" else {}
    if trouble == "away":
        with socket.create_server(("127.0.0.1", 0)) as probe:
            gone = f"http://127.0.0.1:{probe.getsockname()[1]}/"
        with_keys(settings, amazon_ses=KEYS | {"s3_endpoint": gone, "access_key": "AKIA", "secret_key": "secret"})
    answer = post("amazon_ses", "inbound", Sns().message(LEFT))
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert not ReceivedMail.objects.exists()

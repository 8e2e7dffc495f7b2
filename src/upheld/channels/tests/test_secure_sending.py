"""Handing mail over by TLS, STARTTLS and with a password, to a server whose certificate is looked at."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import LazySettings

from upheld.channels.mail.outgoing import smtp
from upheld.channels.tests.post import OutgoingServer
from upheld.channels.tests.serving import serving

RAW = b"Subject: Hi\r\n\r\nText\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - hour, now + hour)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


class Taker:
    def __init__(self) -> None:
        self.taken: list[tuple[bytes, bool, bool]] = []

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.content, session.ssl is not None, session.authenticated or False))
        return "250 Taken"


def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword) -> AuthResult:
    return AuthResult(success=(given.login, given.password) == (b"desk", b"secret"), handled=False)


@contextmanager
def server(certificate: Path, *, implicit: bool) -> Iterator[tuple[Taker, int]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    taker, needs_tls = Taker(), not implicit
    tls, offered = (context, None) if implicit else (None, context)
    with serving(
        taker, host="localhost", tls=tls, tls_context=offered, authenticator=check, auth_require_tls=needs_tls
    ) as port:
        yield taker, port


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_with_a_good_certificate_gets_the_mail_in_secret(
    certificate: Path, security: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with server(certificate, implicit=security == "tls") as (taker, port):
        settings.UPHELD_SMTP = OutgoingServer("localhost", port, "desk", "secret", security)
        outcome = smtp.deliver(RAW, "support@techflowsolutions.com", ["customer@harbour.example"])
        assert outcome.taken == ["customer@harbour.example"], outcome
        [(content, is_secret, is_known)] = taker.taken
        assert content == RAW
        assert is_known
        assert is_secret or security == "tls"  # the library notes only STARTTLS

        settings.UPHELD_SMTP = OutgoingServer("localhost", port, "desk", "wrong", security)
        refused = smtp.deliver(RAW, "support@techflowsolutions.com", ["customer@harbour.example"])
        assert (refused.taken, refused.refused, refused.error[:3]) == ([], {}, "535")


def test_a_server_with_a_bad_certificate_gets_nothing_and_the_mail_waits(
    certificate: Path, settings: LazySettings
) -> None:
    with server(certificate, implicit=False) as (taker, port):
        settings.UPHELD_SMTP = OutgoingServer("localhost", port, "desk", "secret", "starttls")
        outcome = smtp.deliver(RAW, "support@techflowsolutions.com", ["customer@harbour.example"])
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.error
    assert (outcome.taken, outcome.refused, taker.taken) == ([], {}, [])


def test_a_line_that_breaks_before_the_answer_is_said_to_be_unsure(settings: LazySettings) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.UPHELD_SMTP = OutgoingServer("127.0.0.1", listening.getsockname()[1])

        def talk() -> None:
            client, _ = listening.accept()
            with client, client.makefile("rb") as reader:
                client.sendall(b"220 hi\r\n")
                for answer in (b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
                    reader.readline()
                    client.sendall(answer)
                while reader.readline() != b".\r\n":
                    pass

        other = threading.Thread(target=talk, daemon=True)
        other.start()
        outcome = smtp.deliver(RAW, "a@x.example", ["b@y.example"])
        other.join(5)
    assert outcome.is_unsure
    assert (outcome.taken, outcome.refused) == ([], {})

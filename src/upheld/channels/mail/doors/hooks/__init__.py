"""What providers tell us over HTTP: mail that came in for us, and what became of mail of ours.

One module for each provider, of one shape (`Hook`). Their payloads are read by django-anymail where they are parsed fields;
where a provider hands over the mail as it was, its bytes are kept as they are. Nothing is believed before `is_genuine` has
said yes, and nothing is taken that is not whole: `NotYet` asks the provider to come again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Protocol

from django.http import HttpRequest

from upheld.channels.mail.doors.hooks import amazon, brevo, mailgun, postmark, sendgrid
from upheld.channels.mail.doors.hooks.calls import (
    WRONG,
    Keys,
    NotUnderstood,
    NotYet,
    Secrets,
    keys_of,
    read_body,
    shows_secret,
)
from upheld.channels.mail.doors.hooks.words import Word
from upheld.channels.mail.receiving import Incoming

__all__ = ["HOOKS", "NotUnderstood", "NotYet", "Word", "is_genuine", "mails_in", "words_in"]


class Hook(Protocol):
    """A provider. Each function may raise what reading a payload raises (`WRONG`), or NotYet."""

    def is_signed(self, request: HttpRequest, keys: Keys) -> bool:
        """Whether the provider signed this call. True where no key for that is set, or the provider signs nothing."""

    def mails(self, request: HttpRequest, keys: Keys) -> list[Incoming]: ...

    def words(self, request: HttpRequest, keys: Keys) -> list[Word]: ...


HOOKS: Final[Mapping[str, Hook]] = {
    "amazon_ses": amazon,
    "brevo": brevo,
    "mailgun": mailgun,
    "postmark": postmark,
    "sendgrid": sendgrid,
}


def is_genuine(provider: str, request: HttpRequest, secrets: Secrets) -> bool:
    """Whether it shows our secret, and the provider's own signature where a key for that is set.

    The body is read only after the secret was shown: a stranger shall not fill our memory. Raises NotUnderstood for what is
    larger than any mail, and NotYet when it cannot be known now.
    """
    if not shows_secret(request, secrets):
        return False
    read_body(request)
    try:
        return HOOKS[provider].is_signed(request, keys_of(provider, secrets))
    except WRONG:
        return False


def mails_in(provider: str, request: HttpRequest, secrets: Secrets) -> list[Incoming]:
    """The mails of a payload, byte for byte the same when it is sent again. Raises NotUnderstood and NotYet."""
    with _read():
        return HOOKS[provider].mails(request, keys_of(provider, secrets))


def words_in(provider: str, request: HttpRequest, secrets: Secrets) -> list[Word]:
    """What a payload says of mails of ours; openings and clicks are left out. Raises NotUnderstood and NotYet."""
    with _read():
        return HOOKS[provider].words(request, keys_of(provider, secrets))


@contextmanager
def _read() -> Iterator[None]:
    try:
        yield
    except NotUnderstood:
        raise
    except WRONG as wrong:
        raise NotUnderstood(f"{type(wrong).__name__}: {wrong}"[:200]) from wrong

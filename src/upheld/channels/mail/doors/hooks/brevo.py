"""Brevo. It signs nothing; files of a mail stay with it until we fetch them, and without them a mail is not taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from django.http import HttpRequest

from upheld.channels.mail.doors.hooks import parsed
from upheld.channels.mail.doors.hooks.calls import Keys, NotUnderstood, NotYet, told
from upheld.channels.mail.doors.hooks.words import Word
from upheld.channels.mail.receiving import Incoming
from upheld.kernel.fetching import PORTS, Fetched, NotFetched, TooLarge, fetch, is_public

API: Final = "https://api.brevo.com/v3/"
MOST_BYTES: Final = 40 * 1024 * 1024  # of all files of a mail
MOST_FILES: Final = 200
PATIENCE: Final = 20.0  # seconds for one file
GONE: Final = frozenset({404, 410})
LONG: Final = timedelta(hours=1)
"""So long after it was written, a file that is not there will not come any more."""
_FOR_GOOD: Final = frozenset({"hard_bounce", "invalid_email"})


def is_signed(request: HttpRequest, keys: Keys) -> bool:
    return True


def mails(request: HttpRequest, keys: Keys) -> list[Incoming]:
    """Raises NotYet when a file cannot be had now. One that is gone, or too large, leaves a note in its place."""
    found = []
    for item in told(request)["items"]:
        if not item["Headers"]:
            raise NotUnderstood("It is no mail that came in.")
        reader = parsed.made_of(_reader(), api_key="fetched below")
        reader.bring = _Files(keys, _written_at(item)).bring
        found += parsed.mails_of([reader.esp_to_anymail_event(item | {"Headers": _plain(item["Headers"])})])
    return found


def _plain(heads: dict[str, Any]) -> dict[str, list[str]]:
    pairs = ((name, one) for name, said in heads.items() for one in ([said] if isinstance(said, str) else said))
    found: dict[str, list[str]] = {}
    for name, value in parsed.plain(pairs):
        found.setdefault(name, []).append(value)
    return found


def words(request: HttpRequest, keys: Keys) -> list[Word]:
    told(request)
    return parsed.words_of("brevo", request, _is_permanent)


def _is_permanent(event: dict[str, Any]) -> bool:
    return event.get("event") in _FOR_GOOD


@cache
def _reader() -> Any:
    from anymail.webhooks.brevo import BrevoInboundWebhookView

    class Reader(BrevoInboundWebhookView):  # type: ignore[misc]
        """As anymail's, with files fetched in our way."""

        bring: Any = None

        def _fetch_attachment(self, attachment: dict[str, Any]) -> Any:
            return self.bring(attachment)

    return Reader


class _Files:
    """The files of one mail, fetched one after another, all of them within one bound."""

    def __init__(self, keys: Keys, written_at: datetime) -> None:
        self.keys = keys
        self.written_at = written_at
        self.left = MOST_BYTES
        self.count = 0

    def bring(self, attachment: dict[str, Any]) -> Any:
        from anymail.inbound import AnymailInboundMessage

        self.count += 1
        name = str(attachment.get("Name") or f"file {self.count}")
        try:
            if self.count > MOST_FILES:
                raise TooLarge("There are more files than a mail may have.")
            file = self._fetched(str(attachment["DownloadToken"]))
        except NotFetched as reason:
            if not self._is_for_good(reason):
                raise NotYet(f"A file of a mail could not be fetched: {reason}") from reason
            return _note(name, str(reason))
        self.left -= len(file.data)
        return AnymailInboundMessage.construct_attachment(
            content_type=parsed.kind_of(attachment.get("ContentType") or file.content_type),
            content=file.data,
            filename=name,
            content_id=attachment.get("ContentID"),
        )

    def _fetched(self, token: str) -> Fetched:
        key = self.keys.get("api_key")
        if not key:
            raise NotYet("A mail came with files, and no key to fetch them with is set (brevo.api_key).")
        base = self.keys.get("api_url", API)
        own = "api_url" in self.keys  # the administrator's choice, wherever it is
        return fetch(
            urljoin(base if base.endswith("/") else f"{base}/", f"inbound/attachments/{quote(token, safe='')}"),
            types=(),
            most_bytes=self.left,
            seconds=PATIENCE,
            showing={"api-key": key},
            may_reach=(lambda _: True) if own else is_public,
            ports=PORTS | {urlsplit(base).port or 443} if own else PORTS,
        )

    def _is_for_good(self, reason: NotFetched) -> bool:
        is_old = datetime.now(UTC) - self.written_at > LONG
        return isinstance(reason, TooLarge) or (reason.status in GONE and is_old)


def _note(name: str, reason: str) -> Any:
    """What stands in a file's place: nobody shall believe that there was none."""
    from anymail.inbound import AnymailInboundMessage

    text = f"The file “{name}” belongs to this mail and could not be had from the provider: {reason}\n"
    return AnymailInboundMessage.construct_attachment(
        content_type="text/plain; charset=utf-8", content=text.encode(), filename=f"{name} is missing.txt"
    )


def _written_at(item: dict[str, Any]) -> datetime:
    try:
        found = parsedate_to_datetime(str(item.get("SentAtDate", "")))
    except ValueError:
        return datetime.now(UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)

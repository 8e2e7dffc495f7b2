"""Handing mail to a provider's interface instead of a server, with each recipient's fate told apart as far as it is told."""

from __future__ import annotations

import re
import ssl
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Protocol

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core.exceptions import ImproperlyConfigured

from upheld.channels.mail.outgoing.backends import connection, mail_for
from upheld.channels.mail.outgoing.smtp import Outcome

MOST_AT_ONCE: Final = 50  # recipients; the least that any of them takes
OF_THE_MAIL: Final = frozenset({400, 413, 422})
"""Answers that may say something about the mail. All others speak of us, or of now: such a mail is tried again."""
MAYBE_TAKEN: Final = frozenset({502, 504})
"""Somebody in between got no answer: whoever stood behind may have taken it."""
OURS: Final = re.compile(
    r"""not_enough_credits|account_under_validation|unauthorized|permission_denied|invalid.api.key
      |"ErrorCode":\s*(?:10|400|401|405|412|413)\b
      |domain\b[^"]{0,80}\b(?:not\ (?:found|verified|allowed)|disabled|suspended)
      |sender[^"]{0,60}(?:not\ (?:valid|verified)|inactive)
      |(?:account|sending)\b[^"]{0,60}\b(?:paused|suspended|disabled)|address\ is\ not\ verified""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words by which an answer about the mail is one about our account after all."""
TOO_LARGE: Final = "413"
HEARD_BEFORE: Final = "duplicate_request"
AWS_REFUSES: Final = frozenset(
    {"BadRequestException", "MessageRejected", "InvalidParameterValue", "ValidationException"}
)
_SPACE: Final = uuid.UUID("6f6c1b8e-7a0e-4b0c-9a53-51d3a1a1c0de")


class Provider(Protocol):
    """What the environment says (config/providers.py)."""

    @property
    def name(self) -> str: ...
    @property
    def keys(self) -> Mapping[str, str]: ...


def deliver(provider: Provider, raw: bytes, recipients: Sequence[str], *, number: int, once: str = "") -> Outcome:
    """As `smtp.deliver`: never raises for what a provider or a network does. `number` comes back with the provider's word.

    `once` is the same for a try after one of which it is not known whether it came through, and for no other.
    """
    outcome = Outcome()
    for first in range(0, len(recipients), MOST_AT_ONCE):
        some = recipients[first : first + MOST_AT_ONCE]
        one = _hand_over(provider, raw, some, number, once)
        if len(some) > 1 and len(one.refused) == len(some) and not one.error.startswith(TOO_LARGE):
            one = _one_by_one(provider, raw, some, number, once)
        _add(outcome, one)
        if not one.taken and not one.refused:
            break  # it does not get better within the same try
    return outcome


def _one_by_one(provider: Provider, raw: bytes, recipients: Sequence[str], number: int, once: str) -> Outcome:
    """All were refused together, perhaps for one of them: each is asked for alone."""
    outcome = Outcome()
    for address in recipients:
        one = _hand_over(provider, raw, [address], number, once)
        _add(outcome, one)
        if not one.taken and not one.refused:
            break
    return outcome


def _add(outcome: Outcome, more: Outcome) -> None:
    outcome.taken += more.taken
    outcome.refused |= more.refused
    outcome.error = more.error or outcome.error
    outcome.is_unsure = outcome.is_unsure or more.is_unsure
    outcome.provider_id = outcome.provider_id or more.provider_id


def _hand_over(provider: Provider, raw: bytes, recipients: Sequence[str], number: int, once: str) -> Outcome:
    outcome = Outcome()
    name = str(uuid.uuid5(_SPACE, "|".join((once or str(uuid.uuid4()), *sorted(recipients)))))
    try:
        mail = mail_for(provider.name, raw, recipients, number=number, once=name)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
    ) as wrong:  # nor will it be written later
        outcome.error = f"It cannot be written for this provider: {_words(wrong)}"
        outcome.refused = dict.fromkeys(recipients, outcome.error)
        return outcome
    try:
        connection(provider.name, dict(provider.keys)).send_messages([mail])
        _sort(mail.anymail_status, recipients, outcome)  # type: ignore[attr-defined]
    except AnymailRecipientsRefused as refusal:
        _refuse(recipients, refusal, outcome)
    except AnymailRequestsAPIError as trouble:
        _sort_answer(trouble, recipients, outcome)
    except AnymailAPIError as trouble:
        _sort_amazon(trouble, recipients, outcome)
    except (OSError, ImportError, ImproperlyConfigured) as trouble:
        outcome.error = _words(trouble)
    except (AnymailError, ValueError) as wrong:  # what this provider cannot carry it will not carry later
        _refuse(recipients, wrong, outcome)
    return outcome


def _refuse(recipients: Sequence[str], why: BaseException, outcome: Outcome) -> None:
    outcome.error = _words(why)
    outcome.refused = dict.fromkeys(recipients, outcome.error)


def _sort(status: Any, recipients: Sequence[str], outcome: Outcome) -> None:
    """By what the provider says of each. Whom it does not name it took with the rest, if it took anything: then it has an id."""
    ids = status.message_id
    outcome.provider_id = str(ids if isinstance(ids, str) else next((one for one in ids or () if one), ""))[:200]
    said = {address.lower(): one.status for address, one in status.recipients.items()}
    for address in recipients:
        fate = said.get(address.lower())
        if fate in ("invalid", "rejected", "failed"):
            outcome.refused[address] = outcome.error = f"the provider says: {fate}"
        elif fate in ("queued", "sent") or outcome.provider_id:
            outcome.taken.append(address)
        else:
            outcome.error = outcome.error or "the provider did not say that it took the mail"


def _sort_answer(trouble: AnymailRequestsAPIError, recipients: Sequence[str], outcome: Outcome) -> None:
    answer = trouble.response
    outcome.error = _words(trouble)
    if answer is None:
        outcome.is_unsure = isinstance(trouble, requests.Timeout | requests.ConnectionError) and not _never_left(
            trouble
        )
    elif answer.status_code == HTTPStatus.BAD_REQUEST and HEARD_BEFORE in answer.text:
        outcome.taken = list(recipients)  # the last try came through after all
    elif answer.status_code in OF_THE_MAIL and not OURS.search(answer.text):
        outcome.refused = dict.fromkeys(recipients, outcome.error)
    else:
        outcome.is_unsure = 200 <= answer.status_code < 300 or answer.status_code in MAYBE_TAKEN


def _sort_amazon(trouble: AnymailAPIError, recipients: Sequence[str], outcome: Outcome) -> None:
    cause = trouble.__cause__
    outcome.error = _words(cause or trouble)
    said = trouble.response if isinstance(trouble.response, dict) else {}
    code, words = (str(said.get("Error", {}).get(name, "")) for name in ("Code", "Message"))
    if code in AWS_REFUSES and not OURS.search(words):
        outcome.refused = dict.fromkeys(recipients, outcome.error)
    status = said.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    cut = type(cause).__name__ in ("ReadTimeoutError", "ConnectionClosedError", "ResponseStreamingError")
    outcome.is_unsure = status in MAYBE_TAKEN or (not said and cut)


def _never_left(trouble: BaseException) -> bool:
    """Nobody was there, or nobody whom we would tell anything: nothing was handed over."""
    if isinstance(trouble, requests.ConnectTimeout):
        return True
    told = repr(trouble.__cause__)
    return any(
        name in told for name in ("NewConnectionError", "NameResolutionError", ssl.SSLCertVerificationError.__name__)
    )


def _words(trouble: BaseException) -> str:
    response = getattr(trouble, "response", None)
    if isinstance(response, requests.Response):
        return " ".join(f"{response.status_code} {response.text}".split())[:300]
    return " ".join(f"{type(trouble).__name__}: {trouble}".split())[:300]

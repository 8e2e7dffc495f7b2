"""DMARC (RFC 7489): does what was proved belong to the domain that the reader sees?

Ours and not `authheaders`: that one reads `example` from `example-two.org`, and the list of public suffixes anew for every mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from upheld.channels.mail.trust.domains import organisation
from upheld.channels.mail.trust.names import Names


@dataclass(frozen=True, slots=True)
class Record:
    """What a domain publishes: what to do with a mail that fails, and how near the proofs must be."""

    policy: str = ""
    is_strict_spf: bool = False
    is_strict_dkim: bool = False


NOTHING = Record()
_MILDER = {"reject": "quarantine", "quarantine": "none"}


def record_of(domain: str, names: Names) -> Record:
    """That of the domain, else that of its organisation; NOTHING where neither publishes one. Raises NamesAway."""
    for place in dict.fromkeys((domain, organisation(domain))):
        found = [tags for text in names.look_up(f"_dmarc.{place}") if (tags := _tags(text)) is not None]
        if len(found) == 1:
            tags = found[0]
            policy = tags.get("p", "") if place == domain else tags.get("sp", tags.get("p", ""))
            if tags.get("pct", "").strip() == "0" or tags.get("t") == "y":
                policy = _MILDER.get(
                    policy, policy
                )  # a trial: for none of its mails what it says, for all the next milder
            return Record(policy, tags.get("aspf") == "s", tags.get("adkim") == "s")
    return NOTHING


def is_aligned(proved: str, shown: str, *, is_strict: bool) -> bool:
    """Whether a domain that was proved speaks for the one that is shown: the same, or, if that is enough, of one organisation."""
    if not proved or not shown:
        return False
    return proved == shown or (not is_strict and organisation(proved) == organisation(shown))


def any_aligned(proved: Iterable[str], shown: str, *, is_strict: bool) -> bool:
    return any(is_aligned(one, shown, is_strict=is_strict) for one in proved)


def _tags(text: str) -> dict[str, str] | None:
    parts = [part.partition("=") for part in text.strip('" ').split(";") if part.strip()]
    if not parts or parts[0][0].strip().lower() != "v" or parts[0][2].strip().upper() != "DMARC1":
        return None
    return {name.strip().lower(): value.strip().lower() for name, _, value in parts}

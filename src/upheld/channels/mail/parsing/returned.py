"""Mail that came back, told in words: what servers wrote before there was a form for it (RFC 3464), and what some still write.

Whom it names is a guess: whoever acts on it first looks whether our mail went to that address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

MOST_LINES: Final = 400
MOST_RECIPIENTS: Final = 100
LONGEST_LINE: Final = 600
REASON: Final = 8  # lines below an address that may say why

_AT: Final = r"[^\s<>@\"'(),:;\\\[\]=|*`]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,20}"
_ADDRESS: Final = re.compile(_AT, re.IGNORECASE)
_TITLE: Final = re.compile(
    r"undeliver|non-?deliver|returned (?:mail|to sender|e-?mail)|returning (?:message )?to sender|failure notice|failure delivery"
    r"|(?:mail|message|delivery|e-?mail)(?: system)?(?: delivery)? (?:fail|error|problem)"
    r"|delivery (?:status )?(?:notification|report)"
    r"|(?:mail|message) (?:could )?(?:not|failed)|failed (?:mail|delivery|to deliver)|(?:not be|was not"
    r"|been not) deliver|user unknown"
    r"|processing error|unzustellbar|nicht zugestellt|zustell.{0,30}(?:fehlgeschlagen|nicht|fehler)|non remis"
    r"|échec|n'a pas (?:pu|été)"
    r"|no se (?:pudo|ha podido) entregar|no entregad|devuelt|não (?:foi |pôde ser )?entregue"
    r"|mancat[oa] (?:recapito|consegna)|non recapit"
    r"|onbestelbaar|niet (?:bezorgd|afgeleverd)|niedostarcz|nie (?:można|został|mógł).{0,20}dostarcz|не(?: был[ао]?)? ?доставлен"
    r"|(?:kunde|kan) (?:inte|ikke) leve?re|olevererbart"
    r"|配信不能|配信できません|送信エラー|退信|无法投递|無法(?:投遞|傳送|傳遞)|반송",
    re.IGNORECASE,
)
_SERVER: Final = re.compile(
    r"mailer-?daemon|mail-?daemon|mdaemon|post-?master|mail ?delivery|delivery subsystem|mail ?system", re.IGNORECASE
)
_COPY: Final = re.compile(
    r"[> ]{0,8}(?:received|return-path|message-id|mime-version|dkim-signature|delivered-to|content-type|x-[\w-]+):"
    r"|[\s>*-]*(?:(?:below this line is|this is) a copy of"
    r"|(?:old|original|returned|unsent|forwarded|undelivered) (?:message|mail)\b"
    r"|(?:message|mail|the) header|the header and|start of (?:returned|original))",
    re.IGNORECASE,
)
_FIELD: Final = re.compile(r"\s*(?:to|from|cc|subject|sent|date|reply-to|sender)\s*:", re.IGNORECASE)
_BEFORE: Final = " \t>*\"'<(|-"
_LABEL: Final = re.compile(r"(?:[\w-]{1,20} ){0,2}recipient(?:\(s\)|s)?:|smtp:|rfc822;|rcpt to:", re.IGNORECASE)
_AFTER: Final = re.compile(r"[>\"')]{0,3}\s*(?:$|[:;,(\[-]|\.\.\.|on \w+,|<)", re.IGNORECASE)
_FAILING: Final = re.compile(
    r"\b[45]\d\d\b|unknown|exist|deliver|fail|reject|disabled|quota|full|recipient|no such|unable|(?:can"
    r"|could) ?not|remis|utilisateur"
    r"|unbekannt|empfänger|zustell|destinat|usuari|desconoc|inconnu|sconosciut",
    re.IGNORECASE,
)
_NOT_YET: Final = re.compile(
    r"warning message only|no action is required on your part|(?:will|shall) (?:keep|continue)"
    r"|attempts? will continue|still being tried"
    r"|has been delayed|delivery .{0,30}\bdelayed|not yet been delivered|wird weiter(?:hin)? versucht|verzögert",
    re.IGNORECASE,
)
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE: Final = re.compile(r"(?<![\d.:-])([45])\d\d(?=[ -]|$)(?! ?bytes)")
_NOBODY: Final = ("mailer-daemon", "postmaster", "abuse", "mdaemon")


class Returned(NamedTuple):
    """`status` is the enhanced code, empty if none was given."""

    address: str
    status: str
    is_permanent: bool


def is_from_server(name: str, local: str) -> bool:
    """Whether a mail server speaks: by its name, or by the part of its address before the sign."""
    return _SERVER.search(local) is not None or _SERVER.search(name) is not None


def says_so(title: str) -> bool:
    """Whether a title tells that a mail was not delivered. Not enough alone: people write about such mails too."""
    return _TITLE.search(title) is not None


def recipients_in(words: str, but: Sequence[str] = ()) -> list[Returned]:
    """Who did not get the mail, as a server says in its own words; nobody while it goes on trying.

    The clearest way of naming them that occurs is believed alone. `but` are addresses that it is certainly not about.
    """
    lines = list(_before_the_copy(words))
    if _NOT_YET.search(" ".join(lines)[:5000]):
        return []
    nobody = {address.lower() for address in but}
    for way in (_named, _beside_the_failure, _anybody):
        first: dict[str, int] = {}
        for at, line in enumerate(lines):
            for address in map(str.lower, way(line)):
                if len(first) < MOST_RECIPIENTS and address not in nobody and not address.startswith(_NOBODY):
                    first.setdefault(address, at)
        if first:
            return [_why(address, lines, at) for address, at in first.items()]
    return []


def _before_the_copy(words: str) -> Iterator[str]:
    for line in words.split("\n", MOST_LINES)[:MOST_LINES]:
        if _COPY.match(line[:200]):
            return
        yield line[:LONGEST_LINE].rstrip()


def _named(line: str) -> list[str]:
    """The address that the line begins with, if it says nothing else before it than that this is one."""
    if _FIELD.match(line):
        return []
    rest = line.lstrip(_BEFORE)
    label = _LABEL.match(rest)
    if label is not None:
        rest = rest[label.end() :].lstrip(_BEFORE)
        again = _LABEL.match(rest)
        rest = rest[again.end() :].lstrip(_BEFORE) if again else rest
    found = _ADDRESS.match(rest)
    return [found[0]] if found and _AFTER.match(rest, found.end()) else []


def _beside_the_failure(line: str) -> list[str]:
    return [] if _FIELD.match(line) or not _FAILING.search(line) else _ADDRESS.findall(line)


def _anybody(line: str) -> list[str]:
    return _ADDRESS.findall(line)


def _why(address: str, lines: Sequence[str], at: int) -> Returned:
    """The code on this line or on those below, until somebody else is named."""
    reason = [lines[at].lower().replace(address, " ")]
    for line in lines[at + 1 : at + REASON]:
        if any(other.lower() != address for other in _named(line)):
            break
        reason.append(line)
    said = " ".join(reason)
    status = _STATUS.search(said)
    code = status or _CODE.search(said)
    return Returned(address, status[1] if status else "", code is None or not code[1].startswith("4"))

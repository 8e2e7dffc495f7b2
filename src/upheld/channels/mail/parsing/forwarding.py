"""The mail that another one hands on: attached as a whole, or written into it under a head of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from upheld.channels.mail.parsing.bodies import ParsedFile
from upheld.channels.mail.parsing.fields import Mailbox, mailboxes
from upheld.channels.mail.parsing.mail import ParsedMail, parse

MOST_LINES: Final = 2000
LONGEST_HEAD: Final = 14  # lines
_BEGINS: Final = re.compile(
    r"\s*(?:[-_=]{3,}.{0,60}[-_=]{3,}|begin forwarded message ?:|anfang der weitergeleiteten (?:nachricht|e-mail) ?:"
    r"|début du message (?:transféré|réexpédié) ?:|inicio del mensaje reenviado ?:|início da mensagem (?:re)?encaminhada ?:"
    r"|inizio messaggio inoltrato ?:|begin doorgestuurd bericht ?:|początek przekazywanej wiadomości ?:"
    r"|vidarebefordrat (?:brev|mejl) ?:|начало переадресованного сообщения ?:|下面是被转发的邮件[：:]"
    r"|転送されたメッセージ[：:]|전달된 메시지(?: 시작)? ?:|بدء الرسالة المُ?عاد توجيهها ?:|välitetty viesti (?:alkaa)? ?:"
    r"|iletilen ileti başlangıcı ?:|začátek přeposílané zprávy ?:)\s*",
    re.IGNORECASE,
)
_NAMES_OF_FROM: Final = """
    from von de da van od från fra от 发件人 寄件者 差出人 보낸사람 من kimden lähettäjä feladó absender remitente remetente
    expéditeur mittente afzender nadawca avsändare afsender avsender odesílatel gönderen
"""
_NAMES_OF_SUBJECT: Final = """
    subject betreff objet sujet asunto assunto oggetto onderwerp temat ämne emne тема 主题 主旨 件名 제목 الموضوع konu aihe
    předmět tárgy
"""
_FROM: Final = frozenset(_NAMES_OF_FROM.split())
_SUBJECT: Final = frozenset(_NAMES_OF_SUBJECT.split())
_LABEL: Final = re.compile(r"[\s>*]*(?P<name>[^\s:：>*][^:：\n*]{0,28}?)\s?\*?\s?[:：]\*?\s*(?P<value>.*)")
"""A line of such a head: in a head that has begun, whatever its language calls it."""
_MAILTO: Final = re.compile(r"[\[(<]mailto:([^\])>\s]+)[\])>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Who wrote it first, and what; `comment` is what the one who handed it on wrote above."""

    sender: Mailbox
    title: str
    text: str
    comment: str = ""
    files: Sequence[ParsedFile] = ()


def forwarded_in(mail: ParsedMail) -> Forwarded | None:
    """The mail inside this one, or None when it holds none whose writer is named."""
    attached = [file for file in mail.files if file.content_type == "message/rfc822"]
    if len(attached) == 1:
        inner = parse(attached[0].data)
        if inner.sender.address:
            return Forwarded(inner.sender, inner.subject, inner.text, mail.text.strip(), inner.files)
    return _written_into(mail)


def _written_into(mail: ParsedMail) -> Forwarded | None:
    lines = mail.text.split("\n")[:MOST_LINES]
    for at, line in enumerate(lines):
        is_rule = _BEGINS.fullmatch(line[:200]) is not None
        if not is_rule and not _is_from(line):
            continue
        head, length = _head(lines, at + is_rule)
        senders = [box for name, value in head if name in _FROM and (box := _first_box(value)) is not None]
        if senders and length > 1:
            title = next((value for name, value in head if name in _SUBJECT), mail.subject)
            text = "\n".join(_unquoted(lines[at + is_rule + length :])).strip()
            return Forwarded(senders[0], title, text, "\n".join(lines[:at]).strip(), mail.files)
    return None


def _head(lines: Sequence[str], at: int) -> tuple[list[tuple[str, str]], int]:
    """The labelled lines from here on, and over how many lines they stand; blank lines before the first are passed over."""
    found: list[tuple[str, str]] = []
    length = 0
    for line in lines[at : at + LONGEST_HEAD]:
        label = _LABEL.fullmatch(line.rstrip())
        if label is not None:
            found.append((_plain(label["name"]), label["value"].strip().strip("*").strip()))
        elif found and line.strip(" >") and not line.startswith((" ", "\t")):
            break
        elif found and not line.strip(" >"):
            length += 1
            break
        length += 1
    return found, length


def _is_from(line: str) -> bool:
    """Whether it says who wrote, with an address or a name behind it: a sentence that begins so says it with more words."""
    label = _LABEL.fullmatch(line.rstrip()[:400])
    return label is not None and _plain(label["name"]) in _FROM


def _plain(name: str) -> str:
    return "".join(name.lower().split())


def _first_box(value: str) -> Mailbox | None:
    boxes = mailboxes(_MAILTO.sub(r"<\1>", value).encode())
    return boxes[0] if boxes and "@" in boxes[0].address else None


def _unquoted(lines: Sequence[str]) -> list[str]:
    """A client that marks what it hands on as quoted marks all of it."""
    filled = [line for line in lines if line.strip()]
    if filled and all(line.startswith(">") for line in filled):
        return [line[1:].removeprefix(" ") for line in lines]
    return list(lines)

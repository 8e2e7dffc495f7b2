"""The lines with which programs begin what they quote: “On …, … wrote:”, a rule, the head of the old mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

LONGEST_INTRODUCTION: Final = 5  # lines over which “On …, … wrote:” may be broken

_WROTE: Final = (
    r"on .{6,400} wrote ?:",
    r".{6,400} (?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|napisał(?:\(a\))?|skrev|пишет) ?:",
    r".{6,400} написал(?:\(а\)|а)? ?:",
    r"-{2,}\s*on .{6,400} wrote\s*-{2,}",
    r"am .{6,400} schrieb .{0,300}:",
    r"le .{6,400} a écrit ?:",
    r"el .{6,400} escribió ?:",
    r"(?:em|no dia) .{6,400} escreveu ?:",
    r"il .{6,400} ha scritto ?:",
    r"op .{6,400} (?:schreef|heeft) .{0,300}:",
    r"w dniu .{6,400} (?:napisał.{0,200}|pisze) ?:",
    r"wiadomość napisana przez .{6,400}:",
    r"(?:den|.{0,12}\d{1,2}\. ?.{3,9} \d{4}) .{4,400}skrev .{0,300}:",
    r"\d{4}(?:年\d{1,2}月\d{1,2}日|/\d{1,2}/\d{1,2}).{0,400}[:：]",
    r".{2,300}(?:于|於|在).{4,400}(?:写道|寫道) ?[:：]",
    r"在 ?\d{4}.{4,400}(?:写道|寫道) ?[:：]",
    r".{0,20}\d{4}(?:년|[.-]) ?.{4,400}(?:작성|쓴 글|썼습니다) ?[:：]",
    r"في .{6,400}(?:كتب|كتبت|بواسطة).{0,300}:",
)
_INTRODUCTION: Final = re.compile("|".join(f"(?:{form})" for form in _WROTE), re.IGNORECASE | re.DOTALL)
_STARTS: Final = re.compile(
    r"\s*(?:(?:on|am|le|el|em|no dia|il|op|w dniu|dnia|wiadomość|den|på|em|в|في|在)\s.*\d|.{0,6}\d{1,4}(?:[./:年년-]|\. ?\w)"
    r"|\w{2,12}[.,]{1,2} ?(?:the )?\d{1,2}\b)",
    re.IGNORECASE,
)
_WORDS_BEFORE: Final = re.compile(r".*[^\s>-]\s+On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|\d{1,2}[ /.-])[^\n]* wrote ?:\s*")
_BY_NAME: Final = re.compile(r"-{2,} ?[^-\d\s][^-]{1,80} wrote ?-{2,}")
_BARE: Final = re.compile(r"\d{4}[/.-]\d{1,2}[/.-]\d{1,2}(?: \d{1,2}:\d\d)? .{2,200}<[^<>\s]{3,200}@[^<>\s]{3,200}>")
_FORWARDED: Final = re.compile(
    r"[\s>*]*(?:[-_=]{3,}\s*)?(?:begin |anfang der |début du |inicio del |início da |inizio )?(?:forwarded (?:message|mail)"
    r"|weitergeleitete(?:n)? (?:nachricht|e-?mail)|message (?:transféré|réexpédié)|mensaje reenviado|mensagem (?:re)?encaminhada"
    r"|messaggio inoltrato|(?:begin )?doorgestuurd bericht|(?:początek )?przekazyw?an(?:a|ej) wiadomo(?:ść|ści)"
    r"|wiadomość przekazana|vidarebefordra(?:t|de) (?:brev|mejl|meddelande)|videresendt (?:melding|besked|meddelelse)"
    r"|начало переадресованного сообщения|пересыл\w+ сообщение|пересланное сообщение|(?:下面是被)?转发的?邮件|轉寄郵件"
    r"|転送されたメッセージ|転送メッセージ|전달된 메[시세]지|الرسالة المعاد توجيهها|رسالة (?:معاد توجيهها|محولة))"
    r"\s*[:：]?\s*(?:[-_=]{3,})?\s*",
    re.IGNORECASE,
)
_DATED: Final = re.compile(r"\d{1,4}[./:\-年]\d|\d{4}|@")
_ADDRESSED: Final = re.compile(
    r"[^<>]{6,300}< ?[^<>\s]{3,200}>[^<>]{0,20}[:：]"
)  # as Gmail has it where no verb is used
_YEAR_AND_TIME: Final = re.compile(r"(?=.*\d{4}).*\d{1,2}[:.]\d\d")
_RULE: Final = re.compile(
    r"\s*[-_=]{3,}\s*(?:original message|reply message|ursprüngliche nachricht|original-nachricht"
    r"|message d'origine|antwort nachricht"
    r"|oprindelig (?:meddelelse|besked|mail)|opprinnelig melding|alkuperäinen viesti|původní zpráva|eredeti üzenet"
    r"|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|wiadomość oryginalna"
    r"|originalmeddelande|исходное сообщение|原始邮件|原始郵件|元のメッセージ)\s*[-_=]{3,}\s*",
    re.IGNORECASE,
)
_ABOVE: Final = re.compile(r"\s*#{1,3}-? ?please type your reply above this line.*", re.IGNORECASE)
_LABELS: Final = re.compile(
    r"[\s*]*(?P<from>from|von|de|da|van|od|från|fra|от|发件人|寄件者|差出人|보낸 ?사람|من)\*? ?[:：]\*?\s*\S"
    r"|[\s*]*(?:sent|date|to|subject|cc|gesendet|datum|an|betreff|envoyé|à|objet|enviado(?: el)?|para|asunto|assunto|data"
    r"|inviato|oggetto|a|verzonden|aan|onderwerp|wysłano|do|temat|skickat|till|ämne|sendt|til|emne|отправлено|кому|тема"
    r"|发送时间|收件人|主题|送信日時|宛先|件名|보낸 ?날짜|날짜|받는 ?사람|제목|تم الإرسال|التاريخ|إلى|الموضوع"
    r"|enviada(?: em)?|wysłane|отправлен)\*? ?[:：]\*?",
    re.IGNORECASE,
)


def _is_head_by_date(lines: Sequence[str]) -> bool:
    """The same with the day before the writer, whose address is needed then."""
    senders = [line for line in lines[1:] if (found := _LABELS.match(line[:300])) and found["from"]]
    return (
        _DATED.search(lines[0]) is not None
        and any("@" in line for line in senders)
        and any(_TITLED.match(line) for line in lines[1:])
    )


_TITLED: Final = re.compile(
    r"[\s*]*(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|тема"
    r"|主题|主旨|件名|제목|الموضوع)\*? ?[:：]",
    re.IGNORECASE,
)


def is_rule(line: str) -> bool:
    """A line such as “-----Original Message-----”, or the one above which our own mails ask to answer."""
    return _RULE.fullmatch(line[:200]) is not None or _ABOVE.fullmatch(line[:200]) is not None


def begins_forwarded(line: str) -> bool:
    """The line above a mail that is handed on: what follows is what the mail is about, whatever its title says."""
    return _FORWARDED.fullmatch(line[:200]) is not None


def introduction(lines: Sequence[str], at: int) -> int:
    """Over how many lines “On …, … wrote:” stands here; 0 if it does not.

    The last words of the answer often stand right above it, with no blank line between: they are no part of it.
    """
    length = _length(lines, at)
    if not length or (length == 1 and _WORDS_BEFORE.match(lines[at])):
        return 0
    for later in range(at + 1, at + length):
        if _length(lines, later) == at + length - later:
            is_sentence = lines[at].rstrip().endswith((".", "!", "?", "。"))
            if lines[at].rstrip().endswith("<"):
                break
            if is_sentence or _STARTS.match(lines[later]) or not _STARTS.match(lines[at]):
                return 0
    return length


def is_sure(introduction: str) -> bool:
    """Whether it introduces a quotation also where that is not marked: it names an address, or begins with day and time."""
    return (
        "@" in introduction
        or introduction.startswith("--")
        or (_STARTS.match(introduction) is not None and _YEAR_AND_TIME.match(introduction) is not None)
    )


def is_dated(line: str) -> bool:
    return _DATED.search(line) is not None and re.search(r"\d", line) is not None


def _length(lines: Sequence[str], at: int) -> int:
    whole = ""
    for length, line in enumerate(lines[at : at + LONGEST_INTRODUCTION], 1):
        if not line.strip() or line.startswith(">"):
            return 0
        whole = f"{whole} {line.strip()}".strip()
        if len(whole) > 500:
            return 0
        if whole.endswith((":", "：")) or (whole.startswith("--") and whole.endswith("--")):
            return length if _introduces(whole) else 0
        if length <= 2 and _BARE.fullmatch(whole) and _is_quoted(lines, at + length):
            return length
    return 0


def _is_quoted(lines: Sequence[str], at: int) -> bool:
    return next((line for line in lines[at : at + 3] if line.strip()), "").startswith(">")


def _introduces(line: str) -> bool:
    if _ADDRESSED.fullmatch(line) and _YEAR_AND_TIME.match(line):
        return True
    if _BY_NAME.fullmatch(line):
        return True
    return _INTRODUCTION.fullmatch(line) is not None and _DATED.search(line) is not None


def is_head_of_mail(lines: Sequence[str], at: int) -> bool:
    """The lines From, Sent, To, Subject with which Outlook begins what it quotes: “From” first and two more right after.

    Forms have such lines too (from one town to another), so somebody's address, or both a title and a day have to be there.
    """
    first = _LABELS.match(lines[at][:300])
    if first is None or first["from"] is None:
        return first is not None and _is_head_by_date(lines[at : at + 6])
    following = [
        line[:300] for line in lines[at + 1 : at + 6] if (found := _LABELS.match(line[:300])) and not found["from"]
    ]
    is_mail = "@" in "".join((lines[at], *following)) or any(_TITLED.match(line) for line in following)
    return len(following) >= 2 and is_mail

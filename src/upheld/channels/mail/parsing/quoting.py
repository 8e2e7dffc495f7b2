"""Where the new words of an answer end and the old conversation begins. Nothing is deleted: the rest is folded away.

Answers between the lines of a quotation are never folded, since they would be lost to the reader. Markers are those of the
usual clients in sixteen languages.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from upheld.channels.mail.parsing.signatures import UNSEEN, without_signature
from upheld.kernel.html import clean_html, html_to_text, text_to_html

SUMMARY: Final = "Earlier messages"
SIGNATURE: Final = "Signature"
MOST_LINES: Final = 3000  # a longer text is not looked through
LONGEST_INTRODUCTION: Final = 5  # lines over which “On …, … wrote:” may be broken


class Folded(NamedTuple):
    """The two add up to the whole."""

    newest: str
    history: str


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
_DATED: Final = re.compile(r"\d{1,4}[./:\-年]\d|\d{4}|@")
_ADDRESSED: Final = re.compile(
    r"[^<>]{6,300}< ?[^<>\s]{3,200}>[^<>]{0,20}[:：]"
)  # as Gmail has it where no verb is used
_YEAR_AND_TIME: Final = re.compile(r"(?=.*\d{4}).*\d{1,2}[:.]\d\d")
_RULE: Final = re.compile(
    r"\s*[-_=]{3,}\s*(?:original message|reply message|ursprüngliche nachricht|original-nachricht|message d'origine"
    r"|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|wiadomość oryginalna"
    r"|originalmeddelande|исходное сообщение|原始邮件|原始郵件|元のメッセージ)\s*[-_=]{3,}\s*",
    re.IGNORECASE,
)
_FORWARD: Final = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|wg|tr|rv|enc|i|doorst|vs|vb|vl|pd|转发|轉寄|転送)\s*[:：]", re.IGNORECASE
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


def is_forward(title: str) -> bool:
    """Whether the mail hands another one on: then what looks like a quotation is what it is about."""
    return _FORWARD.match(title) is not None


def folded(text: str, title: str = "") -> Folded:
    """Part a text at the point from which only earlier messages follow.

    A text that is nothing but a quotation, and a mail that by its title hands another one on, stay whole.
    """
    lines = text.split("\n")
    if is_forward(title):
        return Folded(text, "")
    cut = _first_of_history([UNSEEN.sub("", line).replace("\u00a0", " ") for line in lines])
    if cut is None or not "".join(lines[:cut]).strip():
        return Folded(text, "")
    return Folded("\n".join(lines[:cut]).rstrip(), "\n".join(lines[cut:]))


def _first_of_history(lines: list[str]) -> int | None:
    tail = _quoted_tail(lines)
    for at, line in enumerate(lines[:MOST_LINES]):
        if line.startswith(">") or not line.strip():
            continue
        if _RULE.fullmatch(line[:200]) or _ABOVE.fullmatch(line[:200]) or _is_head_of_mail(lines, at):
            return at - 1 if at and re.fullmatch(r"\s*[_-]{10,200}\s*", lines[at - 1]) else at
        length = _introduction(lines, at)
        if length and _only_quoted_after(lines, at + length, tail):
            return at
    return tail


def _introduction(lines: list[str], at: int) -> int:
    """Over how many lines “On …, … wrote:” stands here; 0 if it does not."""
    whole = ""
    for length, line in enumerate(lines[at : at + LONGEST_INTRODUCTION], 1):
        if not line.strip() or line.startswith(">"):
            return 0
        whole = f"{whole} {line.strip()}".strip()
        if len(whole) > 500:
            return 0
        if whole.endswith((":", "：")) or (whole.startswith("--") and whole.endswith("--") and length > 0):
            return length if _introduces(whole) else 0
    return 0


def _introduces(line: str) -> bool:
    if _ADDRESSED.fullmatch(line) and _YEAR_AND_TIME.match(line):
        return True
    return _INTRODUCTION.fullmatch(line) is not None and _DATED.search(line) is not None


def _only_quoted_after(lines: list[str], at: int, tail: int | None) -> bool:
    """After its introduction a quotation either is marked to the end, or is not marked at all."""
    following = next((line for line in lines[at:] if line.strip()), "")
    return not following.startswith(">") or (tail is not None and tail <= at + _blanks(lines, at))


def _blanks(lines: list[str], at: int) -> int:
    count = 0
    while at + count < len(lines) and not lines[at + count].strip():
        count += 1
    return count


def _quoted_tail(lines: list[str]) -> int | None:
    """Where the block of marked lines begins with which the text ends (a signature may follow it)."""
    end = len(lines)
    for at in range(end - 1, max(0, end - 12), -1):
        if lines[at].startswith(">"):
            break  # what stands below a signature is the quotation, and the signature is no end
        if lines[at].rstrip("\r") == "-- " or lines[at] == "--":
            end = at
            break
    at = end
    while at and (lines[at - 1].startswith(">") or not lines[at - 1].strip()):
        at -= 1
    while at < end and not lines[at].startswith(">"):
        at += 1
    return at if at < end else None


def _is_head_of_mail(lines: list[str], at: int) -> bool:
    """The lines From, Sent, To, Subject with which Outlook begins what it quotes: “From” first and two more right after."""
    first = _LABELS.match(lines[at][:300])
    if first is None or first["from"] is None:
        return False
    following = [_LABELS.match(line[:300]) for line in lines[at + 1 : at + 6]]
    return sum(found is not None and found["from"] is None for found in following) >= 2


# -- HTML ------------------------------------------------------------------------------------------------------------------

_HISTORY_BEGINS: Final = re.compile(
    r"<(?:div|blockquote|hr|table|p|span)\b(?:[^<>]{0,1000}?\b(?:class|id)\s*=\s*[\"']?"
    r"(?:gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|zmail_extra|OLK_SRC_BODY_SECTION"
    r"|(?:x_)?divRplyFwdMsg|(?:x_)?appendonsend|stopSpelling|mail-editor-reference-message-container)"
    r"|[^<>]{0,1000}?\bborder-top:\s*solid #(?:E1E1E1|B5C4DF) 1\.0pt|[^<>]{0,1000}?\btype\s*=\s*[\"']?cite)",
    re.IGNORECASE,
)
_SIGNATURE_BEGINS: Final = re.compile(
    r"<div\b[^<>]{0,1000}?\b(?:class|id)\s*=\s*[\"']?[^\"'<>]{0,200}?"
    r"(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|protonmail_signature_block|(?:x_)?Signature\b)",
    re.IGNORECASE,
)
_DIV: Final = re.compile(r"<(/?)div\b[^<>]*>?", re.IGNORECASE)
_HAS_WORDS: Final = re.compile(r">\s*[^\s<&]|&(?!nbsp;)|^\s*[^\s<&]|<img\b", re.IGNORECASE)


def folded_html(html: str, text: str, title: str = "") -> str:
    """Safe markup of a message, its earlier messages and its signature folded away; made from the text where there is no HTML."""
    if not html.strip():
        parted = folded(text, title)
        words, signature = without_signature(parted.newest)
        return _joined(_signed(text_to_html(words), text_to_html(signature)), text_to_html(parted.history))
    mark = None if is_forward(title) else _HISTORY_BEGINS.search(html)
    if (
        mark is None
        or not _HAS_WORDS.search(_without_head(html[: mark.start()]))
        or _goes_on_after(html[mark.start() :])
    ):
        return _cleaned(html).strip()
    return _joined(_cleaned(html[: mark.start()]), clean_html(html[mark.start() :]))


def _cleaned(html: str) -> str:
    """Safe markup, a signature at its end folded where the mail program marked it as one."""
    mark = _SIGNATURE_BEGINS.search(html)
    if mark is None or not _HAS_WORDS.search(_without_head(html[: mark.start()])):
        return clean_html(html)
    end = _end_of_div(html, mark.start())
    if html_to_text(html[end:][:20_000]).strip():
        return clean_html(html)
    return _signed(clean_html(html[: mark.start()]), clean_html(html[mark.start() :]))


def _end_of_div(html: str, start: int) -> int:
    """Where the element that begins here ends; at the end of all if it never does."""
    depth = 0
    for tag in _DIV.finditer(html, start):
        depth += -1 if tag[1] else 1
        if depth <= 0:
            return tag.end()
    return len(html)


def _signed(words: str, signature: str) -> str:
    if not signature.strip():
        return words
    return f"{words.strip()}<details><summary>{SIGNATURE}</summary>{signature.strip()}</details>"


def end_of_words(html: str) -> int:
    """Where what is new ends, and a signature or an earlier message begins; the end of all if neither is marked."""
    marks = (_HISTORY_BEGINS.search(html), _SIGNATURE_BEGINS.search(html))
    return min((mark.start() for mark in marks if mark is not None), default=len(html))


def _without_head(html: str) -> str:
    body = re.search(r"<body\b[^<>]*>", html, re.IGNORECASE)
    return html[body.end() :] if body else html


def _goes_on_after(html: str) -> bool:
    """Whether words follow after the last quotation, as where somebody answers below or between it."""
    end = html.lower().rfind("</blockquote>")
    return end >= 0 and bool(html_to_text(html[end:][:20_000]).strip())


def _joined(newest: str, history: str) -> str:
    if not history.strip():
        return newest.strip()
    return f"{newest.strip()}<details><summary>{SUMMARY}</summary>{history.strip()}</details>"

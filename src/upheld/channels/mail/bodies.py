"""What a reader sees of a mail: text, HTML, files. Everything is kept; what is too long for a page stays as a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from upheld.channels.mail.charsets import decode
from upheld.channels.mail.fields import text_of
from upheld.channels.mail.filenames import safe_name
from upheld.channels.mail.flowed import unflowed
from upheld.channels.mail.mime import Part
from upheld.kernel.html import html_to_text, text_to_html

LONGEST: Final = 250_000  # letters of text, or of HTML, on a page
MOST_FILES: Final = 200
_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-z0-9_:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file of a mail. `content_id` (without brackets) is what the HTML calls it by, if it does."""

    name: str
    content_type: str
    content_id: str
    data: bytes


@dataclass(slots=True)
class Body:
    """The HTML is as it came, not yet cleaned; empty if the mail had none."""

    text: str = ""
    html: str = ""
    files: list[ParsedFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def note(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


@dataclass(slots=True)
class _Block:
    """One piece of what is read, in one or both forms."""

    text: str = ""
    html: str = ""

    def as_html(self) -> str:
        return self.html or text_to_html(self.text)


def body_of(mail: Part) -> Body:
    """Read all parts once. Of alternatives the reader gets both forms, of which either may be made from the other."""
    body = Body()
    blocks = _blocks(mail, body)
    if any(block.html for block in blocks):
        body.html = _bounded("\n<br>\n".join(block.as_html() for block in blocks), body).strip()
    texts, room = [], LONGEST
    for block in blocks:
        text = block.text if block.text.strip() else html_to_text(block.html[:room])
        room = max(0, room - len(block.text or block.html))
        texts.append(text.strip("\n"))
    body.text = _bounded("\n\n".join(text for text in texts if text.strip()), body).strip()
    return body


def _blocks(part: Part, body: Body) -> list[_Block]:
    if part.content_type == "multipart/alternative" and part.children:
        return _one_of([_blocks(child, body) for child in part.children])
    if part.children:
        return [block for child in part.children for block in _blocks(child, body)]
    if part.main_type == "multipart":
        return []
    match _shown(part):
        case "text":
            return [_Block(text=_plain(part, body))]
        case "html":
            return [_Block(html=_page(part, body))]
    _keep(part, body)
    return []


def _one_of(forms: list[list[_Block]]) -> list[_Block]:
    """Alternatives as one piece: the last form with HTML, the last one that is only text."""
    both = _Block()
    for form in forms:
        if any(block.html for block in form):
            both.html = "\n<br>\n".join(block.as_html() for block in form)
        elif any(block.text.strip() for block in form):
            both.text = "\n\n".join(block.text for block in form)
    return [both] if both.html or both.text else []


def _shown(part: Part) -> str:
    """`text` or `html` if the part is read on the page, an empty text if it is a file."""
    disposition = part.disposition[0]
    if disposition == "attachment" or (part.depth and part.name and disposition != "inline"):
        return ""
    return {"text/html": "html", "text/plain": "text", "text/enriched": "text"}.get(part.content_type, "")


def _plain(part: Part, body: Body) -> str:
    text = _read(part, part.charset, body, "message.txt").replace("\r\n", "\n").replace("\r", "\n")
    if part.options.get("format", "").lower() == "flowed":
        return unflowed(text, drop_blank=part.options.get("delsp", "").lower() == "yes")
    return text


def _page(part: Part, body: Body) -> str:
    said = None if part.charset else _META_CHARSET.search(part.content()[:4000])
    return _read(part, said[1].decode("ascii") if said else part.charset, body, "message.html")


def _read(part: Part, charset: str, body: Body, name: str) -> str:
    """As much of the part as a page bears. If that is not all, the whole is kept as a file."""
    data = part.content()
    shown = data if len(data) <= 4 * LONGEST else data[: data.rfind(b"\n", LONGEST, 4 * LONGEST) + 1 or LONGEST]
    text = decode(shown, charset).removeprefix("\ufeff")
    if len(shown) == len(data) and len(text) <= LONGEST:
        return text
    body.note(f"too long for a page, kept whole as {name}")
    _add(body, ParsedFile(name, part.content_type, "", data))
    return text[:LONGEST]


def _keep(part: Part, body: Body) -> None:
    data = part.content()
    if not data and not part.name:
        return
    content_type = part.content_type[:127]
    name = part.name or ("message.eml" if content_type == "message/rfc822" else "")
    content_id = text_of(part.value("content-id")).strip("<> ")[:255]
    _add(body, ParsedFile(safe_name(name, content_type), content_type, content_id, data))


def _add(body: Body, file: ParsedFile) -> None:
    if len(body.files) < MOST_FILES:
        body.files.append(file)
    else:
        body.note("too many files")


def _bounded(text: str, body: Body) -> str:
    if len(text) > LONGEST:
        body.note("too long for a page")
    return text[:LONGEST]

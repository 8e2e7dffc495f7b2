"""What a reader sees of a mail: text, HTML, files. Everything is kept; what is too long for a page stays as a file."""

from __future__ import annotations

import mimetypes
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from upheld.channels.mail.parsing import secured, winmail
from upheld.channels.mail.parsing.charsets import decode
from upheld.channels.mail.parsing.fields import mailboxes, text_of
from upheld.channels.mail.parsing.filenames import safe_name
from upheld.channels.mail.parsing.flowed import unflowed
from upheld.channels.mail.parsing.invitations import invitations
from upheld.channels.mail.parsing.mime import DEEPEST, TOO_DEEP, TOO_MANY_PARTS, Part, read, read_head
from upheld.channels.mail.parsing.quoting import end_of_words, folded
from upheld.channels.mail.parsing.uuencoded import taken_out
from upheld.kernel.html import html_to_text, text_to_html

LONGEST: Final = 250_000  # letters of text, or of HTML, on a page
MOST_FILES: Final = 200
MOST_ASIDES: Final = 20
MOST_WRAPPERS: Final = 10
MOST_OF_A_HEAD: Final = 64 * 1024
TOO_LONG: Final = "too long for a page"
TOO_MANY_FILES: Final = "too many files"
_PICTURE: Final = re.compile(r"<img\b", re.IGNORECASE)
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
    """The HTML is as it came, not yet cleaned; empty if the mail had none.

    `asides` are our own words about parts that are no text themselves; `spare` is what a wrapper says, where nothing else does.
    """

    text: str = ""
    html: str = ""
    files: list[ParsedFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    asides: dict[str, str] = field(default_factory=dict)
    spare: list[_Block] = field(default_factory=list)

    looked_into: Counter[str] = field(default_factory=Counter)

    def may_look_into(self, kind: str, effort: int, most: int, *, is_last_whole: bool = False) -> bool:
        """Whether there is room for one more of what takes effort to read. What is not looked into is kept as it came."""
        before = self.looked_into[kind]
        self.looked_into[kind] += effort
        return before <= most if is_last_whole else before + effort <= most

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
    if not any(block.text.strip() or block.html.strip() for block in blocks):
        blocks += body.spare
    is_page = any(block.html for block in blocks)
    if is_page or (any(body.asides.values()) and not any(re.search(r"^>", one.text, re.MULTILINE) for one in blocks)):
        body.html = _bounded("\n<br>\n".join(block.as_html() for block in blocks), body).strip()
    texts, room = [], LONGEST
    for block in blocks:
        text = block.text if block.text.strip() else html_to_text(block.html[:room])
        room = max(0, room - len(block.text or block.html))
        texts.append(text.strip("\n"))
    body.text = _bounded("\n\n".join(text for text in texts if text.strip()), body).strip()
    _with_asides(body)
    _keep_all(mail, body)
    return body


def _keep_all(mail: Part, body: Body) -> None:
    """Where there are more parts or files than anybody can be shown, the mail as it came is one more file."""
    if not {TOO_MANY_FILES, TOO_LONG, TOO_MANY_PARTS, TOO_DEEP}.isdisjoint((*body.problems, *mail.problems)):
        body.files.append(ParsedFile("original-mail.txt", "application/octet-stream", "", mail.raw))


def _with_asides(body: Body) -> None:
    """Our own words stand below what is new and above what is quoted, which is folded only where it goes on to the end."""
    if not body.asides:
        return
    newest, history = folded(body.text)
    body.text = "\n\n".join(part for part in (newest, *body.asides, history) if part.strip()).strip()
    if body.html:
        at = end_of_words(body.html)
        said = "".join(html or text_to_html(text) for text, html in body.asides.items())
        body.html = body.html[:at] + said + body.html[at:]


def _blocks(part: Part, body: Body) -> list[_Block]:
    if secured.is_sealed(part):
        body.asides[secured.SEALED] = ""
        for leaf in part.leaves():
            _keep(leaf, body)
        return []
    if part.content_type == "multipart/alternative" and part.children:
        return _one_of([_blocks(child, body) for child in part.children], body)
    if part.children:
        return [block for child in part.children for block in _blocks(child, body)]
    if part.main_type == "multipart":
        return []
    shown = _shown(part)
    if shown and not body.may_look_into("text", part.end - part.start, 4 * LONGEST, is_last_whole=True):
        body.note(TOO_LONG)
        shown = ""
    if shown and part.depth and part.name:
        _keep(part, body)  # shown here, and to be had under its name
    match shown:
        case "text":
            return [_Block(text=_plain(part, body))]
        case "html":
            return [_Block(html=_page(part, body))]
    if secured.is_cms(part):
        return _envelope(part, body)
    if part.content_type in winmail.TYPES or part.name.lower() == "winmail.dat":
        if body.may_look_into("winmail.dat", 1, MOST_WRAPPERS):
            _unwrap(part, body)
    elif part.content_type == "text/calendar":
        calendar = part.beginning(LONGEST)
        if body.may_look_into("calendar", len(calendar), LONGEST):
            for found in invitations(decode(calendar, part.charset or "utf-8")):
                body.asides[found.text] = found.html
    elif part.content_type == "message/rfc822" and body.may_look_into("mail", 1, MOST_ASIDES):
        _mention(part, body)
    _keep(part, body)
    return []


def _envelope(part: Part, body: Body) -> list[_Block]:
    """S/MIME in one piece: if it is only signed, the mail inside is read; the envelope is kept in any case."""
    data = part.content()
    may_look = part.depth < DEEPEST and body.may_look_into("envelope", 1, MOST_WRAPPERS)
    inner = secured.signed_content(data) if may_look else None
    if inner is None:
        if b"compressed" not in part.value("content-type"):
            body.asides[secured.SEALED] = ""
        _keep(part, body)
        return []
    at = len(body.files)
    del data  # of a large one there is room for one copy at a time
    blocks = _blocks(read(inner, depth=part.depth + 1), body)
    del inner
    if len(body.files) < MOST_FILES:
        body.files.insert(at, ParsedFile(safe_name(part.name or "smime.p7m"), secured.SIGNED_TYPE, "", part.content()))
    else:
        body.note(TOO_MANY_FILES)
    return blocks


def _unwrap(part: Part, body: Body) -> None:
    found = winmail.unwrapped(part.content())
    if found.text or found.html:
        body.spare.append(_Block(text=found.text, html=found.html))
    for name, data in found.files:
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        _add(body, ParsedFile(safe_name(name), content_type, "", data))


def _mention(part: Part, body: Body) -> None:
    """Say what the attached mail is, so that nobody has to open it to know."""
    head = read_head(part.beginning(MOST_OF_A_HEAD))
    title, senders = text_of(head.value("subject"))[:200], mailboxes(head.value("from"))
    if not title and not senders:
        return
    sender = f", from {senders[0].name or senders[0].address}" if senders else ""
    text = f"Attached mail: {title or '(no subject)'}{sender}"
    body.asides[text] = ""


def _one_of(forms: list[list[_Block]], body: Body) -> list[_Block]:
    """Alternatives as one piece: the last form with HTML, the last one that is only text.

    Programs put things there that are no alternatives of each other: a form that would be seen nowhere, and says something
    else, is kept as a file.
    """
    with_pages = [form for form in forms if any(block.html for block in form)]
    pages = ["\n<br>\n".join(block.as_html() for block in form) for form in with_pages]
    texts = ["\n\n".join(block.text for block in form) for form in forms if form not in with_pages]
    beside = [block.text for form in with_pages for block in form if block.html and block.text.strip()]
    pages = [page for page in pages if page.strip()]
    texts = [text for text in texts if text.strip()]
    if texts and pages and not html_to_text(pages[-1][:LONGEST]).strip() and not _PICTURE.search(pages[-1]):
        pages.pop()  # an empty page would hide the words
    both = _Block("".join(texts[-1:]), "".join(pages[-1:]))
    _keep_unseen([*texts[:-1], *beside], pages[:-1], both, body)
    return [both] if both.html or both.text else []


def _keep_unseen(texts: list[str], pages: list[str], shown: _Block, body: Body) -> None:
    if not texts and not pages:
        return
    seen = _words(shown.text) | _words(html_to_text(shown.html[:LONGEST]))
    room = LONGEST  # letters that are compared; a form beyond that is kept as if it said something else
    for form, kind in [*((text, "text/plain") for text in texts), *((page, "text/html") for page in pages)]:
        if len(form) > room or not _words(html_to_text(form) if kind == "text/html" else form) <= seen:
            name = "message.html" if kind == "text/html" else "message.txt"
            _add(body, ParsedFile(name, kind, "", form.encode("utf-8", "replace")))
        room -= len(form) + 1000


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{2,}", text))


def _shown(part: Part) -> str:
    """`text` or `html` if the part is read on the page, an empty text if it is a file."""
    disposition = part.disposition[0]
    if disposition == "attachment" or (part.depth and part.name and disposition != "inline"):
        return ""
    return {"text/html": "html", "text/plain": "text", "text/enriched": "text"}.get(part.content_type, "")


def _plain(part: Part, body: Body) -> str:
    if part.is_as_it_stands:
        data, files = taken_out(part.raw, part.start, part.end)
    else:
        content = part.content()
        data, files = taken_out(content, 0, len(content))
    for name, content in files:
        _add(body, ParsedFile(safe_name(decode(name, part.charset)), "application/octet-stream", "", content))
    text = _read(part, data, part.charset, body, "message.txt").replace("\r\n", "\n").replace("\r", "\n")
    if part.options.get("format", "").lower() == "flowed":
        return unflowed(text, drop_blank=part.options.get("delsp", "").lower() == "yes")
    return text


def _page(part: Part, body: Body) -> str:
    data = part.content()
    said = None if part.charset else _META_CHARSET.search(data[:4000])
    return _read(part, data, said[1].decode("ascii") if said else part.charset, body, "message.html")


def _read(part: Part, data: bytes, charset: str, body: Body, name: str) -> str:
    """As much of the part as a page bears. If that is not all, the whole is kept as a file."""
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
        body.note(TOO_MANY_FILES)


def _bounded(text: str, body: Body) -> str:
    if len(text) > LONGEST:
        body.note(TOO_LONG)
    return text[:LONGEST]

"""Markup from outside: made safe to show, turned into text, made from text.

Whatever goes into a reader's page passes ``clean_html`` (ammonia, an allow-list) as its last
step. Scripts, styles, forms, frames, event handlers, ids and classes are gone; links open
apart and tell the target nothing of us; only http, https, mailto and tel links remain.
Pictures stay for http(s), for the message's own parts (``cid:``) and as inline bitmaps.
"""

import re
from html import escape
from html.parser import HTMLParser
from typing import Final

import nh3

from upheld.kernel.nesting import element_names, shallow

_TAGS: Final = element_names(
    "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div "
    "dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby "
    "s samp small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u "
    "ul var wbr"
)
_DROPPED_WHOLE: Final = {"script", "style", "title", "template", "iframe", "noembed", "noframes"}
_ATTRIBUTES: Final = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "col": {"span"},
    "colgroup": {"span"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "time": {"datetime"},
}
_LINK_SCHEMES: Final = ("http:", "https:", "mailto:", "tel:")
_PICTURE_SCHEMES: Final = ("http:", "https:", "cid:")
_BITMAP: Final = re.compile(r"data:image/(png|jpe?g|gif|webp);base64,", re.IGNORECASE)
_URL_SCHEMES: Final = {"http", "https", "mailto", "tel", "cid", "data"}


def _allowed_value(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if value.strip().lower().startswith(_LINK_SCHEMES) else None
    if name == "src":
        source = value.strip().lower()
        return value if source.startswith(_PICTURE_SCHEMES) or _BITMAP.match(source) else None
    if name in {"colspan", "rowspan", "span", "width", "height"}:
        return value if re.fullmatch(r"[0-9]{1,4}", value) else None
    return value


def clean_html(html: str) -> str:
    """Markup that is safe to place in a page, whatever came in. Never raises over its input;
    balanced, so that it cannot close an element around it."""
    return nh3.clean(
        shallow(_encodable(html)),
        tags=set(_TAGS),
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed_value,
        url_schemes=_URL_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def html_to_text(html: str) -> str:
    """What a reader would read, as plain text: paragraphs apart, lists with dashes or numbers,
    quotations behind ``> ``, a link's address in brackets where its text does not show it."""
    writer = _TextWriter()
    writer.feed(clean_html(html))
    writer.close()
    return writer.text()


_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def text_to_html(text: str) -> str:
    """Plain text as markup: every special character and quotation mark escaped, web addresses
    linked, blank lines between paragraphs, ``> `` lines as quotations."""
    html: list[str] = []
    depth, paragraph = 0, list[str]()

    def finish_paragraph() -> None:
        if paragraph:
            html.append(f"<p>{'<br>'.join(paragraph)}</p>")
            paragraph.clear()

    for line in _encodable(text).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        marks = re.match(r"(?:> ?){0,20}", line)
        level = marks[0].count(">") if marks else 0
        if level != depth:
            finish_paragraph()
            html.append("<blockquote>" * (level - depth) + "</blockquote>" * (depth - level))
            depth = level
        content = line[marks.end() :] if marks else line
        if content.strip():
            paragraph.append(_with_links(content.rstrip()))
        else:
            finish_paragraph()
    finish_paragraph()
    return "".join(html) + "</blockquote>" * depth


def _with_links(line: str) -> str:
    parts, at = [], 0
    for found in _ADDRESS.finditer(line):
        address = escape(found[0])
        parts.append(escape(line[at : found.start()]))
        parts.append(f'<a href="{address}" rel="noopener noreferrer nofollow" target="_blank">{address}</a>')
        at = found.end()
    return "".join(parts) + escape(line[at:])


_OWN_LINE: Final = element_names("div p center figure figcaption dl dt dd table tr caption details")
_APART: Final = element_names("p ul ol dl pre table blockquote h1 h2 h3 h4 h5 h6 figure")
_BLOCKS: Final = _OWN_LINE | _APART | {"li", "hr", "summary"}


class _TextWriter(HTMLParser):
    """Reads cleaned, balanced markup only."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = []
        self._line = ""
        self._quotes = 0
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []
        self._pre = 0
        self._written = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end_line(apart=tag in _APART and not (tag in {"ul", "ol"} and self._lists))
        given = dict(attrs)
        match tag:
            case "br":
                self._new_line()
            case "hr":
                self._line = "---"
                self._end_line()
            case "blockquote":
                self._quotes += 1
            case "pre":
                self._pre += 1
            case "ul":
                self._lists.append(None)
            case "ol":
                start = given.get("start") or ""
                self._lists.append(int(start) if re.fullmatch(r"\d{1,6}", start) else 1)
            case "li":
                self._line = self._bullet()
            case "td" | "th" if self._line.strip():
                self._line = self._line.rstrip() + "  "
            case "a":
                self._links.append((given.get("href") or "", self._written))
            case "img":
                self.handle_data(given.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._close_link(*self._links.pop())
        if tag in _BLOCKS:
            self._end_line(apart=tag in _APART and len(self._lists) < 2)
        if tag == "blockquote":
            self._quotes -= 1
        elif tag == "pre":
            self._pre -= 1
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()

    def handle_data(self, data: str) -> None:
        self._written += len(data.strip())
        if self._pre:
            *whole, rest = data.split("\n")
            for line in whole:
                self._line += line
                self._new_line()
            self._line += rest
            return
        words = re.sub(r"[ \t\n\r\f]+", " ", data)
        self._line += words.lstrip(" ") if not self._line or self._line.endswith(" ") else words

    def text(self) -> str:
        """The lines so far; never more than one blank line in a row."""
        self._end_line()
        written: list[str] = []
        before, blank = 0, False
        for quotes, line in self._lines:
            if not line.strip():
                blank = True
                continue
            if blank and written:
                written.append(("> " * min(before, quotes)).rstrip())
            written.append("> " * quotes + line)
            before, blank = quotes, False
        return "\n".join(written)

    def _bullet(self) -> str:
        indent = "  " * (len(self._lists) - 1)
        if not self._lists or self._lists[-1] is None:
            return indent + "- "
        number = self._lists[-1]
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _close_link(self, href: str, written_before: int) -> None:
        address = href.removeprefix("mailto:").removeprefix("tel:")
        if self._written == written_before:
            self.handle_data(address)
        elif address.rstrip("/") not in self._line.replace("\N{NO-BREAK SPACE}", " "):
            self._line = f"{self._line.rstrip()} [{address}]"

    def _new_line(self) -> None:
        self._lines.append((self._quotes, self._line if self._pre else self._line.rstrip()))
        self._line = ""

    def _end_line(self, *, apart: bool = False) -> None:
        if self._line.strip():
            self._new_line()
        self._line = ""
        if apart:
            self._lines.append((self._quotes, ""))

"""A second opinion on cleaned markup, by two parsers that the sanitiser does not use."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

from lxml import html as lxml_html  # type: ignore[import-untyped]

_ACTING = (
    "script style iframe frame frameset object embed applet link meta base svg math template video audio source canvas"
)
_ASKING = "form input button select textarea option dialog slot"
_OUTER = "title plaintext xmp noscript head body html"
FORBIDDEN: Final = frozenset(f"{_ACTING} {_ASKING} {_OUTER}".split())
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
VOID: Final = frozenset(["br", "hr", "img", "wbr", "col"])
SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})


class _Looking(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += _wrong(tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}> closes something else")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"a comment: {data[:20]}")


def faults(html: str) -> list[str]:
    """What could act, reach out, or close an element around it. Empty for markup that may stand in a page."""
    looking = _Looking()
    looking.feed(html)
    looking.close()
    found = looking.found + [f"<{tag}> is left open" for tag in looking.open]
    readable = _CONTROL.sub(" ", html)
    if readable.strip():
        for element in lxml_html.document_fromstring(f"<section>{readable}</section>").iter():
            if isinstance(element.tag, str) and element.tag not in {"html", "body", "section"}:
                found += _wrong(element.tag, {str(name): str(value) for name, value in element.attrib.items()})
    return found


def _wrong(tag: str, attributes: dict[str, str]) -> list[str]:
    found = [f"<{tag}>"] if tag in FORBIDDEN else []
    for name, value in attributes.items():
        if name.startswith("on") or name in {
            "style",
            "class",
            "id",
            "name",
            "srcset",
            "srcdoc",
            "action",
            "ping",
            "background",
        }:
            found.append(f"{name} of <{tag}>")
        if name == "href" and _scheme(value) not in SCHEMES:
            found.append(f"href {value[:40]}")
        if name == "src" and not (_scheme(value) in {"http", "https", "cid"} or _is_bitmap(value)):
            found.append(f"src {value[:40]}")
    return found


def _scheme(value: str) -> str:
    try:
        return urlsplit(value.strip()).scheme.lower()
    except ValueError:
        return value.strip().partition(":")[0].lower()


def _is_bitmap(value: str) -> bool:
    return (
        value.lower()
        .strip()
        .startswith(tuple(f"data:image/{kind};base64," for kind in ("png", "jpg", "jpeg", "gif", "webp")))
    )

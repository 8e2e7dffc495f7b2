"""Keeps markup from strangers cheap to parse: bounded nesting, nothing that multiplies.

An HTML parser that follows the standard walks its stack of open elements for most tags, so
half a megabyte of ``<div>`` keeps it busy for half a minute. It also opens each unclosed
``<b>`` or ``<a>`` anew in every following paragraph, so a few kilobytes become many megabytes.
Ordinary markup passes here nearly untouched. Big or odd markup is rewritten: nested properly,
at most ``DEEPEST`` deep, formatting closed where its paragraph ends. It makes nothing safe:
sanitising comes after.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator

DEEPEST = 256
_FEW_TAGS = 2_000
_FEW_FORMATTING = 100
_MOST_FORMATTING = 8
_LONGEST_TAG = 4_000


def element_names(text: str) -> frozenset[str]:
    """Names parted by blanks, as a set."""
    return frozenset(text.split())


_VOID = element_names("area base br col embed hr img input link meta source track wbr")
_PLAIN_FORMATTING = element_names("b big code em font i nobr s small strike strong tt u")
_FORMATTING = _PLAIN_FORMATTING | {"a"}

_CELLS = element_names("td th caption")
_ROWS = element_names("table thead tbody tfoot tr colgroup")
_ENDS_PARAGRAPH = element_names(
    "address article aside blockquote center details dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 "
    "h6 header hgroup hr main menu nav ol p pre section summary table ul li dt dd"
)
_AROUND_PARAGRAPH = _CELLS | _ROWS | element_names("button object template")

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^<>]*>")
_WHOLE_TAG = re.compile(
    r"""<[a-z][^\s/<>"'=]*+(?:[\s/]++|[^\s"'<>=/]++(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>]++))?+)*+>""",
    re.IGNORECASE,
)
_NO_ELEMENT = re.compile(r"<[!?/][^<>]*>")
_BARE_AMPERSAND = re.compile(r"&(?![a-zA-Z#])")
_FORMATTING_TAG = re.compile(rf"<({'|'.join(sorted(_PLAIN_FORMATTING))})[\s/][^<>]*>", re.IGNORECASE)
_FORMATTING_COUNT = re.compile(rf"<(?:{'|'.join(sorted(_FORMATTING))})[\s/>]", re.IGNORECASE)
_LONG_TAG = re.compile(rf"<(?!img\b)[^<>]{{{_LONGEST_TAG},}}>", re.IGNORECASE)
_RAW = re.compile(r"<(script|style|title|textarea|xmp|iframe|noembed|noframes)\b[^<>]*>", re.IGNORECASE)


def shallow(html: str) -> str:
    """Markup with the same content that costs a parser time and room linear in its length."""
    calm = _FORMATTING_TAG.sub(r"<\1>", _BARE_AMPERSAND.sub("&amp;", html))
    if (
        calm.count("<") <= _FEW_TAGS
        and len(_FORMATTING_COUNT.findall(calm)) <= _FEW_FORMATTING
        and not _LONG_TAG.search(calm)
    ):
        return calm
    return "".join(_rewritten(_without_raw(calm)))


def _without_raw(html: str) -> str:
    """Drop comments and elements whose content is not markup, so that every tag left is one."""
    html = _cut(html, re.compile("<!--"), lambda _: re.compile("-->"))
    return _cut(html, _RAW, lambda found: re.compile(rf"</{found[1]}\s*>", re.IGNORECASE))


def _cut(html: str, opening: re.Pattern[str], closing: Callable[[re.Match[str]], re.Pattern[str]]) -> str:
    kept, at = [], 0
    while found := opening.search(html, at):
        kept.append(html[at : found.start()])
        end = closing(found).search(html, found.end())
        if end is None:
            return "".join(kept)
        at = end.end()
    kept.append(html[at:])
    return "".join(kept)


def _rewritten(html: str) -> Iterator[str]:
    nest, at = _Nest(), 0
    for tag in _TAG.finditer(html):
        yield _as_text(html[at : tag.start()])
        at = tag.end()
        name = tag[2].lower()
        if tag[1]:
            yield from nest.close(name)
        elif name in _VOID:
            yield from nest.make_room(name)
            yield _plain(tag) if len(tag[0]) <= _LONGEST_TAG or name == "img" else ""
        else:
            yield from nest.make_room(name)
            yield from nest.open(name, _plain(tag))
    yield _as_text(html[at:])


def _as_text(between: str) -> str:
    """What stands between tags, so that a parser finds no element in it either: of `<div <p>` we see a `p`, and it a `div`."""
    return _NO_ELEMENT.sub("", between).replace("<", "&lt;") if "<" in between else between


def _plain(tag: re.Match[str]) -> str:
    """The tag as it stands; without its attributes where a quotation in them goes on behind its end."""
    return tag[0] if _WHOLE_TAG.fullmatch(tag[0]) else f"<{tag[2]}>"


class _Nest:
    """The elements open so far; what it yields is nested properly."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._count = Counter[str]()
        self._formatting = 0

    def make_room(self, name: str) -> Iterator[str]:
        """End what the standard lets this element end without saying so, with all inside it."""
        if name in {"li", "dt", "dd"}:
            same, around = ({"li"}, {"ul", "ol"}) if name == "li" else ({"dt", "dd"}, {"dl"})
            yield from self._end(same, _AROUND_PARAGRAPH | around)
        if name in _ENDS_PARAGRAPH:
            yield from self._end({"p"}, _AROUND_PARAGRAPH)
        elif name in _CELLS and self._count["table"]:
            yield from self._back_to({"table", "tr"})
        elif name in _ROWS:
            yield from self._back_to({"table", "thead", "tbody", "tfoot"} if name == "tr" else {"table"})

    def open(self, name: str, tag: str) -> Iterator[str]:
        refused = len(self._open) >= DEEPEST or len(tag) > _LONGEST_TAG
        if name in _FORMATTING:
            outside_cell = bool(self._open) and self._open[-1] in _ROWS
            refused |= self._formatting >= _MOST_FORMATTING or outside_cell
        if not refused:
            self._open.append(name)
            self._count[name] += 1
            self._formatting += name in _FORMATTING
            yield tag

    def close(self, name: str) -> Iterator[str]:
        yield from self._end({name}, frozenset())

    def _end(self, names: set[str], around: frozenset[str] | set[str]) -> Iterator[str]:
        if not any(self._count[name] for name in names):
            return  # nearly always, and cheaper than a walk over all that is open
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth] in names:
                yield from self._pop_to(depth)
                return
            if self._open[depth] in around:
                return

    def _back_to(self, names: set[str]) -> Iterator[str]:
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth] in names:
                yield from self._pop_to(depth + 1)
                return

    def _pop_to(self, depth: int) -> Iterator[str]:
        while len(self._open) > depth:
            name = self._open.pop()
            self._count[name] -= 1
            self._formatting -= name in _FORMATTING
            yield f"</{name}>"

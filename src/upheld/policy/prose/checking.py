"""All the words of a policy held against it: every problem of every file, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from upheld.kernel.text import listed, nearest
from upheld.policy.document import Document
from upheld.policy.errors import Problem
from upheld.policy.prose.folder import document_of, language_of, too_much
from upheld.policy.prose.known import Known
from upheld.policy.prose.names import read_names
from upheld.policy.prose.placeholders import Fault, Placeholder, pieces
from upheld.policy.prose.references import faults_of

_HTML = re.compile(r"</?[a-zA-Z][^>@:]*>|<!--")
_LINK = re.compile(r"\]\(\s*<?([^)\s>]*)")
_SCHEMES = ("https://", "http://", "mailto:", "tel:", "#", "{{")


def check_words(words: Mapping[str, bytes], documents: Mapping[str, Document]) -> list[Problem]:
    """What is wrong with the files under words/, by path. `documents` are the policy's own files as read."""
    problems = too_much(words)
    if problems:
        return problems
    known = Known(documents)
    for path, raw in words.items():
        problems += _language(path, known)
        if document_of(path):
            text, unread = _decoded(path, raw)
            problems += unread
            problems += _prose(path, text, known) if text is not None else []
        else:
            problems += read_names(path, raw, known)[1]
    return problems


def _language(path: str, known: Known) -> list[Problem]:
    languages = known.section("languages")
    language = language_of(path)
    if languages is None or language in languages:
        return []
    near = nearest(language, languages)
    remedy = f"Did you mean '{near}'?" if near else f"Add it to languages of policy.yaml: {listed([*languages])}."
    return [Problem(path, 1, 1, "", f"The policy does not have the language '{language}'.", remedy)]


def _decoded(path: str, raw: bytes) -> tuple[str | None, list[Problem]]:
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return None, [Problem(path, line, 1, "", "The file is not UTF-8 text here.", "Save it in the encoding UTF-8.")]


def _prose(path: str, text: str, known: Known) -> list[Problem]:
    problems = []
    lines = text.replace("\r\n", "\n").split("\n")
    if not re.match(r"# \S", lines[0]):
        remedy = "Begin with '# ' and what the document is called."
        problems.append(Problem(path, 1, 1, "", "The first line is no title.", remedy))
    for number, line in enumerate(lines, 1):
        for key, fault in _faults(line, number, known, document_of(path)):
            problems.append(Problem(path, fault.line, fault.column, key, fault.problem, fault.remedy))
    return problems


def _faults(line: str, number: int, known: Known, document: str) -> Iterator[tuple[str, Fault]]:
    found, faults = pieces(line, number)
    yield from (("", fault) for fault in faults)
    alone = sum(not isinstance(piece, str) or bool(piece.strip()) for piece in found) == 1
    for piece in found:
        if isinstance(piece, Placeholder):
            yield from ((piece.name, fault) for fault in faults_of(piece, known, document, alone=alone))
    for tag in _HTML.finditer(line):
        remedy = "Write Markdown: **bold**, *emphasis*, lists, tables."
        yield "", Fault(number, tag.start() + 1, f"'{tag[0][:40]}' is HTML, which no document takes over.", remedy)
    for link in _LINK.finditer(line):
        if link[1] and not link[1].startswith(_SCHEMES):
            remedy = "Begin it with https:, mailto: or '#' and a heading of this document."
            yield "", Fault(number, link.start(1) + 1, f"'{link[1][:60]}' cannot be linked to.", remedy)

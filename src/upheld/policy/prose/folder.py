"""Which files stand under words/, and how much of them there may be."""

from __future__ import annotations

import re
from collections.abc import Mapping

from upheld.kernel.text import listed, nearest
from upheld.policy.errors import Problem

DOCUMENTS = (
    "support-policy",
    "representatives-guide",
    "level-charter",
    "escalation-directory",
    "service-levels",
    "hours-and-holidays",
    "plan-summary",
    "account-annex",
)
NAMES = "names.yaml"
MOST_WORDS_FILES = 400
LARGEST_WORDS_FILE = 256 * 1024
LARGEST_WORDS = 8 * 1024 * 1024

_PATH = re.compile(r"words/([^/]+)/([^/]+)")
_KNOWN = (*(f"{document}.md" for document in DOCUMENTS), NAMES)


def document_file(document: str, language: str) -> str:
    """`words/de/support-policy.md`."""
    return f"words/{language}/{document}.md"


def names_file(language: str) -> str:
    return f"words/{language}/{NAMES}"


def is_words_file(path: str) -> bool:
    """Whether a policy can hold such a file: the language is not looked at here."""
    found = _PATH.fullmatch(path)
    return bool(found) and found[2] in _KNOWN if found else False


def language_of(path: str) -> str:
    found = _PATH.fullmatch(path)
    return found[1] if found else ""


def document_of(path: str) -> str:
    """The document of a file of prose; empty for names.yaml."""
    name = path.rpartition("/")[2]
    return name.removesuffix(".md") if name.endswith(".md") else ""


def words_of(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files under words/ among the sources, in order of their paths."""
    return {path: sources[path] for path in sorted(sources) if is_words_file(path)}


def stranger(path: str) -> Problem:
    """What is wrong with a file under words/ that no document is made of."""
    shown = path.encode("utf-8", "replace").decode()
    near = nearest(shown.rpartition("/")[2], _KNOWN)
    where = "Words stand in words/<language>/, as in words/en/support-policy.md."
    known = f"The files of a language are {listed(_KNOWN)}."
    remedy = where if not _PATH.fullmatch(path) else f"Did you mean '{near}'?" if near else known
    return Problem(shown, 1, 1, "", f"Unknown file '{shown}'.", remedy)


def too_much(words: Mapping[str, bytes]) -> list[Problem]:
    """More prose than any company has: refused before it is read."""
    if len(words) > MOST_WORDS_FILES:
        problem = f"There are {len(words)} files under words/; {MOST_WORDS_FILES} are the most."
        return [Problem("words", 1, 1, "", problem, "Take out the languages that nobody reads.")]
    if sum(map(len, words.values())) > LARGEST_WORDS:
        return [Problem("words", 1, 1, "", "The files under words/ are larger than 8 MiB together.", "Shorten them.")]
    large = f"The file is larger than {LARGEST_WORDS_FILE // 1024} KiB."
    return [
        Problem(path, 1, 1, "", large, "Shorten it: a document is read by people.")
        for path, raw in words.items()
        if len(raw) > LARGEST_WORDS_FILE
    ]

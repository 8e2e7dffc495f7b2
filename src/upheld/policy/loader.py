"""From a folder, or from stored files, to a policy: all problems of all files at once, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from upheld.kernel.text import nearest
from upheld.policy.declared import Declared
from upheld.policy.document import LARGEST_FILE, Document
from upheld.policy.errors import PolicyErrors, Problem
from upheld.policy.files import FILES, REQUIRED
from upheld.policy.model import Policy, Priority
from upheld.policy.nodes import Entries
from upheld.policy.prose.checking import check_words
from upheld.policy.prose.folder import MOST_WORDS_FILES, is_words_file, stranger, words_of
from upheld.policy.prose.names import with_names
from upheld.policy.reading import Reading, Session, Wrong
from upheld.policy.vocabulary import Vocabulary

MOST_FILES = 64


def load(folder: Path | str, *, vocabulary: Vocabulary | None = None) -> Policy:
    """The policy in this folder. Raises PolicyErrors with everything that is wrong in any of its files.

    With a vocabulary, subjects, events and attributes are checked as well.
    """
    sources, problems = _sources(Path(folder))
    return _loaded(sources, vocabulary, problems)


def load_sources(sources: Mapping[str, bytes], *, vocabulary: Vocabulary | None = None) -> Policy:
    """The policy of these files, as bytes by name: the form in which a version is stored."""
    return _loaded(dict(sources), vocabulary, [])


def check(folder: Path | str, *, vocabulary: Vocabulary | None = None) -> list[Problem]:
    """Everything that is wrong with the policy in this folder, in the order of files and lines; empty when it is fine."""
    try:
        load(folder, vocabulary=vocabulary)
    except PolicyErrors as errors:
        return errors.problems
    return []


def digest(policy: Policy) -> str:
    """A sha256 of the files that the policy was made of: equal for equal files, whatever their order."""
    total = hashlib.sha256()
    for name, raw in sorted(policy.sources.items()):
        total.update(f"{name}\0{len(raw)}\0".encode())
        total.update(raw)
    return total.hexdigest()


def read_documents(sources: Mapping[str, bytes]) -> dict[str, Document]:
    """The known files among the sources, in the order in which they are read."""
    return {name: Document(name, sources[name]) for name in FILES if name in sources}


def _loaded(sources: dict[str, bytes], vocabulary: Vocabulary | None, problems: list[Problem]) -> Policy:
    unreadable = {problem.file for problem in problems}
    problems = [*problems, *_strangers(sources), *_missing(sources, unreadable)]
    documents = read_documents(sources)
    for document in documents.values():
        problems += document.problems
    session = Session(Declared({name: document.root for name, document in documents.items()}), vocabulary)
    sections: dict[str, Any] = {}
    for name, document in documents.items():
        if document.root is None and document.problems:
            continue
        root = document.root if document.root is not None and not document.root.is_null else Entries(1, 1)
        if isinstance(root, Entries) and not root.entries and name not in REQUIRED:
            continue
        read = FILES[name].read(root, Reading(session, name, (), root.line, root.column, ""))
        if not isinstance(read, Wrong):
            sections.update(read)
    problems += session.problems
    problems += check_words(words_of(sources), documents)
    if problems:
        raise PolicyErrors(problems)
    return _policy(sections, sources)


def _policy(sections: dict[str, Any], sources: dict[str, bytes]) -> Policy:
    priorities: dict[str, Priority] = sections.get("priorities", {})
    sections["priorities"] = {name: replace(one, rank=rank) for rank, (name, one) in enumerate(priorities.items(), 1)}
    words = words_of(sources)
    kept = {**{name: sources[name] for name in FILES if name in sources}, **words}
    return with_names(Policy(**sections, sources=kept), words)


def _sources(folder: Path) -> tuple[dict[str, bytes], list[Problem]]:
    """The files of a folder, and what keeps some of them from being read. Raises PolicyErrors when there is no folder to read."""
    problems: list[Problem] = []
    sources: dict[str, bytes] = {}
    try:
        home = folder.resolve(strict=True)
        names = sorted(path.name for path in home.iterdir() if path.suffix.lower() in (".yaml", ".yml"))
        words = sorted(path.relative_to(home).as_posix() for path in home.glob("words/**/*") if _is_words(path))
    except (OSError, RuntimeError, ValueError) as error:
        raise PolicyErrors([_unreadable_folder(folder, error)]) from None
    for name in [*names[:MOST_FILES], *words[: MOST_WORDS_FILES + 1]]:
        raw = _raw(home, name)
        if isinstance(raw, Problem):
            problems.append(raw)
        else:
            sources[name] = raw
    return sources, problems


def _is_words(path: Path) -> bool:
    return path.suffix.lower() in (".md", ".yaml", ".yml") and not path.is_dir()


def _unreadable_folder(folder: Path, error: Exception) -> Problem:
    shown = str(folder).encode("utf-8", "replace").decode()
    if isinstance(error, FileNotFoundError):
        problem, remedy = "There is no such folder.", "Name the folder that holds policy.yaml and hours.yaml."
    elif isinstance(error, NotADirectoryError):
        problem, remedy = "This is a file, not a folder.", "Name the folder that holds policy.yaml and hours.yaml."
    else:
        problem, remedy = (
            f"The folder cannot be read: {getattr(error, 'strerror', None) or error}.",
            "Check its path and its rights.",
        )
    return Problem(shown, 1, 1, "", problem, remedy)


def _raw(home: Path, name: str) -> bytes | Problem:
    path = home / name
    try:
        if not path.resolve(strict=True).is_relative_to(home):
            return Problem(
                name,
                1,
                1,
                "",
                "The file is a link that leads out of the folder.",
                "Put the file itself into the folder.",
            )
        if not path.is_file():
            return Problem(name, 1, 1, "", "This is not a file.", "Put a file of this name here, or take it away.")
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        return Problem(
            name,
            1,
            1,
            "",
            f"The file cannot be read: {reason}.",
            "Check its rights, and where it leads if it is a link.",
        )


def _strangers(sources: Mapping[str, bytes]) -> list[Problem]:
    problems = []
    for name in sources:
        if name.startswith("words/"):
            problems += [] if is_words_file(name) else [stranger(name)]
        elif name not in FILES:
            near = nearest(name, FILES)
            remedy = f"Did you mean '{near}'?" if near else f"The files of a policy are {', '.join(FILES)}."
            shown = name.encode("utf-8", "replace").decode()
            problems.append(Problem(shown, 1, 1, "", f"Unknown file '{shown}'.", remedy))
    return problems


def _missing(sources: Mapping[str, bytes], unreadable: set[str]) -> list[Problem]:
    remedies = {
        "policy.yaml": "Add it, with at least 'name:' and 'version:'.",
        "hours.yaml": "Add it, with at least 'calendars: {always: {open: always}}'.",
    }
    return [
        Problem(name, 1, 1, "", "The file is missing.", remedies[name])
        for name in REQUIRED
        if name not in sources and name not in unreadable
    ]

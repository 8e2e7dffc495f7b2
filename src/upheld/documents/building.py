"""All documents of a policy in all languages and formats, as files. Without a database; documents are made one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from upheld.documents.composing import Wanted, compose, edition_of, every_document, words_missing
from upheld.documents.formats import FORMATS
from upheld.documents.tree import Document, Edition
from upheld.policy.model import Policy


@dataclass(frozen=True, slots=True)
class Built:
    """One file: `en/support-policy.pdf`."""

    path: str
    content: bytes
    document: Document


def build(
    policy: Policy,
    *,
    edition: Edition | None = None,
    today: date,
    languages: Sequence[str] = (),
    formats: Sequence[str] = (),
    only: Sequence[str] = (),
) -> Iterator[Built]:
    """Each document that everybody can have, composed once and written in each format. `only` names documents."""
    held = edition or edition_of(policy)
    for wanted in every_document(policy, list(languages) or None):
        if only and wanted.kind not in only and wanted.name not in only:
            continue
        document = compose(policy, wanted, edition=held, today=today)
        for name in formats or FORMATS:
            yield Built(f"{wanted.language}/{wanted.name}.{name}", FORMATS[name].write(document), document)


def shortfalls(policy: Policy) -> list[tuple[Wanted, str, int]]:
    """Documents that are not complete in their language: (which, the language shown, how many names fall back)."""
    found = []
    for wanted in every_document(policy):
        shown, names = words_missing(policy, wanted.kind, wanted.language)
        if shown != wanted.language or names:
            found.append((wanted, shown, names))
    return found

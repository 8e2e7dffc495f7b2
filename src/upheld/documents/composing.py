"""From a policy to the tree of one of its documents. Pure; a document of ten pages takes a few milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from upheld.documents.parts import BLOCKS, INLINE
from upheld.documents.reading import Reader
from upheld.documents.scope import AccountFacts, Scope
from upheld.documents.speech import FALLBACK, Speech
from upheld.documents.tree import Block, Document, Edition, Heading, Note, Run, Table, plain, text
from upheld.policy.model import Policy
from upheld.policy.prose import DOCUMENTS, Placeholder, document_file, missing_words

SKELETONS = Path(__file__).parent / "skeletons"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document: its kind, its language, and the plan of a plan summary. The annex takes its plan from the account."""

    kind: str
    language: str
    plan: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.plan}" if self.plan else self.kind


def wanted_by(policy: Policy, name: str, language: str) -> Wanted | None:
    """`plan-summary-gold` in a language of the policy; None when the policy has no such document."""
    return next((one for one in every_document(policy, [language]) if one.name == name), None)


def every_document(policy: Policy, languages: list[str] | None = None) -> list[Wanted]:
    """All documents that the policy has for everybody: no annex, and a summary for each plan."""
    found = []
    for language in languages if languages is not None else policy.languages:
        if language not in policy.languages:
            continue
        for kind in DOCUMENTS:
            if kind == "plan-summary":
                found += [Wanted(kind, language, plan) for plan in policy.plans]
            elif kind != "account-annex":
                found.append(Wanted(kind, language))
    return found


def edition_of(policy: Policy, *, published: date | None = None, digest: str = "") -> Edition:
    company = policy.company.name or policy.name
    return Edition(policy.name, company, policy.version, policy.effective, published, digest)


def source_of(policy: Policy, kind: str, language: str) -> tuple[str, str, bool]:
    """(text, its language, whether it is the policy's own): the language's, the first language's, else the built-in one."""
    for one in (language, policy.languages[0]):
        raw = policy.sources.get(document_file(kind, one))
        if raw is not None:
            return raw.decode("utf-8-sig"), one, True
    return skeleton(kind), FALLBACK, False


@cache
def skeleton(kind: str) -> str:
    """The prose of a document for a policy that has written none: English, made of placeholders alone."""
    return (SKELETONS / FALLBACK / f"{kind}.md").read_text(encoding="utf-8")


def compose(
    policy: Policy, wanted: Wanted, *, edition: Edition, today: date, account: AccountFacts | None = None
) -> Document:
    """The document as of `today`; in the language wanted if its text exists there, else in that it falls back to, saying so."""
    source, shown, is_own = source_of(policy, wanted.kind, wanted.language)
    speech = Speech(shown)
    scope = Scope(policy, speech, edition, today, wanted.plan or (account.plan if account else ""), account)
    blocks = _blocks(scope, source, drop_empty=not is_own)
    title = next((plain(block.runs) for block in blocks if isinstance(block, Heading) and block.level == 1), "")
    blocks = [block for block in blocks if not (isinstance(block, Heading) and block.level == 1)]
    if account is not None:
        blocks = [*_facts(scope, account), *blocks]
    missing = tuple(missing_words(policy, shown))
    return Document(
        name=wanted.name,
        title=title or speech.say(f"document.{wanted.kind}"),
        language=shown,
        is_right_to_left=speech.is_right_to_left,
        edition=edition,
        about=tuple(_about(speech, edition)),
        blocks=(*_notes(policy, wanted.language, shown, missing), *blocks),
        contents=speech.say("about.contents"),
        page=speech.say("about.page"),
        missing=missing,
        is_one_page=wanted.kind == "plan-summary",
    )


def _blocks(scope: Scope, source: str, *, drop_empty: bool) -> list[Block]:
    empty: list[int] = []

    def whole(one: Placeholder) -> list[Block]:
        made = BLOCKS[one.name](scope, one)
        if not made:
            empty.append(one.line)
        return made

    def inline(one: Placeholder) -> tuple[Run, ...]:
        return INLINE[one.name](scope, one)

    found = Reader(inline, whole, BLOCKS.__contains__).blocks(source)
    if drop_empty and empty:
        kept = _without_sections(source, set(empty))
        return Reader(inline, whole, BLOCKS.__contains__).blocks(kept)
    return found


def _without_sections(source: str, empty: set[int]) -> str:
    """A built-in text without the sections of which the policy has nothing to show."""
    kept: list[str] = []
    section: list[str] = []
    has_nothing = False
    for number, line in enumerate([*source.split("\n"), "## "], 1):
        if line.startswith("## "):
            kept += [] if has_nothing else section
            section, has_nothing = [], False
        section.append(line)
        has_nothing = has_nothing or number in empty
    return "\n".join(kept)


def _notes(policy: Policy, wanted: str, shown: str, missing: tuple[str, ...]) -> Iterator[Note]:
    speech = Speech(wanted)
    if wanted != shown:
        said = speech.say("about.fallback", language=speech.name_of(wanted), shown=speech.name_of(shown))
        yield Note((Run(said),))
    elif missing:
        yield Note((Run(speech.say("about.names_missing", shown=speech.name_of(policy.languages[0]))),))


def _about(speech: Speech, edition: Edition) -> Iterator[str]:
    yield speech.say("about.policy", name=edition.policy, version=edition.number)
    if edition.effective:
        yield speech.say("about.effective", date=speech.day(edition.effective))
    if edition.published:
        yield speech.say("about.published", date=speech.day(edition.published))
    else:
        yield speech.say("about.draft")


def _facts(scope: Scope, account: AccountFacts) -> Iterator[Block]:
    """What the contract of the account says, before the prose of the annex."""
    speech, plan = scope.speech, scope.policy.plans.get(account.plan)
    said = {
        "account": account.name,
        "plan": scope.said(plan.label) if plan else account.plan,
        "support": plan.level_in.get(speech.language, plan.level) if plan else "",
        "since": speech.day(account.since) if account.since else "",
        "until": speech.day(account.until)
        if account.until
        else scope.phrase("value.unlimited")
        if account.since
        else "",
        "region": scope.name("region", account.region),
        "language": speech.name_of(account.language) if account.language else "",
        "zone": speech.zone(account.zone) if account.zone else "",
        "manager": account.manager,
    }
    rows = tuple((text(scope.phrase(f"annex.{key}")), text(value)) for key, value in said.items() if value)
    yield Table(text(scope.phrase("caption.annex")), (), rows)
    if account.contacts:
        head = (text(scope.phrase("head.name")), text(scope.phrase("head.contact")))
        people = tuple((text(name), text(what or "–")) for name, what in account.contacts)
        yield Table(text(scope.phrase("caption.contacts")), head, people)


def words_missing(policy: Policy, kind: str, language: str) -> tuple[str, int]:
    """For the list of documents: the language in which this document is shown, and how many names fall back."""
    _, shown, _ = source_of(policy, kind, language)
    return shown, len(missing_words(policy, shown))


__all__ = ["Wanted", "compose", "edition_of", "every_document", "source_of", "wanted_by", "words_missing"]

"""Whatever stands in the files: a policy, or problems with places. Never another exception."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.policy.errors import PolicyErrors, Problem
from upheld.policy.files import FILES
from upheld.policy.lint import lint
from upheld.policy.loader import digest, load_sources
from upheld.policy.sentences import clause_sentences
from upheld.policy.tests.writing import BASE, VOCABULARY

PLACES = st.sampled_from([*FILES])
WORDS = """
    on begins kept_by void_by until when unless within by else P1 gold warn on_warn on_breach notify raise to set page assign at
    then_every renews rungs stands level role open_to only addresses numbers number menu at_least at_most of weekly mon-fri zone
    holidays dates open country region hours name about kind required choices commitments calendars plans priorities matrix 1 none
"""
KEYS = sorted({*WORDS.split(), "", *(key for shape in FILES.values() for key in getattr(shape, "keys", {}))})
SCALARS = st.one_of(
    st.sampled_from(
        [
            *KEYS,
            "ticket",
            "ticket.opened",
            "4h",
            "50%",
            "> 500 USD",
            "always",
            "office",
            "08:00-20:00",
            "closed",
            "none",
        ]
    ),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.dates(),
)
SHIPPED = {
    folder.name: {file.name: file.read_bytes() for file in folder.glob("*.yaml")}
    for folder in sorted((Path(__file__).parents[4] / "policies").iterdir())
    if (folder / "policy.yaml").exists()
}
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda below: st.one_of(
        st.lists(below, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=6)), below, max_size=6),
    ),
    max_leaves=30,
)


def read(sources: dict[str, bytes]) -> None:
    for vocabulary in (None, VOCABULARY):
        problems = []
        try:
            policy = load_sources(sources, vocabulary=vocabulary)
            digest(policy)
            lint(policy, vocabulary=vocabulary)
            for clause in policy.clauses.values():
                clause_sentences(policy, clause)
        except PolicyErrors as errors:
            problems = errors.problems or [Problem("", 0, 0, "", "", "")]
        for one in problems:
            lines = len(sources.get(one.file, b"").decode("utf-8", "replace").splitlines())
            assert 1 <= one.line <= lines + 1
            assert one.column >= 1
            assert one.problem
            assert one.remedy


@given(
    PLACES,
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))),
)
@settings(max_examples=400, deadline=None)
def test_any_bytes(file: str, raw: bytes) -> None:
    read({name: text.encode() for name, text in BASE.items()} | {file: raw})


@given(PLACES, st.text(alphabet="abP1:-[]{},&*!|>'\"%@`# \n\t.0", max_size=80))
@settings(max_examples=600, deadline=None)
def test_any_punctuation(file: str, text: str) -> None:
    read({name: text.encode() for name, text in BASE.items()} | {file: text.encode()})


@given(PLACES, TREES)
@settings(max_examples=600, deadline=None)
def test_any_tree(file: str, tree: Any) -> None:
    raw = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")
    read({name: text.encode() for name, text in BASE.items()} | {file: raw})


@given(st.dictionaries(PLACES, TREES, max_size=4), TREES)
@settings(max_examples=200, deadline=None)
def test_any_clause_in_any_surroundings(files: dict[str, Any], tree: Any) -> None:
    clause = {
        "on": "ticket",
        "begins": "ticket.opened",
        "kept_by": "ticket.replied",
        "within": tree,
        "when": {"plan": "gold"},
    }
    made = {
        name: yaml.safe_dump(below, allow_unicode=True).encode("utf-8", "surrogatepass")
        for name, below in files.items()
    }
    made["commitments.yaml"] = yaml.safe_dump({"first": clause}, allow_unicode=True).encode("utf-8", "surrogatepass")
    read({name: text.encode() for name, text in BASE.items()} | made)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_any_slip_of_the_pen_in_a_good_policy(data: st.DataObject) -> None:
    """A stretch of a shipped file is taken out, doubled, or replaced by a stretch of another."""
    sources = dict(SHIPPED[data.draw(st.sampled_from([*SHIPPED]))])
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from([*sources]))
        raw = sources[name]
        start = data.draw(st.integers(0, len(raw)))
        end = min(len(raw), start + data.draw(st.integers(0, 40)))
        other = sources[data.draw(st.sampled_from([*sources]))]
        at = data.draw(st.integers(0, len(other)))
        put = data.draw(
            st.one_of(st.sampled_from([b"", b":", b"- ", b"\n", b"\t", b"{", b"]", b"'"]), st.just(other[at : at + 30]))
        )
        sources[name] = raw[:start] + put + raw[end:]
    read(sources)

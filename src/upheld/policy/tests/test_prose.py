"""Words beside the policy: placeholders and names are held against it, and every problem says where."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.policy.errors import PolicyErrors, Problem
from upheld.policy.loader import check, digest, load, load_sources
from upheld.policy.model import PUBLIC_DOCUMENTS, Policy
from upheld.policy.prose import DOCUMENTS, NAMES_FILE, Placeholder, missing_words, pieces
from upheld.policy.prose.folder import LARGEST_WORDS_FILE, MOST_WORDS_FILES
from upheld.policy.prose.functions import FUNCTIONS

TECHFLOW = Path(__file__).parents[4] / "policies" / "techflow"
BASE = {path.name: path.read_bytes() for path in TECHFLOW.glob("*.yaml")}
BASE["policy.yaml"] = BASE["policy.yaml"].replace(b"languages: [en]", b"languages: [en, de]")


def with_words(**files: str) -> dict[str, bytes]:
    """The policy in English and German, with prose: `with_words(support_policy="# Title")`, `with_words(names="…")`."""
    said = {
        ("words/de/names.yaml" if name == "names" else f"words/de/{name.replace('_', '-')}.md"): dedent(text).encode()
        for name, text in files.items()
    }
    return {**BASE, **said}


def problems_of(sources: dict[str, bytes]) -> list[Problem]:
    try:
        load_sources(sources)
    except PolicyErrors as errors:
        return errors.problems
    return []


def the_problem(line: str, document: str = "support_policy") -> Problem:
    (problem,) = problems_of(with_words(**{document: f"# Title\n\n{line}\n"}))
    assert problem.line == 3
    return problem


GOOD = """\
    # How {{ company }} helps

    Version {{ version }} of {{ effective }}, published on {{ published }}; see {{ company.url }}.
    A critical ticket is answered in {{ clause("first-response", priority="P1", plan='enterprise') }}, any in
    {{clause("first-response")}}; warnings come {{ warn("first-response") }}.
    {{ plan("standard") }} {{ priority("P1") }} {{ category("billing") }} {{ department("support") }} {{ channel("phone") }}
    {{ level(2) }} {{ ladder("support") }} {{ rung("support", 2) }} {{ calendar("office") }} {{ mail("billing") }}
    {{ mail("security@techflowsolutions.com") }} {{ phone("support") }} {{ phone("phone") }} {{ target("uptime") }}
    {{ target("uptime", plan="enterprise") }} {{ rule("reopen_within") }} [write](mailto:{{ mail("sales") }})

    {{ table("first-response") }}
    {{ clauses("ticket") }}
      {{ plans() }}
    {{ level_details(1) }}
    {{ rungs("support") }}
"""


def test_every_placeholder_that_names_what_there_is_is_taken() -> None:
    sources = with_words(
        support_policy=GOOD,
        plan_summary="# {{ this_plan }}\n",
        account_annex="# {{ this_account }}\n\n{{ this_plan }}\n",
    )
    policy = load_sources(sources)
    assert policy.sources["words/de/support-policy.md"] == sources["words/de/support-policy.md"]
    assert digest(policy) != digest(load_sources(BASE))
    assert digest(load_sources(policy.sources)) == digest(policy)


CASES = [
    ('Soon: {{ clause("first-respons") }}', 17, "clause", "Unknown clause 'first-respons'.", "'first-response'"),
    ('{{ clause("first-response", priority="P9") }}', 29, "clause", "Unknown priority 'P9'.", "priorities"),
    ('{{ clause("first-response", color="red") }}', 29, "clause", "Unknown attribute 'color'.", "Write one of"),
    ('{{ clasue("first-response") }}', 4, "clasue", "Unknown placeholder 'clasue'.", "clause("),
    ('We say {{ table("first-response") }} so.', 11, "table", "cannot stand inside a sentence", "alone"),
    ("{{ company", 1, "", "'{{' is not closed.", "Close it"),
    ("a }} b", 3, "", "closes nothing", "take it out"),
    ("{{ one {{ company }}", 1, "", "'{{' is not closed.", "Close it"),
    ("{{ }}", 4, "", "Nothing stands between the braces.", "Write a name"),
    ("{{ plans }}", 4, "plans", "needs its brackets", "{{ plans() }}"),
    ("{{ company() }}", 4, "company", "takes no brackets", "{{ company }}"),
    ("{{ this_plan }}", 4, "this_plan", "says nothing in this document", "plan-summary.md"),
    ("{{ level(9) }}", 10, "level", "Unknown level '9'.", "1, 2, 3 and 4"),
    ('{{ rung("support", 9) }}', 20, "rung", "Unknown rung '9'", "1 to 4"),
    ('{{ mail("engineering") }}', 9, "mail", "Unknown department with a mail address", "Known here"),
    ('{{ phone("emergency") }}', 10, "phone", "telephone number 'emergency'", "Known here"),
    ('{{ rule("reopen_closed") }}', 9, "rule", "Unknown rule that is set", "reopen"),
    ('{{ warn("root-cuase") }}', 9, "warn", "Unknown clause", "'root-cause'"),
    ('{{ warn("knowledge-refreshed") }}', 9, "warn", "has no warning", "warn:"),
    ('{{ clauses("tickets") }}', 12, "clauses", "Unknown subject", "'ticket'"),
    ("{{ clause(“first-response”) }}", 11, "", "cannot stand in the brackets", "straight quotes"),
    ("{{ clause() }}", 4, "clause", "takes a clause", "{{ clause("),
    ('{{ plan("gold", plan="x") }}', 17, "plan", "takes no 'plan='", "{{ plan("),
    ("a <b>word</b>", 3, "", "is HTML", "Markdown"),
    ("[look](ftp://example.com)", 8, "", "cannot be linked to", "https:"),
]


@pytest.mark.parametrize(("line", "column", "key", "problem", "remedy"), CASES, ids=[case[0] for case in CASES])
def test_a_wrong_reference_says_where_what_and_how(line: str, column: int, key: str, problem: str, remedy: str) -> None:
    found = problems_of(with_words(support_policy=f"# Title\n\n{line}\n"))[0]
    assert (found.file, found.line, found.column, found.key) == ("words/de/support-policy.md", 3, column, key)
    assert problem in found.problem
    assert remedy in found.remedy


def test_a_document_begins_with_its_title() -> None:
    (problem,) = problems_of(with_words(level_charter="Levels\n"))
    assert (problem.line, problem.problem) == (1, "The first line is no title.")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("words/de/suport-policy.md", "Did you mean 'support-policy.md'?"),
        ("words/support-policy.md", "words/<language>/"),
        ("words/fr/support-policy.md", "languages of policy.yaml"),
        ("words/../policy.yaml", ""),
    ],
)
def test_a_file_that_no_document_is_made_of_is_refused(path: str, said: str) -> None:
    (problem,) = problems_of({**BASE, path: b"# Title\n"})
    assert problem.file == path
    assert said in problem.remedy


def test_prose_is_checked_although_another_file_is_wrong() -> None:
    sources = {**with_words(support_policy='# Title\n{{ clause("gone") }}\n'), "targets.yaml": b"targets: {x: {}}\n"}
    assert {problem.file for problem in problems_of(sources)} == {"targets.yaml", "words/de/support-policy.md"}


def test_what_an_unreadable_file_may_hold_is_not_missed_in_prose() -> None:
    sources = {**with_words(support_policy='# Title\n{{ target("uptime") }}\n'), "targets.yaml": b"targets: [\n"}
    assert {problem.file for problem in problems_of(sources)} == {"targets.yaml"}


def test_bytes_that_are_no_text_are_told_with_their_line() -> None:
    (problem,) = problems_of({**BASE, "words/de/support-policy.md": b"# T\n\xff\n"})
    assert (problem.line, problem.remedy) == (2, "Save it in the encoding UTF-8.")


def test_prose_has_limits() -> None:
    big = {**BASE, "words/de/support-policy.md": b"# T\n" + b"x" * LARGEST_WORDS_FILE}
    assert "256 KiB" in problems_of(big)[0].problem
    many = {**BASE, **{f"words/x{number}/names.yaml": b"" for number in range(MOST_WORDS_FILES + 1)}}
    assert "are the most" in problems_of(many)[0].problem


def test_a_folder_is_read_with_its_words(tmp_path: Path) -> None:
    for name, raw in with_words(support_policy=GOOD, names="plans: {standard: {name: Einfach}}").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(raw)
    assert load(tmp_path).plans["standard"].label.text("de") == "Einfach"
    (tmp_path / "words" / "de" / "deep").mkdir()
    (tmp_path / "words" / "de" / "deep" / "x.md").write_text("# X")
    (tmp_path / "words" / "de" / "level-charter.md").symlink_to("/etc/hostname")
    told = {problem.file: problem.problem for problem in check(tmp_path)}
    assert "leads out" in told["words/de/level-charter.md"]
    assert "Unknown file" in told["words/de/deep/x.md"]


NAMES = """\
    plans: {standard: {name: Einfach, about: Hilfe in Bürozeiten., level: Bürozeiten, services: [a, b, c, d, e, f]}}
    priorities: {P1: {name: Kritisch, examples: [eins, zwei, drei]}}
    levels: {1: {name: Erste, limit: [a, b, c]}}
    ladders: {support: {name: Hilfe, rungs: [{name: A}, {name: B}, {name: C, about: Ja.}, {name: D}]}}
    calendars: {office: {name: Büro}}
    regions: {asia-pacific: {name: Asien und Pazifik}}
    clauses: {first-response: {name: Erste Antwort}}
    intake: {account: {name: Kundenkonto}}
"""


def named() -> Policy:
    return load_sources(with_words(names=NAMES))


def test_names_are_said_in_their_language_and_fall_back() -> None:
    policy = named()
    plan = policy.plans["standard"]
    assert (plan.label.text("de"), plan.label.text("en")) == ("Einfach", "Standard")
    assert plan.services_in["de"][5] == "f"
    assert policy.priorities["P1"].examples[1].text("de") == "zwei"
    assert policy.levels[1].limit[2].text("de") == "c"
    assert policy.ladders["support"].rungs[2].label.text("de") == "C"
    assert policy.calendar_names["office"].text("de") == "Büro"
    assert policy.clauses["first-response"].label.text("de") == "Erste Antwort"
    region = policy.regions["asia-pacific"].label
    assert (region.text("de"), region.text("en")) == ("Asien und Pazifik", "Asia pacific")
    assert policy.plans["enterprise"].label.text("de") == "Enterprise"


def test_what_falls_back_is_counted() -> None:
    policy = named()
    missing = missing_words(policy, "de")
    assert missing_words(policy, "en") == []
    assert not {"plans.standard.name", "plans.standard.services", "levels.1.limit.1"} & set(missing)
    expected = {"plans.enterprise.services", "ladders.support.about", "levels.1.duties.1", "clauses.root-cause.name"}
    assert expected <= set(missing)


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("plans: {standart: {name: X}}", (1, 9), "has no 'standart' among its plans"),
        ("plans:\n  gold: {name: X}", (2, 3), "has no 'gold'"),
        ("priorities:\n  P1: {examples: [one]}", (2, 8), "Here stand 1 texts; the policy has 3."),
        ("ladders: {support: {rungs: [{name: A}]}}", (1, 21), "Here stand 1 texts; the policy has 4."),
        ("plan: {standard: {name: X}}", (1, 1), "Unknown key 'plan'."),
        ("calendars: {lunch: {name: X}}", (1, 13), "has no 'lunch' among its calendars"),
        ("plans: {standard: {name: [a]}}", (1, 26), "Here stands a list."),
        ("- a", (1, 1), "Here stands a list."),
        ("plans: [", (2, 1), "not valid YAML"),
    ],
)
def test_wrong_names_say_where(text: str, place: tuple[int, int], problem: str) -> None:
    found = problems_of({**BASE, "words/de/names.yaml": text.encode() + b"\n"})[0]
    assert (found.file, found.line, found.column) == ("words/de/names.yaml", *place)
    assert problem in found.problem


def test_an_empty_names_file_says_nothing() -> None:
    assert (
        load_sources({**BASE, "words/de/names.yaml": b"# to come\n"}).plans["standard"].label.text("de") == "Standard"
    )


@given(st.text(alphabet='{}()"=, aclué\u2028_.1', max_size=60))
def test_no_line_breaks_the_reader_of_placeholders(text: str) -> None:
    found, faults = pieces(text)
    assert all(fault.column >= 1 and fault.remedy for fault in faults)
    if not faults and "{{" not in text:
        assert "".join(piece for piece in found if isinstance(piece, str)) == text


def test_every_placeholder_and_section_stands_in_the_reference() -> None:
    page = (TECHFLOW.parents[1] / "docs" / "policies" / "language.md").read_text(encoding="utf-8")
    words = page.partition("\n## words\n")[2]
    assert [name for name in FUNCTIONS if f"{{{{ {name} }}}}" not in words and f"{{{{ {name}(" not in words] == []
    assert [name for name in NAMES_FILE.keys if f"\n    {name}: " not in words] == []
    assert [name for name in DOCUMENTS if f"\n    {name}.md " not in words] == []


def test_which_documents_are_public_is_the_policys_to_say() -> None:
    assert load_sources(BASE).public_documents == PUBLIC_DOCUMENTS
    less = {**BASE, "policy.yaml": BASE["policy.yaml"] + b"documents: {public: [service-levels]}\n"}
    assert load_sources(less).public_documents == ("service-levels",)
    wrong = {**BASE, "policy.yaml": BASE["policy.yaml"] + b"documents: {public: [service-level]}\n"}
    assert "service-levels" in problems_of(wrong)[0].remedy


def test_a_placeholder_knows_its_places() -> None:
    (one,) = pieces('{{ clause("a", plan="b") }}')[0]
    assert isinstance(one, Placeholder)
    assert (one.name, one.arguments, one.options) == ("clause", ("a",), {"plan": "b"})
    assert (one.column, one.column_of(0), one.column_of("plan")) == (4, 11, 16)

"""`upheld policy check|lint|diff|schema`: what is wrong with a policy folder, what is odd in it, what differs between two.

upheld policy check DIR [--json]     exit 0, or 1 with each problem: file, line, column, key, problem, remedy
upheld policy lint DIR [--json]      exit 0, or 1 when a finding is an error: gaps, contradictions, things without use
upheld policy diff OLD NEW [--json]  exit 0 when both say the same, 1 with each difference in a sentence, 2 if one is unreadable;
              [--text]               with --text the lines of the files: 0 when they are equal, 1 with a unified diff
upheld policy schema DIR             writes a JSON Schema for each file of a policy into DIR
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upheld.policy.errors import Problem
    from upheld.policy.lint import Finding
    from upheld.policy.model import Policy


UNREADABLE = 2
_DIFF = "What differs, in sentences by chapter. Exit 0 when both say the same, 1 when they differ, 2 when one cannot be read."


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    code: int = given.run(given)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="upheld policy", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="check|lint|diff|schema")
    for name, run, about in (("check", _check, "is it a policy?"), ("lint", _lint, "is it a good one?")):
        command = commands.add_parser(name, help=about)
        command.add_argument("folder", metavar="DIR", help="the policy's folder")
        command.add_argument("--json", action="store_true", help="answer as one JSON list")
        command.set_defaults(run=run)
    diff = commands.add_parser("diff", help="what differs between two policies", description=_DIFF)
    diff.add_argument("old", metavar="OLD", help="the folder of the one before")
    diff.add_argument("new", metavar="NEW", help="the folder of the one after")
    how = diff.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="answer as one JSON list")
    how.add_argument("--text", action="store_true", help="compare the lines of the files")
    diff.set_defaults(run=_diff)
    schema = commands.add_parser("schema", help="write JSON Schemas for editors")
    schema.add_argument("folder", metavar="DIR", help="where to write them; made if it is not there")
    schema.set_defaults(run=_schema)
    return parser


def _check(given: argparse.Namespace) -> int:
    policy, problems = _loaded(given.folder)
    if given.json:
        _print_json([problem.as_data() for problem in problems])
        return 1 if problems else 0
    for problem in problems:
        print(f"{_shown(given.folder, problem)}: {_after_key(problem.key)}{problem.problem} {problem.remedy}".rstrip())
    if policy is None:
        print(f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}.", file=sys.stderr)
        return 1
    findings = _findings(policy)
    for finding in findings:
        if finding.severity == "error":
            print(f"{_shown(given.folder, finding)}: {_after_key(finding.key)}{finding.problem}", file=sys.stderr)
    warnings = sum(finding.severity == "warning" for finding in findings)
    if warnings:
        said = "1 warning" if warnings == 1 else f"{warnings} warnings"
        print(f"{said}: `upheld policy lint {given.folder}` tells each with why and remedy.", file=sys.stderr)
    print(f"{policy.name}, version {policy.version}: fine ({len(policy.clauses)} clauses).")
    return 0


def _lint(given: argparse.Namespace) -> int:
    policy, problems = _loaded(given.folder)
    if policy is None:
        return _refused(given, problems)
    findings = _findings(policy)
    if given.json:
        _print_json([finding.as_data() for finding in findings])
    else:
        for finding in findings:
            place = f"{_shown(given.folder, finding)}: {finding.severity}: {_after_key(finding.key)}"
            print(f"{place}{finding.problem} {finding.why} {finding.remedy}")
        print(f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}.", file=sys.stderr)
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _refused(given: argparse.Namespace, problems: list[Problem]) -> int:
    print("The policy cannot be loaded; `upheld policy check` says why.", file=sys.stderr)
    if given.json:
        _print_json([{"severity": "error", "why": "The policy cannot be loaded.", **one.as_data()} for one in problems])
    else:
        for problem in problems:
            print(f"{_shown(given.folder, problem)}: {_after_key(problem.key)}{problem.problem} {problem.remedy}")
    return 1


def _diff(given: argparse.Namespace) -> int:
    from upheld.policy.chapters import TITLES
    from upheld.policy.differences import differences, text_difference

    old, new = _readable(given.old), _readable(given.new)
    if old is None or new is None:
        return UNREADABLE
    text = text_difference(old.sources, new.sources)
    if given.text:
        print(text, end="")
        return 1 if text else 0
    found = differences(old, new)
    if given.json:
        _print_json([one.as_data() for one in found])
        return 1 if found else 0
    for chapter, of_it in groupby(found, key=lambda one: one.chapter):
        print(TITLES[chapter])
        for one in of_it:
            print(f"  {one.sentence}")
    if not found:
        print("Both say the same." + (" Their files are written differently: --text shows how." if text else ""))
    return 1 if found else 0


def _readable(folder: str) -> Policy | None:
    """The policy; None when it cannot be loaded, and then why stands on the error output."""
    policy, problems = _loaded(folder)
    for problem in problems:
        print(f"{_shown(folder, problem)}: {_after_key(problem.key)}{problem.problem}", file=sys.stderr)
    return policy


def _schema(given: argparse.Namespace) -> int:
    from upheld.policy.schema import DESCRIBED, json_schema, schema_file

    folder = Path(given.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in DESCRIBED:
            text = json.dumps(json_schema(name), ensure_ascii=False, indent=2) + "\n"
            (folder / schema_file(name)).write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"{given.folder}: the schemas cannot be written: {error.strerror or error}.", file=sys.stderr)
        return 1
    return 0


def _loaded(folder: str) -> tuple[Policy | None, list[Problem]]:
    from upheld.config.subjects import VOCABULARY
    from upheld.policy.errors import PolicyErrors
    from upheld.policy.loader import load

    try:
        return load(folder, vocabulary=VOCABULARY), []
    except PolicyErrors as errors:
        return None, errors.problems


def _findings(policy: Policy) -> list[Finding]:
    from upheld.config.subjects import VOCABULARY
    from upheld.policy.lint import lint

    return lint(policy, vocabulary=VOCABULARY)


def _shown(folder: str, found: Problem | Finding) -> str:
    """A place that editors and terminals can open."""
    path = found.file if found.file == folder else str(Path(folder) / found.file)
    return f"{path}:{found.line}:{found.column}"


def _after_key(key: str) -> str:
    return f"{key}: " if key else ""


def _print_json(data: list[dict[str, Any]]) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))

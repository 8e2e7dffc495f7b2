"""`upheld documents build`: all documents of a policy as files, in every language and format. Needs no database.

upheld documents build --policy DIR --out FOLDER [--languages en,ar] [--formats html,pdf,docx,md] [--only support-policy]
                                      writes FOLDER/<language>/<document>.<format> and says what is missing
upheld documents missing --policy DIR [--json]  exit 1 when a language lacks a document or a name
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from upheld.policy.model import Policy


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    policy = _loaded(given.policy)
    if policy is None:
        return 1
    code: int = given.run(given, policy)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="upheld documents", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="build|missing")
    build = commands.add_parser("build", help="write the documents")
    build.add_argument("--policy", required=True, metavar="DIR", help="the policy's folder")
    build.add_argument("--out", required=True, metavar="FOLDER", help="where to write; made if it is not there")
    build.add_argument("--languages", metavar="LIST", default="", help="all of the policy's unless said")
    build.add_argument("--formats", metavar="LIST", default="", help="html,pdf,docx,md unless said")
    build.add_argument("--only", metavar="LIST", default="", help="these documents only")
    build.add_argument("--on", metavar="DATE", type=date.fromisoformat, help="as of this day; today unless said")
    build.set_defaults(run=_build)
    missing = commands.add_parser("missing", help="say what no language has yet")
    missing.add_argument("--policy", required=True, metavar="DIR", help="the policy's folder")
    missing.add_argument("--json", action="store_true", help="answer as one JSON list")
    missing.set_defaults(run=_missing)
    return parser


def _build(given: argparse.Namespace, policy: Policy) -> int:
    from upheld.documents.building import build
    from upheld.documents.composing import every_document
    from upheld.documents.formats import FORMATS

    kinds = {name for one in every_document(policy) for name in (one.kind, one.name)}
    languages = _chosen(given.languages, policy.languages)
    formats, only = _chosen(given.formats, FORMATS), _chosen(given.only, kinds)
    if languages is None or formats is None or only is None:
        return 2
    count, today = 0, given.on or datetime.now(UTC).date()
    try:
        for one in build(policy, today=today, languages=languages, formats=formats, only=only):
            path = Path(given.out) / one.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.content)
            count += 1
    except OSError as error:
        print(f"{given.out}: the documents cannot be written: {error.strerror or error}.", file=sys.stderr)
        return 1
    print(f"{policy.name}, version {policy.version}: {count} files in {given.out}.")
    return 0


def _chosen(text: str, known: Iterable[str]) -> list[str] | None:
    """The names in a list that is parted by commas; None, said aloud, when one is not known."""
    from upheld.kernel.text import listed, nearest

    names = [name.strip() for name in text.split(",") if name.strip()]
    choices = sorted(known)
    for name in names:
        if name not in choices:
            near = nearest(name, choices)
            hint = f"Did you mean “{near}”?" if near else f"There are {listed(choices)}."
            print(f"“{name}” is not known here. {hint}", file=sys.stderr)
            return None
    return names


def _missing(given: argparse.Namespace, policy: Policy) -> int:
    from upheld.documents.building import shortfalls

    found = [
        {"document": one.name, "language": one.language, "shown_in": shown, "names_missing": names}
        for one, shown, names in shortfalls(policy)
    ]
    if given.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    for one in [] if given.json else found:
        print("{language}/{document}: shown in {shown_in}, {names_missing} names missing".format(**one))
    return 1 if found else 0


def _loaded(folder: str) -> Policy | None:
    from upheld.policy.errors import PolicyErrors
    from upheld.policy.loader import load

    try:
        return load(folder)
    except PolicyErrors as errors:
        for problem in errors.problems:
            print(
                f"{Path(folder) / problem.file}:{problem.line}:{problem.column}: {problem.problem} {problem.remedy}",
                file=sys.stderr,
            )
        return None

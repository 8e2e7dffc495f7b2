"""`upheld policy submit DIR --by EMAIL [--title …]`: hand a folder in as a draft, to be reviewed and approved in the desk.

The draft of that title is brought up to the folder, or a new one begun; what was changed in the desk meanwhile is
kept. Errors do not keep it from being saved: they are listed with file and line, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from upheld.policy.document import LARGEST_FILE


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="upheld policy submit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="the policy's folder")
    parser.add_argument(
        "--by", required=True, metavar="EMAIL", help="who hands it in: a team lead or somebody above them"
    )
    parser.add_argument("--title", help="the name of the draft; that of the folder, unless said")
    given = parser.parse_args(arguments)
    try:
        files = read_folder(given.folder)
    except Unreadable as problem:
        print(problem, file=sys.stderr)
        return 1
    return _submit(files, title=given.title or given.folder.resolve().name, email=given.by, folder=given.folder)


class Unreadable(Exception):
    """The folder is none, or a file of it is no text; the message says which."""


def read_folder(folder: Path) -> dict[str, str]:
    """The YAML files of a folder and the words below it, by their names in the policy. Raises Unreadable."""
    if not folder.is_dir():
        raise Unreadable(f"There is no folder “{folder}”.")
    found = [path for path in folder.iterdir() if path.suffix.lower() in (".yaml", ".yml")]
    found += [path for path in (folder / "words").rglob("*") if path.suffix in (".md", ".yaml")]
    return {path.relative_to(folder).as_posix(): _text(path) for path in sorted(found)}


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST_FILE:
            raise Unreadable(f"{path} is larger than 1 MiB.")
        return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}.") from error


def _submit(files: dict[str, str], *, title: str, email: str, folder: Path) -> int:
    from django.conf import settings

    from upheld.drafting.actions.errors import Conflicted, DraftRefused
    from upheld.drafting.actions.writing import submit
    from upheld.drafting.checking import check
    from upheld.drafting.paths import draft_path
    from upheld.people.models import Agent

    # whoever may write in the desk; were it administrators alone, a desk with one of them could get no approval of theirs
    agent = Agent.objects.working().filter(person__email=email.strip().lower()).select_related("person").first()
    if agent is None or not agent.is_lead:
        print(f"{email} is no team lead here, nor anybody above them.", file=sys.stderr)
        return 1
    try:
        draft = submit(files, title=title[:120], by=agent.actor, at=datetime.now(UTC))
    except Conflicted as conflicted:
        places = [f"{folder}/{one.file}:{one.line}: changed in the desk too" for one in conflicted.merged.conflicts]
        print("\n".join([*places, f"{conflicted} Nothing was saved."]), file=sys.stderr)
        return 1
    except DraftRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"{settings.UPHELD_URL}{draft_path(draft)}")
    problems = check(draft.files).problems
    for problem in problems:
        print(f"{folder}/{problem}", file=sys.stderr)
    return 1 if problems else 0

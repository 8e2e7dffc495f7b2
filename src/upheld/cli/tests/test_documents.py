"""`upheld documents`: files in every language and format, and what is missing, without a database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from upheld.cli.main import main
from upheld.documents.tests.policies import SHIPPED, sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, raw in sources().items():
        path = tmp_path / "policy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return tmp_path / "policy"


def test_it_writes_what_is_asked_for(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    asked = [
        "--languages",
        "ar,en",
        "--formats",
        "html,md",
        "--only",
        "support-policy,plan-summary-standard",
        "--on",
        "2026-01-01",
    ]
    assert main(["documents", "build", "--policy", str(folder), "--out", str(out), *asked]) == 0
    found = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*"))
    assert found == [
        f"{language}/{name}.{ending}"
        for language in ("ar", "en")
        for name in ("plan-summary-standard", "support-policy")
        for ending in ("html", "md")
    ]
    assert "8 files" in capsys.readouterr().out
    assert 'dir="rtl"' in (out / "ar" / "support-policy.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("--languages", "fr", "There are"),
        ("--formats", "pdff", "“pdf”"),
        ("--only", "suport-policy", "“support-policy”"),
    ],
)
def test_what_is_not_known_is_said(
    folder: Path, tmp_path: Path, option: str, value: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["documents", "build", "--policy", str(folder), "--out", str(tmp_path / "out"), option, value]) == 2
    assert hint in capsys.readouterr().err


def test_it_says_what_a_language_lacks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["documents", "missing", "--policy", str(folder), "--json"]) == 1
    found = {(one["language"], one["document"]): one for one in json.loads(capsys.readouterr().out)}
    assert found["ar", "level-charter"]["shown_in"] == "en"
    assert found["ar", "support-policy"]["names_missing"] > 0
    assert ("en", "support-policy") not in found


def test_a_wrong_policy_makes_no_documents(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "words" / "en" / "support-policy.md").write_text('# T\n\n{{ clause("gone") }}\n')
    assert main(["documents", "build", "--policy", str(folder), "--out", str(tmp_path / "out")]) == 1
    assert "support-policy.md:3:11" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("a file")
    arguments = ["build", "--policy", str(SHIPPED / "crm-pro"), "--out", str(tmp_path / "out"), "--formats", "md"]
    assert main(["documents", *arguments]) == 1
    assert "cannot be written" in capsys.readouterr().err

"""A folder from git becomes a draft, with its errors said and without them lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from upheld.cli import submit
from upheld.config.values import SOURCE_ROOT
from upheld.conftest import Cast
from upheld.drafting.models import Draft


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOURCE_ROOT / "policies" / "techflow", tmp_path / "techflow"))


def run(folder: Path, cast: Cast, *more: str) -> int:
    return submit.main([str(folder), "--by", cast.administrator.person.email, *more])


def test_it_becomes_a_draft_and_then_its_next_revision(
    folder: Path, cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, cast, "--title", "From git") == 0
    draft = Draft.objects.get()
    assert capsys.readouterr().out == f"{settings.UPHELD_URL}/desk/policy/drafts/{draft.pk}/\n"
    assert draft.title == "From git"
    assert draft.files["hours.yaml"].encode() == (folder / "hours.yaml").read_bytes()
    with (folder / "hours.yaml").open("a") as file:
        file.write("# more\n")
    assert run(folder, cast, "--title", "From git") == 0
    draft.refresh_from_db()
    assert (Draft.objects.count(), draft.revision) == (1, 2)


def test_errors_do_not_keep_it_from_being_saved(folder: Path, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    text = (folder / "commitments.yaml").read_text()
    (folder / "commitments.yaml").write_text(text.replace("standard: 4h", "standard: soon", 1))
    assert run(folder, cast) == 1
    assert "commitments.yaml:" in capsys.readouterr().err
    assert "standard: soon" in Draft.objects.get(title="techflow").files["commitments.yaml"]


def test_leads_hand_in_and_agents_do_not(folder: Path, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    for nobody in (cast.agent.person.email, "nobody@techflow.example"):
        assert submit.main([str(folder), "--by", nobody]) == 1
        assert "no team lead" in capsys.readouterr().err
    (other := folder.with_name("other")).mkdir()
    for file in folder.glob("*.yaml"):
        (other / file.name).write_bytes(file.read_bytes())
    assert submit.main([str(other), "--by", cast.lead.person.email]) == 0
    assert Draft.objects.get().writers == {cast.lead.key}  # so that the one administrator may approve it
    Draft.objects.get().delete()
    assert run(folder / "nowhere", cast) == 1
    (folder / "hours.yaml").write_bytes(b"\xff")
    assert run(folder, cast) == 1
    assert not Draft.objects.exists()

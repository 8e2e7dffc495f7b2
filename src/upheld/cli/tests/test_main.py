"""Finding the command; making the first administrator; publishing a policy."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from upheld.cli import createadmin, publish
from upheld.cli.main import COMMANDS, main
from upheld.commitments.models import PolicyVersion
from upheld.config.values import SOURCE_ROOT
from upheld.people.models import Agent, Person

ADMIN = ["--email", "Ada@Example.com", "--name", "Ada Byron"]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*name.split(), "--help"])
    assert stopped.value.code == 0
    assert f"usage: upheld {name}" in capsys.readouterr().out


def test_nothing_said_is_an_overview_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "createadmin" in capsys.readouterr().out


def test_an_unknown_command_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verfy"]) == 2
    assert "Did you mean “verify”?" in capsys.readouterr().err


def test_a_wrong_environment_is_one_message_and_exit_1(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "UPHELD_DATA": str(tmp_path), "UPHELD_PORT": "80x"}
    for name in ("serve", "worker", "verify"):
        done = subprocess.run(
            [sys.executable, "-m", "upheld", name], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "UPHELD_PORT: “80x” is not a whole number" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "UPHELD_DATA": str(tmp_path),
        "DATABASE_URL": "postgresql://u:hush@127.0.0.1:1/x",
    }
    done = subprocess.run(
        [sys.executable, "-m", "upheld", "verify"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


def test_the_first_administrator(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long enough pass phrase\n"))
    assert createadmin.main([*ADMIN, "--password-stdin"]) == 0
    person = Person.objects.get(email="ada@example.com")
    assert person.check_password("a long enough pass phrase")
    assert person.agent.role == Agent.Role.ADMINISTRATOR


def test_an_administrator_without_a_password(db: None) -> None:
    assert createadmin.main(ADMIN) == 0
    assert not Person.objects.get(email="ada@example.com").has_usable_password()


def test_a_known_person_becomes_administrator_and_keeps_the_password(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    Person.objects.create_user("ada@example.com", "what it was before", name="Ada")
    assert createadmin.main(ADMIN) == 0
    assert Person.objects.get(email="ada@example.com").check_password("what it was before")
    monkeypatch.setattr(sys, "stdin", io.StringIO("another pass phrase\n"))
    assert createadmin.main([*ADMIN, "--password-stdin"]) == 1


@pytest.mark.parametrize(
    ("arguments", "password"),
    [
        (["--email", "nonsense", "--name", "A"], None),
        (["--email", "a@example.com", "--name", " "], None),
        (ADMIN, "12345"),
    ],
)
def test_what_is_refused(
    arguments: list[str],
    password: str | None,
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    assert createadmin.main([*arguments, *(["--password-stdin"] if password else [])]) == 1
    assert capsys.readouterr().err
    assert not Person.objects.exists()


def test_publishing_twice_is_one_version(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    folder = SOURCE_ROOT / "policies" / "techflow"
    assert publish.publish_folder(folder) == 0
    assert publish.publish_folder(folder) == 0
    assert PolicyVersion.objects.count() == 1
    assert "In force: " in capsys.readouterr().out


def test_a_wrong_policy_is_not_published(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.yaml").write_text("name: x\nplanz: [a]\n")
    assert publish.publish_folder(tmp_path) == 1
    assert publish.publish_folder(tmp_path / "atlantis") == 1
    assert not PolicyVersion.objects.exists()
    assert "stays as it is" in capsys.readouterr().err

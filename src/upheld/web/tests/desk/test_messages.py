"""How a message looks in the conversation: long ones, their files, all of them at once."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from upheld.channels.files import store
from upheld.conftest import Cast
from upheld.events.actors import MAIL
from upheld.tickets.actions.conversation import NewFile, note, reply
from upheld.tickets.models import Message, Ticket
from upheld.web.desk.thread import LONGEST_SHOWN, MOST_LINES, parted
from upheld.web.tests.conftest import Browsing

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def with_files(cast: Cast, ticket: Ticket, *files: tuple[str, str, bytes]) -> Message:
    new = [NewFile(name, kind, store(data)) for name, kind, data in files]
    return reply(ticket, text="There.", by=cast.agent.actor, at=datetime.now(UTC), author=cast.agent.person, files=new)


def test_a_long_text_is_parted_between_lines_and_nothing_of_it_is_lost() -> None:
    for text in ("a line of words\n" * 3000, "x" * 90_000, "short\n" * 400, "é " * 20_000):
        first, rest = parted(text)
        assert len(first) <= LONGEST_SHOWN
        assert first.count("\n") < MOST_LINES
        assert "".join((first + rest).split()) == "".join(text.split())
    for text in ("", "one line", "line\n" * (MOST_LINES + 5), "x" * (LONGEST_SHOWN + 100)):
        assert parted(text) == (text, "")


def test_pictures_are_previewed_and_other_files_are_only_named(browse: Browsing, cast: Cast, ticket: Ticket) -> None:
    files = ("shot.png", "image/png", PNG), ("evil.svg", "image/svg+xml", b"<svg/>"), ("page.html", "text/html", b"<p>")
    message = with_files(cast, ticket, *files)
    html = browse(cast.agent).get(f"/desk/tickets/{ticket.pk}/").content.decode()
    number = message.attachments.order_by("id")[0].pk
    assert f'<img src="/attachments/{number}/inline/shot.png"' in html
    assert html.count("/inline/") == 2  # the picture, and the link around it
    for name in ("evil.svg", "page.html"):
        assert name in html


def test_all_files_come_in_one_archive_under_harmless_names(browse: Browsing, cast: Cast, ticket: Ticket) -> None:
    names = ("../../etc/passwd", "a.txt", "A.txt", "..", "log", "log")
    message = with_files(cast, ticket, *((name, "text/plain", name.encode()) for name in names))
    answer = browse(cast.customer).get(f"/messages/{message.pk}/files.zip")
    assert answer["Content-Disposition"] == f'attachment; filename="message-{message.pk}.zip"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert archive.namelist() == ["_.._etc_passwd", "a.txt", "A (2).txt", "file", "log", "log (2)"]
    assert archive.read("_.._etc_passwd") == b"../../etc/passwd"


def test_the_archive_is_for_those_who_see_the_message(browse: Browsing, cast: Cast, ticket: Ticket) -> None:
    file = NewFile("plan.txt", "text/plain", store(b"x"))
    now, agent = datetime.now(UTC), cast.agent
    hidden = note(ticket, text="Between us.", by=agent.actor, at=now, author=agent.person, files=[file])
    shown = with_files(cast, ticket, ("a.txt", "text/plain", b"a"))
    bare = reply(ticket, text="No file.", by=agent.actor, at=now, author=agent.person)
    assert browse(cast.customer).get(f"/messages/{hidden.pk}/files.zip").status_code == 404
    assert browse(cast.stranger).get(f"/messages/{shown.pk}/files.zip").status_code == 404
    assert browse(agent).get(f"/messages/{hidden.pk}/files.zip").status_code == 200
    assert browse(agent).get(f"/messages/{bare.pk}/files.zip").status_code == 404


@pytest.mark.parametrize("text", ["\n".join(f"row {number}" for number in range(500))])
def test_the_rest_of_a_long_message_is_a_click_away(browse: Browsing, cast: Cast, ticket: Ticket, text: str) -> None:
    reply(ticket, text=text, by=cast.agent.actor, at=datetime.now(UTC), author=cast.agent.person)
    html = browse(cast.agent).get(f"/desk/tickets/{ticket.pk}/").content.decode()
    before, _, after = html.partition("Show the rest of this long message")
    assert "row 10<" in before
    assert "row 499" not in before
    assert "row 499" in after


def test_what_we_note_by_ourselves_is_not_by_an_unknown_sender(browse: Browsing, cast: Cast, ticket: Ticket) -> None:
    note(ticket, text="Our mail came back.", by=MAIL, at=datetime.now(UTC))
    html = browse(cast.agent).get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "Internal note of Upheld" in html
    assert "Unknown sender" not in html

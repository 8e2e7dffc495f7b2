"""Servers' answers in words."""

from __future__ import annotations

import pytest

from upheld.channels.mail.outgoing.answers import in_words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown", "no such mailbox"),
        ("came back: 5.1.1", "no such mailbox"),
        ("550 No such user here", "no such mailbox"),
        ("552 5.2.2 Over quota", "full"),
        ("452 4.2.2 Mailbox full", "full"),
        ("451 4.7.1 Greylisted, come back in 30 seconds", "come back later"),
        ("451 4.3.2 System not accepting network messages", "just now"),
        ("421 Too busy", "just now"),
        ("554 5.7.1 Blocked because of its reputation", "does not accept"),
        ("552 5.3.4 Message too big", "too large"),
        ("ConnectionRefusedError: [Errno 111]", "could not be reached"),
        ("TimeoutError: timed out", "could not be reached"),
        ("given up after 4 days: TimeoutError: timed out", "could not be reached"),
        ("450 4.1.1 unverified address", "just now"),
        ("599 whatever", "did not take it"),
        ("", "did not take it"),
    ],
)
def test_an_answer_is_said_in_words(answer: str, words: str) -> None:
    assert words in in_words(answer)

"""Chance against the parser and the sanitiser, briefly; and the largest mail that is taken, in the memory that is promised."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.channels.mail.parsing.quoting import folded_html
from upheld.channels.tests.fuzzing import cases, look
from upheld.channels.tests.hostile_parts import ATTACKS
from upheld.channels.tests.markup import faults
from upheld.kernel.html import clean_html

MEGABYTES = 200
TAGS = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div",
            ">",
            "</div>",
            "<b>",
            "</b>",
            "<table><tr><td>",
            "</table>",
            "<!--",
            "-->",
            "<a href=",
        ),
        *(
            '"',
            "'",
            "x",
            "<blockquote type=cite>",
            "</blockquote>",
            '<div class="gmail_quote">',
            '<div class="gmail_signature">',
        ),
        *("<li>", "<svg>", "&lt;", *ATTACKS),
    ]
)


@pytest.mark.parametrize("first", range(0, 600, 100))
def test_spoilt_mails_are_read_and_nothing_in_them_acts(first: int) -> None:
    for name, raw in cases(first, 100):
        look(name, raw)


@given(st.lists(TAGS, max_size=25).map("".join))
def test_cleaned_markup_stands_the_second_opinion(markup: str) -> None:
    assert faults(clean_html(markup)) == []
    assert faults(folded_html(markup, "")) == []


READING = """
import re, sys, time
from pathlib import Path
from upheld.channels.mail.parsing import parse
from upheld.channels.mail.parsing.quoting import folded_html

def most():  # of this program alone: what a parent used counts as ours elsewhere
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

raw = sys.stdin.buffer.read()
before = most()
began = time.process_time()
mail = parse(raw)
folded_html(mail.html, mail.text, mail.subject)
print(most() - before, time.process_time() - began, sum(len(file.data) for file in mail.files), before)
"""


@pytest.mark.parametrize("kind", ["base64", "text", "uuencode"])
def test_the_largest_mail_that_is_taken_is_read_in_bounded_memory(kind: str) -> None:
    head = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nSee\r\n--x\r\n"
    if kind == "base64":
        head += b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        raw = head + base64.encodebytes(bytes(40 * 1024 * 1024)) + b"--x--\r\n"
    elif kind == "text":
        raw = b"From: a@b.example\r\n\r\n" + b"words and words\r\n" * 3_500_000
    else:
        line = b"M" + b"A" * 60 + b"\r\n"
        raw = b"From: a@b.example\r\n\r\nbegin 644 a.bin\r\n" + line * 900_000 + b"`\r\nend\r\n"
    done = subprocess.run([sys.executable, "-c", READING], input=raw, capture_output=True, check=True)
    memory, _, kept, _ = done.stdout.split()
    assert int(memory) < MEGABYTES, done.stdout
    assert int(kept) >= (40 * 1024 * 1024 if kind == "base64" else 1)

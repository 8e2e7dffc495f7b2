"""Chance against the parser and the sanitiser, briefly; and the largest mail that is taken, in the memory that is promised."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.channels.mail.parsing.quoting import folded_html
from upheld.channels.tests import fuzzing
from upheld.channels.tests.fuzzing import PIECES_OF_MARKUP, cases, look, one_case
from upheld.channels.tests.grown import Grown, grown, missing
from upheld.channels.tests.markup import faults
from upheld.channels.tests.test_special_parts import tnef
from upheld.kernel.html import clean_html

MEGABYTES = 120  # beyond the mail itself; the promise is 200 with it
SECONDS = 2.0  # of the processor; the promise is one on an idle machine
TAGS = st.sampled_from(PIECES_OF_MARKUP)


@pytest.mark.parametrize("first", range(0, 600, 100))
def test_spoilt_mails_are_read_and_nothing_in_them_acts(first: int) -> None:
    for name, raw in cases(first, 100):
        look(name, raw)


@pytest.mark.parametrize("kind", ["grown", "grown and spoilt", "markup"])
def test_grown_mails_and_heaps_of_markup_are_read_without_loss(kind: str) -> None:
    for number in range(150):
        one_case(kind, number)


def test_a_word_that_is_missing_is_found_out() -> None:
    one = grown(random.Random(5))
    assert one.words
    assert missing(one) == []
    assert missing(Grown(one.raw, (*one.words, "elsewhere"))) == ["elsewhere"]


def test_the_program_tells_what_it_did_and_can_do_a_case_again() -> None:
    command = [sys.executable, "-m", "upheld.channels.tests.fuzzing"]
    done = subprocess.run([*command, "--seconds", "0.1", "--seed", "7"], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["is_right"] is True
    assert set(told["cases"]) == {"spoilt", "grown", "grown and spoilt", "markup"}
    assert told["next_seed"] > told["seed"] == 7


def test_a_finding_ends_the_program_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzzing, "one_case", lambda *_: 1 / 0)
    monkeypatch.setattr(sys, "argv", ["fuzzing", "--seconds", "60"])
    assert fuzzing.main() == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["is_right"]
    assert "ZeroDivisionError" in told["findings"][0]


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


@pytest.mark.parametrize("kind", ["base64", "text", "uuencode", "winmail"])
def test_the_largest_mail_that_is_taken_is_read_in_bounded_memory(kind: str) -> None:
    head = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nSee\r\n--x\r\n"
    if kind == "base64":
        head += b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        raw = head + base64.encodebytes(bytes(40 * 1024 * 1024)) + b"--x--\r\n"
    elif kind == "text":
        raw = b"From: a@b.example\r\n\r\n" + b"words and words\r\n" * 3_500_000
    elif kind == "winmail":
        data = base64.encodebytes(tnef(file=bytes(40 * 1024 * 1024)))
        raw = (
            head
            + b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + data
            + b"--x--\r\n"
        )
    else:
        line = b"M" + b"A" * 60 + b"\r\n"
        raw = b"From: a@b.example\r\n\r\nbegin 644 a.bin\r\n" + line * 900_000 + b"`\r\nend\r\n"
    done = subprocess.run([sys.executable, "-c", READING], input=raw, capture_output=True, check=True)
    memory, seconds, kept, _ = done.stdout.split()
    assert int(memory) < MEGABYTES, done.stdout
    assert float(seconds) < SECONDS, done.stdout
    assert int(kept) >= (40 * 1024 * 1024 if kind == "base64" else 1)

"""Mail by dice, with fixed seeds: `python -m upheld.channels.tests.fuzzing --seconds 600 --seed 1` prints what it did as JSON.

Four kinds: mails of the hostile corpus that are spoilt; mails grown with words that must not be missing; these spoilt; pieces
of markup. Needs no database. Ends with 1 where something broke, was lost, could act, or took too long; `--case KIND:NUMBER`
does one again.
"""
# ruff: noqa: E501 - the pieces are a table

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from upheld.channels.mail.parsing import parse, parse_head
from upheld.channels.mail.parsing.forwarding import forwarded_in
from upheld.channels.mail.parsing.quoting import folded, folded_html
from upheld.channels.tests.grown import grown, missing
from upheld.channels.tests.hostile import corpus
from upheld.channels.tests.hostile_parts import ATTACKS
from upheld.channels.tests.markup import faults
from upheld.kernel.html import clean_html, html_to_text

SECONDS: Final = 1.0
MEGABYTES: Final = 200
MOST_FINDINGS: Final = 20
LARGEST: Final = 60_000  # bytes; what is larger is cut before it is spoilt
KINDS: Final = ("spoilt", "grown", "grown and spoilt", "markup")
_PIECES: Final = (
    b"\r\n", b"\r\n\r\n", b"--x\r\n", b"--x--", b"=?utf-8?b?", b"\x1b$B", b"<!--", b"<script>", b"</div>", b"\x00", b"\xff", b"> ",
    b"-- \r\n", b"begin 644 a\r\n", b"BEGIN:VEVENT\r\n", b"Content-Type: text/html\r\n", b'src="cid:', b"&#x", b";" * 50, b" ", b"\t",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n", b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''a\r\n", b"charset=utf-7", b"charset=utf-16", b"MZ", b"\xf0\x9f", b"=\r\n",
    b"On 2 Mar 2026 10:00, A <a@b.example> wrote:\r\n", b"From: a@b.example\r\nSent: x\r\nTo: y\r\nSubject: z\r\n", b"MAILER-DAEMON@",
    b'<blockquote type="cite">', b'<div class="gmail_quote">', b"From ", b"name=winmail.dat", b"M" + b"A" * 60 + b"\r\n",
)  # fmt: skip
PIECES_OF_MARKUP: Final = (
    "<p>", "</p>", "<div", ">", "</div>", "<b>", "</b>", "<table><tr><td>", "</table>", "<!--", "-->", "<a href=", '"', "'", "x", "<svg>",
    "<blockquote type=cite>", "</blockquote>", '<div class="gmail_quote">', '<div class="gmail_signature">', "<li>", "&lt;", "<math>",
    "<style>", "</style>", "<title>", "</title>", "<template>", "<noscript>", "</noscript>", "<select>", "<form>", "<img src=", "javascript:",
    "&#x6a;", "\x00", "<br/>", "<mtext>", "<mglyph>", "<annotation-xml encoding=text/html>", "<foreignObject>", "</svg>", "<desc>", "<hr>",
    "On 2 Mar 2026 10:00, A &lt;a@b.example&gt; wrote:", *ATTACKS,
)  # fmt: skip


def spoilt(raw: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Bytes changed, pieces put in, stretches doubled, cut out, moved, or taken from another mail; lines mixed up."""
    data = bytearray(raw[:LARGEST])
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 10, 200, 2000)))
        match chance.randrange(9):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                data[at:at] = chance.choice(_PIECES)
            case 2:
                data[at:at] = data[at:end] * chance.choice((1, 1, 3, 40))
            case 3:
                del data[at:end]
            case 4:
                other = chance.choice(others)[:LARGEST]
                where = chance.randrange(len(other) + 1)
                data[at:end] = other[where : where + 300]
            case 5 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 6:
                data = data[:at].replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\n "))) + data[at:]
            case 7:
                lines = data.split(b"\n")
                one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[one], lines[two] = lines[two], lines[one]
                data = bytearray(b"\n".join(lines))
            case 8:
                piece = data[at:end]
                del data[at:end]
                where = chance.randrange(len(data) + 1)
                data[where:where] = piece
        del data[2 * LARGEST :]
    return bytes(data)


@cache
def _mails() -> dict[str, bytes]:
    return corpus()


def cases(first: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Spoilt mails of the corpus: the same mail for the same number, always."""
    mails = _mails()
    names, others = list(mails), list(mails.values())
    for seed in range(first, first + count):
        chance = random.Random(seed)
        name = chance.choice(names)
        yield f"{seed} ({name})", spoilt(mails[name], chance, others)


def look(name: str, raw: bytes) -> float:
    """Read it as a mail would be read. Returns the seconds of work; raises AssertionError with the name."""
    began = time.process_time()
    mail = parse(raw, envelope_from="customer@harbour.example")
    html = folded_html(mail.html, mail.text, mail.subject)
    took = time.process_time() - began
    found = faults(html)
    assert not found, (name, found)
    assert "\x00" not in mail.text + mail.html + mail.subject, name
    (mail.text + mail.html + mail.subject).encode()
    head = parse_head(raw, envelope_from="customer@harbour.example")
    assert (head.sender, head.subject, head.message_id) == (mail.sender, mail.subject, mail.message_id), name
    parted = folded(mail.text, mail.subject)
    assert _bare(parted.newest + parted.history) == _bare(mail.text), (name, "folding lost words")
    forwarded_in(mail)
    return took


def look_at_markup(name: str, markup: str) -> float:
    began = time.process_time()
    once = clean_html(markup)
    html_to_text(markup)
    html = folded_html(markup, "")
    took = time.process_time() - began
    assert not faults(once), (name, faults(once))
    assert not faults(html), (name, faults(html))
    assert not faults(clean_html(once)), (name, "not clean when cleaned again")
    return took


def one_case(kind: str, number: int) -> float:
    """Do one case. Raises whatever breaks."""
    name = f"{kind}:{number}"
    chance = random.Random(f"{kind} {number}")
    if kind == "spoilt":
        return look(*next(cases(number, 1)))
    if kind == "markup":
        return look_at_markup(name, "".join(chance.choice(PIECES_OF_MARKUP) for _ in range(chance.randrange(1, 40))))
    one = grown(chance)
    if kind == "grown":
        lost = missing(one)
        assert not lost, (name, "lost", lost)
        return look(name, one.raw)
    return look(name, spoilt(one.raw, chance, [one.raw, *map(bytes, _PIECES)]))


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _megabytes() -> int:
    """The most memory that this program had, by what Linux tells; elsewhere 0."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) // 1024 if found else 0


def run(seconds: float, seed: int) -> dict[str, Any]:
    """All kinds in turns, from this number on, until the time is over or enough is found."""
    _mails()
    counts, findings = Counter[str](), list[str]()
    slowest, most = (0.0, ""), _megabytes()
    before, until = most, time.monotonic() + seconds
    number = seed
    while time.monotonic() < until and len(findings) < MOST_FINDINGS:
        for kind in KINDS:
            try:
                took = one_case(kind, number)
            except Exception as wrong:  # noqa: BLE001 - whatever breaks is what is looked for
                took = 0.0
                findings.append(f"{kind}:{number}: {wrong!r:.400} in {traceback.extract_tb(wrong.__traceback__)[-1]}")
            counts[kind] += 1
            slowest = max(slowest, (took, f"{kind}:{number}"))
            if took > SECONDS:
                findings.append(f"{kind}:{number} took {took:.2f} s")
            if _megabytes() - most > MEGABYTES:
                findings.append(f"{kind}:{number} needed {_megabytes() - most} MB")
            most = _megabytes()
        number += 1
    return {
        "seed": seed,
        "next_seed": number,
        "cases": dict(counts),
        "slowest": {"case": slowest[1], "seconds": round(slowest[0], 3)},
        "megabytes": {"before": before, "most": most},
        "findings": findings,
        "is_right": not findings,
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1_000_000)
    options.add_argument("--case", help="do one again, as a finding names it: KIND:NUMBER")
    asked = options.parse_args()
    if asked.case:
        kind, _, number = asked.case.rpartition(":")
        print(f"{one_case(kind, int(number)):.3f} s")  # noqa: T201
        return 0
    found = run(asked.seconds, asked.seed)
    print(json.dumps(found, ensure_ascii=False))  # noqa: T201
    for finding in found["findings"]:
        print(finding, file=sys.stderr)  # noqa: T201
    return 0 if found["is_right"] else 1


if __name__ == "__main__":
    raise SystemExit(main())

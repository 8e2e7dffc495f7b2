"""Mails of the hostile corpus, spoilt with fixed seeds; `python -m upheld.channels.tests.fuzzing --seconds 600` goes on.

Needs no database. Prints what it did; ends with the name of the case in which something broke or took too long.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator

from upheld.channels.mail.parsing import parse
from upheld.channels.mail.parsing.quoting import folded_html
from upheld.channels.tests.hostile import corpus
from upheld.channels.tests.markup import faults

SECONDS = 1.0
LARGEST = 60_000  # bytes; what is larger is cut before it is spoilt
_PIECES = (
    *(
        b"\r\n",
        b"\r\n\r\n",
        b"--x\r\n",
        b"--x--",
        b"=?utf-8?b?",
        b"\x1b$B",
        b"<!--",
        b"<script>",
        b"</div>",
        b"\x00",
        b"\xff",
        b"> ",
    ),
    *(
        b"-- \r\n",
        b"begin 644 a\r\n",
        b"BEGIN:VEVENT\r\n",
        b"Content-Type: text/html\r\n",
        b'src="cid:',
        b"&#x",
        b";" * 50,
    ),
    b"Content-Transfer-Encoding: base64\r\n",
)


def spoilt(raw: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Bytes changed, pieces put in, stretches doubled, cut out, or taken from another mail."""
    data = bytearray(raw[:LARGEST])
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randrange(1, 200))
        match chance.randrange(6):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                data[at:at] = chance.choice(_PIECES)
            case 2:
                data[at:at] = data[at:end]
            case 3:
                del data[at:end]
            case 4:
                other = chance.choice(others)[:LARGEST]
                where = chance.randrange(len(other) + 1)
                data[at:end] = other[where : where + 300]
            case 5 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
    return bytes(data)


def cases(first: int, count: int) -> Iterator[tuple[str, bytes]]:
    """The same mail for the same number, always."""
    mails = corpus()
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
    return took


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1_000_000)
    asked = options.parse_args()
    began, worst, count = time.monotonic(), (0.0, ""), 0
    for name, raw in cases(asked.seed, sys.maxsize - asked.seed):
        took = look(name, raw)
        worst = max(worst, (took, name))
        count += 1
        if took > SECONDS:
            print(f"{name} took {took:.2f} s")  # noqa: T201
            return 1
        if time.monotonic() - began > asked.seconds:
            break
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count} mails, the slowest {worst[0]:.3f} s ({worst[1]}), {memory} MB at most")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

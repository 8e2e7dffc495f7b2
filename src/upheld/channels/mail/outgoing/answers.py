"""What a receiving server answered, in words for whoever wrote the mail. Pure; the answer itself stays beside it."""

from __future__ import annotations

import re
from typing import Final

_CODE: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_BY_CODE: Final = {  # RFC 3463 and its registry: subject and detail, whatever the class
    "1.1": "There is no such mailbox.",
    "1.2": "There is no such mail domain.",
    "1.3": "The address is not written correctly.",
    "1.6": "The mailbox has moved.",
    "1.10": "That domain takes no mail.",
    "2.1": "The mailbox is closed.",
    "2.2": "Their mailbox is full.",
    "2.3": "The mail is too large for their mailbox.",
    "3.4": "The mail is too large for their server.",
    "4.4": "Their mail domain names no server.",
    "4.7": "Their server could not be reached for days.",
    "7.1": "Their server does not accept this mail from us.",
    "7.25": "Their server does not accept this mail from us.",
    "7.26": "Their server found our mail not authenticated.",
}
_LATER: Final = {"2.2": "Their mailbox is full.", "7.1": "Their server asks us to come back later."}
_BY_WORD: Final = (
    (re.compile(r"user unknown|no such (user|person|mailbox|recipient)|does not exist|unknown recipient", re.IGNORECASE),
     "There is no such mailbox."),
    (re.compile(r"greylist|come back|try again later", re.IGNORECASE), "Their server asks us to come back later."),
    (re.compile(r"quota|mailbox (is )?full|over ?limit", re.IGNORECASE), "Their mailbox is full."),
    (re.compile(r"too (large|big)|size limit|exceeds", re.IGNORECASE), "The mail is too large for their server."),
    (re.compile(r"spam|blocked|blacklist|reputation|policy", re.IGNORECASE), "Their server does not accept this mail from us."),
    (re.compile(r"refused:|timed? ?out|timeout|unreachable|connection|gaierror|no answer|closed", re.IGNORECASE),
     "The server could not be reached."),
)  # fmt: skip


def in_words(answer: str) -> str:
    """One sentence for an answer such as `550 5.1.1 User unknown`; for one that nobody foresaw, that it was not taken."""
    answer = answer.removeprefix("came back:").strip()
    code = _CODE.search(answer)
    if code is not None:
        detail = f"{int(code[2])}.{int(code[3])}"
        said = (_LATER.get(detail) if code[1] == "4" else None) or _BY_CODE.get(detail)
        if said and not (code[1] == "4" and detail == "1.1"):
            return said
    said = next((words for pattern, words in _BY_WORD if pattern.search(answer)), None)
    if said is not None:
        return said
    is_for_now = answer[:1] == "4" or (code is not None and code[1] == "4")
    return "Their server cannot take it just now." if is_for_now else "Their server did not take it."

"""Which charset bytes are in that say nothing of it, or something wrong: the one in which they read like a language.

Only for text that is mostly beyond ASCII (Cyrillic, Greek, Hebrew, Arabic, Thai, Chinese, Japanese, Korean): in it each
language has a few letters that are everywhere, and in a wrong charset they are somewhere else. Western text, with an accent here
and there, is left alone.
"""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass
from typing import Final

SAMPLE: Final = 4_000
LEAST_HIGH: Final = 0.4  # the share of bytes beyond ASCII among those that are no blanks
LEAST_ALIKE: Final = 0.55  # of what is usual in the language


@dataclass(frozen=True, slots=True)
class _Candidate:
    """`usual` is the share that the frequent letters have in ordinary text of the language, of all beyond ASCII."""

    codec: str
    frequent: frozenset[str]
    usual: float


_HIGH: Final = bytes(range(0x80, 0x100))
_BLANK: Final = bytes(range(0x21))
_CYRILLIC: Final = frozenset("оеаинтсрвл")
_KANA: Final = frozenset(map(chr, range(0x3041, 0x30FF)))
_HANGUL: Final = frozenset("이다는에의를을가니습하고한지어로안녕세요수있없합기사서인도시")
_HAN: Final = "的一是不我有在人了中上和你他您好请这大为来以到个们时请問请谢"
_SIMPLIFIED: Final = frozenset(_HAN + "，。们请说这个时会对无发问题没谢账号户登录帮")
_TRADITIONAL: Final = frozenset(_HAN + "，。們請說這個時會對無發問題沒謝帳號戶登錄幫")
_CANDIDATES: Final = (
    _Candidate("cp1251", _CYRILLIC, 0.55),
    _Candidate("koi8-r", _CYRILLIC, 0.55),
    _Candidate("koi8-u", _CYRILLIC | frozenset("іїє"), 0.6),
    _Candidate("cp866", _CYRILLIC, 0.55),
    _Candidate("iso8859-5", _CYRILLIC, 0.55),
    _Candidate("cp1253", frozenset("αοιετσνηυρ"), 0.6),
    _Candidate("cp1255", frozenset("יוהלאמרתבש"), 0.6),
    _Candidate("cp1256", frozenset("اليمنورتبه"), 0.6),
    _Candidate("cp874", frozenset("านรอกเงมยลวดท"), 0.5),
    _Candidate("cp932", _KANA, 0.5),
    _Candidate("euc_jp", _KANA, 0.5),
    _Candidate("cp949", _HANGUL, 0.35),
    _Candidate("gb18030", _SIMPLIFIED, 0.2),
    _Candidate("big5", _TRADITIONAL, 0.2),
)


def guessed(data: bytes) -> str:
    """The codec, or an empty text where nothing reads like a language, or where there is too little to tell."""
    sample = data[:SAMPLE]
    high = len(sample) - len(sample.translate(None, _HIGH))
    if high < 6 or high < LEAST_HIGH * len(sample.translate(None, _BLANK)):
        return ""
    best = max(_CANDIDATES, key=lambda one: _likeness(sample, one))
    return best.codec if _likeness(sample, best) >= LEAST_ALIKE else ""


def _likeness(sample: bytes, candidate: _Candidate) -> float:
    try:
        text = codecs.getincrementaldecoder(candidate.codec)().decode(sample)
    except UnicodeError:
        return 0.0
    count = Counter(text)
    beyond = sum(number for letter, number in count.items() if letter >= "\x80")
    if not beyond:
        return 0.0
    return sum(number for letter, number in count.items() if letter in candidate.frequent) / beyond / candidate.usual

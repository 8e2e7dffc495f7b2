"""Bytes of strangers as text: by their label, against it, and without one."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.channels.mail.parsing.charsets import decode
from upheld.channels.mail.parsing.fields import text_of

WORDS = {
    "cp1250": "Příliš žluťoučký kůň",
    "cp1251": "Привет, как дела у вас сегодня?",
    "cp1252": "Grüße – „so“ 12 €",
    "cp1253": "Καλημέρα, πώς είστε σήμερα;",
    "cp1254": "Türkçe ığış",
    "cp1255": "שלום, איך אפשר להיכנס לחשבון",
    "cp1256": "مرحبا، كيف يمكنني الدخول إلى الحساب",
    "cp1257": "Ačiū labai",
    "cp1258": "Tiê\u0301ng",
    "cp874": "สวัสดีครับ ผมเข้าระบบไม่ได้",
    "koi8-r": "Привет, как дела у вас сегодня?",
    "koi8-u": "Доброго дня, не можу увійти",
    "cp866": "Привет, как дела у вас сегодня?",
    "mac-roman": "Grüße é",
    "mac-cyrillic": "Привет мир",
    "iso-8859-2": "Zażółć gęślą jaźń",
    "iso-8859-15": "12 € und Grüße",
    "big5": "您好，我的帳戶無法登錄，請幫忙。",
    "gb18030": "您好，我的账户无法登录，请帮忙。",
    "cp932": "日本語のメールです。よろしくお願いします",
    "euc_jp": "日本語のメールです。よろしくお願いします",
    "cp949": "안녕하세요 계정에 로그인할 수 없습니다 뷁",
    "iso2022_kr": "한국어 메일",
    "hz": "中文邮件",
    "utf-7": "Grüße ☺",
    "utf-16": "Grüße an alle",
    "utf-16-le": "Grüße an alle",
}
LABELS = {
    "cp949": ["ks_c_5601-1987", "euc-kr", "korean", "windows-949", "x-windows-949", "KSC5601"],
    "gb18030": ["gb2312", "gbk", "x-gbk", "cp936", "GB_2312-80"],
    "big5": ["big5", "x-x-big5", "big5-hkscs"],
    "cp932": ["shift_jis", "Shift-JIS", "x-sjis", "windows-31j", "ms932"],
    "euc_jp": ["euc-jp", "x-euc-jp"],
    "koi8-r": ["koi8-r", "KOI8-R"],
    "utf-7": ["utf-7", "unicode-1-1-utf-7"],
    "hz": ["hz-gb-2312"],
    "mac-cyrillic": ["x-mac-cyrillic"],
    "mac-roman": ["macintosh", "x-mac-roman"],
    "cp866": ["ibm866", "dos-866", "cp-866"],
    "utf-16-le": ["utf-16", "utf-16le"],
}
NAMED = [(label, codec) for codec, labels in LABELS.items() for label in labels] + [
    (form.format(codec[2:]), codec) for codec in WORDS if codec.startswith("cp125")
    for form in ("windows-{}", "cp{}", "WIN-{}", "x-cp{}", '"windows-{}"', "windows-{}; format=flowed")
]  # fmt: skip
TOLD_APART = (
    *("cp1251", "koi8-r", "cp866", "cp1253", "cp1255", "cp1256", "cp874", "cp1252"),
    *("big5", "gb18030", "cp932", "euc_jp", "cp949", "iso2022_kr", "utf-16", "utf-16-le"),
)


@pytest.mark.parametrize(("label", "codec"), NAMED)
def test_a_label_is_understood_in_each_of_its_spellings(label: str, codec: str) -> None:
    assert decode(WORDS[codec].encode(codec), label) == WORDS[codec]


@pytest.mark.parametrize("codec", TOLD_APART)
@pytest.mark.parametrize("label", ["", "us-ascii", "iso-8859-1", "utf-8", "x-unknown"])
def test_a_label_that_is_missing_or_wrong_is_seen_through(codec: str, label: str) -> None:
    if codec.startswith("utf-16") and label == "iso-8859-1":
        pytest.skip("zero bytes are valid there")
    assert decode(WORDS[codec].encode(codec), label) == WORDS[codec]


@pytest.mark.parametrize("label", ["iso-2022-jp", "", "us-ascii", "utf-8", "iso-2022-jp-ms", "cp50221"])
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("日本語のメール、カナ".encode("iso2022_jp"), "日本語のメール、カナ"),
        (b"\x1b(I6@6E\x1b(B abc", "ｶﾀｶﾅ abc"),
        (b"\x1b$B-!-j\x1b(B", "①㈱"),
        ("日本語".encode("iso2022_jp")[:-4], "日本"),
        ("日本".encode("iso2022_jp") + b"\r\n" + "語".encode("iso2022_jp"), "日本\r\n語"),
    ],
)
def test_japanese_in_seven_bits_as_it_is_really_sent(label: str, raw: bytes, text: str) -> None:
    assert decode(raw, label) == text


def test_western_words_with_a_few_accents_are_never_taken_for_something_else() -> None:
    for text in ("Grüße aus Köln, schöne Tage", "déjà vu à la fête, être", "señor, mañana ¿qué?", "Ünïcödé äöü ÄÖÜ ß"):
        for label in ("", "iso-8859-1", "us-ascii"):
            assert decode(text.encode("cp1252"), label) == text


@pytest.mark.parametrize("codec", ["utf-8", "iso2022_jp", "gb18030", "euc_kr", "cp932", "koi8-r"])
@pytest.mark.parametrize("step", [1, 2, 3, 5])
def test_encoded_words_may_be_broken_in_the_middle_of_a_letter(codec: str, step: int) -> None:
    text = {"gb18030": "中文邮件", "euc_kr": "한국어", "koi8-r": "Привет"}.get(codec, "日本語のメール")
    raw = text.encode(codec)
    words = [
        b"=?%s?B?%s?=" % (codec.encode(), base64.b64encode(raw[at : at + step])) for at in range(0, len(raw), step)
    ]
    assert text_of(b"\r\n ".join(words)) == text


@given(
    st.binary(max_size=300), st.sampled_from(["", "utf-8", "iso-2022-jp", "utf-7", "gb2312", "ks_c_5601-1987", "hz"])
)
def test_any_bytes_become_text_that_can_be_kept(raw: bytes, label: str) -> None:
    text = decode(b"\x1b$B" + raw if label == "iso-2022-jp" else raw, label)
    assert "\x00" not in text
    text.encode()

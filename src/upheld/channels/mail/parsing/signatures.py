"""Where the words end and the signature begins: what stands below “-- ”, or the line that a telephone adds."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 12  # lines
UNSEEN: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # marks of direction around names
_DEVICE: Final = (
    r"(?:my |mein(?:em)? |mon |mi |meu |mijn |min |il mio |mojego |моего )?(?:iphone|ipad|android|samsung|galaxy"
    r"|huawei|xiaomi|pixel|blackberry|htc|nokia|motorola|oneplus|oppo|honor|mailbox|verizon|surface|mobile|phone"
    r"|handy|smartphone|tablet"
    r"|outlook|yahoo|proton|gmx|web\.de|k-9|mail|windows|mobil|telefon|теле)"
)
_SENT_FROM: Final = re.compile(
    rf"(?:sent (?:wirelessly )?(?:from|with|via) {_DEVICE}|enviado (?:desde|do|de) {_DEVICE}"
    rf"|envoyé (?:de|depuis|avec|à partir de) {_DEVICE}"
    rf"|von {_DEVICE}(?:-gerät| aus)?(?: mit [\w-]{{1,20}}(?: mail)?)? gesendet"
    rf"|gesendet (?:mit|von)(?: der| meinem)? {_DEVICE}|inviato da(?:l mio)? {_DEVICE}"
    rf"|(?:verstuurd|verzonden) (?:vanaf|met|via) {_DEVICE}|wysłane? z {_DEVICE}|skickat från {_DEVICE}|sendt fra {_DEVICE}"
    rf"|отправлено (?:с|из) {_DEVICE}"
    rf"|(?:iphone|ipad|android).{{0,20}}から送信|내 (?:iphone|ipad|갤럭시).{{0,20}}에서 보냄"
    rf"|发自我的 ?(?:iphone|ipad|android|华为|小米|三星|手机|安卓).{{0,10}}"
    rf"|(?:تم الإرسال|أُ?رسلت) من .{{0,10}}(?:iphone|ipad|جهاز).{{0,20}}"
    rf"|get outlook for (?:ios|android)|outlook für (?:ios|android) herunterladen|télécharger outlook pour (?:ios|android)"
    rf"|obtener outlook para (?:ios|android)|scarica outlook per (?:ios|android)|download outlook voor (?:ios|android)"
    rf"|pobierz aplikację outlook.{{0,30}}|obter o outlook para (?:ios|android))"
    r"(?:\s*<[^<>\s]{1,200}>"
    r"|\s+(?:for|on|für|auf|sur|en|para|per|voor|secure|mail|e-?mail|app|smartphone|phone|mobile|device|i?phone|ios"
    r"|ipad|android|galaxy|windows|pro|max|plus|ultra|mini|\w?\d{1,2}\w?)|['’][au])*[.!]?",
    re.IGNORECASE,
)


def without_signature(text: str) -> tuple[str, str]:
    """The words, and the signature at their end, with its mark; the two add up to the whole."""
    lines = text.rstrip().split("\n")
    at = next(
        (at for at in range(len(lines) - 1, max(0, len(lines) - LONGEST), -1) if lines[at] in ("-- ", "--")),
        0,
    )
    if at and not any(line.startswith(">") for line in lines[at:]):
        cut = at
    elif len(lines) > 1 and len(lines[-1]) < 120 and _SENT_FROM.fullmatch(UNSEEN.sub("", lines[-1]).strip()):
        cut = len(lines) - 1
    else:
        return text, ""
    if not "".join(lines[:cut]).strip():
        return text, ""
    return "\n".join(lines[:cut]).rstrip(), "\n".join(lines[cut:])

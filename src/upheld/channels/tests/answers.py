"""Answers as the usual mail programs write them, in sixteen languages: what is new in each, and what is an earlier message."""
# ruff: noqa: E501 - each sample is one line, to be read at a glance

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

S: Final = "Support <support@x.example>"


@dataclass(frozen=True, slots=True)
class Language:
    """`new` and `old` are two lines each; the introductions are those of Gmail, Apple Mail and Thunderbird."""

    new: str
    old: str
    gmail: str
    apple: str
    thunderbird: str
    labels: tuple[str, str, str, str]
    phone: str


LANGUAGES: Final = {
    "en": Language("Yes, it is on now.|It still beeps.", "Is the pump on?|Please look at the lamp.",
        f"On Mon, Mar 2, 2026 at 9:00 AM {S} wrote:", f"On Mar 2, 2026, at 9:00 AM, {S} wrote:", "On 3/2/26 09:00, Support wrote:",
        ("From", "Sent", "To", "Subject"), "Sent from my iPhone"),
    "es": Language("Sí, ya está encendida.|Todavía pita.", "¿Está encendida la bomba?|Mire la lámpara.",
        "El lun, 2 mar 2026 a las 9:00, Support (<support@x.example>) escribió:", f"El 2 mar 2026, a las 9:00, {S} escribió:",
        "El 2/3/26 a las 9:00, Support escribió:", ("De", "Enviado el", "Para", "Asunto"), "Enviado desde mi iPhone"),
    "pt": Language("Sim, já está ligada.|Ainda apita.", "A bomba está ligada?|Veja a lâmpada.",
        f"Em seg., 2 de mar. de 2026 às 09:00, {S} escreveu:", f"No dia 2 de mar. de 2026, às 09:00, {S} escreveu:",
        "Em 02/03/2026 09:00, Support escreveu:", ("De", "Enviada em", "Para", "Assunto"), "Enviado do meu iPhone"),
    "fr": Language("Oui, elle est allumée.|Elle bipe encore.", "La pompe est-elle allumée ?|Regardez la lampe.",
        f"Le lun. 2 mars 2026 à 09:00, {S} a écrit :", f"Le 2 mars 2026 à 09:00, {S} a écrit :",
        "Le 02/03/2026 à 09:00, Support a écrit :", ("De", "Envoyé", "À", "Objet"), "Envoyé de mon iPhone"),
    "de": Language("Ja, sie ist jetzt an.|Sie piept noch.", "Ist die Pumpe an?|Bitte auf die Lampe sehen.",
        f"Am Mo., 2. März 2026 um 09:00 Uhr schrieb {S}:", f"Am 02.03.2026 um 09:00 schrieb {S}:",
        "Am 02.03.26 um 09:00 schrieb Support:", ("Von", "Gesendet", "An", "Betreff"), "Von meinem iPhone gesendet"),
    "it": Language("Sì, ora è accesa.|Suona ancora.", "La pompa è accesa?|Guardi la spia.",
        f"Il giorno lun 2 mar 2026 alle ore 09:00 {S} ha scritto:", f"Il giorno 2 mar 2026, alle ore 09:00, {S} ha scritto:",
        "Il 02/03/26 09:00, Support ha scritto:", ("Da", "Inviato", "A", "Oggetto"), "Inviato da iPhone"),
    "nl": Language("Ja, hij staat nu aan.|Hij piept nog.", "Staat de pomp aan?|Kijk naar de lamp.",
        f"Op ma 2 mrt 2026 om 09:00 schreef {S}:", f"Op 2 mrt 2026 om 09:00 heeft {S} het volgende geschreven:",
        "Op 02-03-2026 om 09:00 schreef Support:", ("Van", "Verzonden", "Aan", "Onderwerp"), "Verstuurd vanaf mijn iPhone"),
    "pl": Language("Tak, już działa.|Nadal piszczy.", "Czy pompa działa?|Proszę spojrzeć na lampkę.",
        f"pon., 2 mar 2026 o 09:00 {S} napisał(a):", f"Wiadomość napisana przez {S} w dniu 2 mar 2026, o godz. 09:00:",
        "W dniu 2.03.2026 o 09:00, Support pisze:", ("Od", "Wysłano", "Do", "Temat"), "Wysłane z iPhone'a"),
    "ja": Language("はい、今は動いています。|まだ音がします。", "ポンプは動いていますか。|ランプを見てください。",
        f"2026年3月2日(月) 9:00 {S}:", f"2026/03/02 9:00、{S}のメール:", "On 2026/03/02 9:00, Support wrote:",
        ("差出人", "送信日時", "宛先", "件名"), "iPhoneから送信"),
    "ko": Language("네, 지금 켜져 있습니다.|아직 소리가 납니다.", "펌프가 켜져 있습니까?|램프를 봐 주세요.",
        f"2026년 3월 2일 (월) 오전 9:00, {S}님이 작성:", f"2026. 3. 2. 오전 9:00, {S} 작성:",
        "2026-03-02 오전 9:00에 Support 이(가) 쓴 글:", ("보낸 사람", "보낸 날짜", "받는 사람", "제목"), "내 iPhone에서 보냄"),
    "zh": Language("是的，已经开了。|还在响。", "泵开了吗？|请看一下灯。",
        f"{S} 于2026年3月2日周一 09:00写道：", f"在 2026年3月2日，09:00，{S} 写道：", "在 2026/3/2 09:00, Support 写道:",
        ("发件人", "发送时间", "收件人", "主题"), "发自我的iPhone"),
    "ar": Language("نعم، إنها تعمل الآن.|ما زالت تصفر.", "هل المضخة تعمل؟|انظر إلى المصباح.",
        "في الاثنين، 2 مارس 2026 في 9:00 ص تمت كتابة ما يلي بواسطة \u202aSupport\u202c\u200f <\u202asupport@x.example\u202c\u200f>:",
        f"في 2 مارس 2026، الساعة 9:00 ص، كتب {S}:", "في 2/3/26 9:00 ص، كتب Support:", ("من", "تم الإرسال", "إلى", "الموضوع"),
        "أُرسلت من الـ iPhone"),
    "sv": Language("Ja, den är på nu.|Den piper än.", "Är pumpen på?|Titta på lampan.",
        f"Den mån 2 mars 2026 kl 09:00 skrev {S}:", f"2 mars 2026 kl. 09:00 skrev {S}:", "Den 2026-03-02 kl. 09:00, skrev Support:",
        ("Från", "Skickat", "Till", "Ämne"), "Skickat från min iPhone"),
    "da": Language("Ja, den er tændt nu.|Den bipper stadig.", "Er pumpen tændt?|Se på lampen.",
        f"Den man. 2. mar. 2026 kl. 09.00 skrev {S}:", f"Den 2. mar. 2026 kl. 09.00 skrev {S}:",
        "Den 02.03.2026 kl. 09.00 skrev Support:", ("Fra", "Sendt", "Til", "Emne"), "Sendt fra min iPhone"),
    "no": Language("Ja, den er på nå.|Den piper ennå.", "Er pumpen på?|Se på lampen.",
        f"man. 2. mar. 2026 kl. 09:00 skrev {S}:", f"2. mars 2026 kl. 09:00 skrev {S}:", "Den 02.03.2026 09:00, skrev Support:",
        ("Fra", "Sendt", "Til", "Emne"), "Sendt fra min iPhone"),
    "ru": Language("Да, теперь включён.|Ещё пищит.", "Насос включён?|Посмотрите на лампу.",
        f"пн, 2 мар. 2026 г. в 09:00, {S}:", f"2 марта 2026 г., в 09:00, {S} написал(а):", "02.03.2026 09:00, Support пишет:",
        ("От", "Отправлено", "Кому", "Тема"), "Отправлено с iPhone"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """`new` has to be seen at once; `old` and `signature` should be folded."""

    name: str
    text: str
    new: tuple[str, ...]
    old: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()


def answers() -> list[Answer]:
    return [*_by_language(), *_by_client(), *_plain()]


def _by_language() -> Iterator[Answer]:
    for code, one in LANGUAGES.items():
        new, old = tuple(one.new.split("|")), tuple(one.old.split("|"))
        words, quoted = "\n".join(new), "\n".join(f"> {line}" for line in old)
        sender, sent, to, subject = one.labels
        block = f"{sender}: {S}\n{sent}: 2026-03-02 09:00\n{to}: Reed\n{subject}: Re: Pump"
        stars = f"*{sender}:* {S}\n*{sent}:* 2026-03-02 09:00\n*{to}:* Reed\n*{subject}:* Re: Pump"
        bare = "\n".join(old)
        top = {
            "Gmail": f"{words}\n\n{one.gmail}\n\n{quoted}\n",
            "Gmail in a narrow window": f"{words}\n\n{_broken(one.gmail)}\n\n{quoted}\n",
            "Apple Mail": f"{words}\n\n{one.apple}\n> \n{quoted}\n",
            "Thunderbird": f"{words}\n\n{one.thunderbird}\n{quoted}\n",
            "Outlook": f"{words}\n\n{block}\n\n{bare}\n",
            "Outlook in the browser": f"{words}\n\n{'_' * 32}\n{block}\n\n{bare}\n",
            "Outlook, bold": f"{words}\n\n{stars}\n\n{bare}\n",
        }
        for client, text in top.items():
            introduction = tuple(line for line in text.split("\n")[len(new) + 1 :] if line.strip(" >_"))
            yield Answer(f"{code} {client}", text, new, tuple(line.removeprefix("> ") for line in introduction))
        yield Answer(f"{code} iPhone", f"{words}\n\n{one.phone}\n\n{one.apple}\n\n{quoted}\n", new, old, (one.phone,))
        yield Answer(f"{code} below", f"{one.gmail}\n{quoted}\n\n{words}\n", new)
        between = f"{one.thunderbird}\n> {old[0]}\n\n{new[0]}\n\n> {old[1]}\n\n{new[1]}\n"
        yield Answer(f"{code} between the lines", between, new)
        yield Answer(
            f"{code} signature",
            f"{words}\n\n-- \nA. Reed\nHarbour\n\n{one.gmail}\n{quoted}",
            new,
            old,
            ("A. Reed", "Harbour"),
        )


def _broken(introduction: str) -> str:
    """As it is when the line is longer than seventy letters."""
    at = introduction.rfind("<")
    return introduction[: at + 1] + "\n" + introduction[at + 1 :] if at > 0 else introduction


def _by_client() -> Iterator[Answer]:
    new, old = ("It works.", "Thanks"), ("Is it on?", "Support")
    words, quoted, bare = "It works.\nThanks", "> Is it on?\n> Support", "Is it on?\nSupport"
    head = f"From: {S}\nSent: Monday, March 2, 2026 9:00 AM\nTo: Reed\nSubject: Pump"
    histories = {
        "Yahoo": f"    On Monday, March 2, 2026 at 09:00:00 AM GMT+1, {S} wrote:  \n \n {bare}",
        "Proton": f"------- Original Message -------\nOn Monday, March 2nd, 2026 at 9:00 AM, {S} wrote:\n\n{quoted}",
        "Proton, German": f"Am Montag, 2. März 2026 um 09:00 schrieb {S}:\n\n{quoted}",
        "GMX": f"Gesendet: Montag, 02. März 2026 um 09:00 Uhr\nVon: {S}\nAn: reed@h.example\nBetreff: Pumpe\n\n{bare}",
        "GMX with marks": f"> Gesendet: Montag, 02. März 2026 um 09:00 Uhr\n> Von: {S}\n> An: reed\n> Betreff: Pumpe\n>\n{quoted}",
        "Lotus Notes": f"From:   {S}\nTo:     reed@h.example\nDate:   02.03.2026 09:00\nSubject:        Pump\n\n{bare}",
        "Lotus Notes with a rule": f"{'-' * 60}\nFrom: {S}\nTo: Reed\nDate: 02.03.2026\nSubject: Pump\n\n{bare}",
        "K-9": f"-------- Ursprüngliche Nachricht --------\nVon: {S}\nGesendet: 2. März 2026\nAn: Reed\nBetreff: Pumpe\n\n{bare}",
        "K-9, English": f"On March 2, 2026 9:00:00 AM GMT+01:00, {S} wrote:\n{quoted}",
        "mutt": f"On Mon, Mar 02, 2026 at 09:00:00AM +0100, Support wrote:\n{quoted}",
        "Android": f"-------- Original message --------\nFrom: {S}\nDate: 02/03/2026 09:00 (GMT+01:00)\nTo: Reed\nSubject: Pump\n\n{bare}",
        "Outlook 2003": f"-----Original Message-----\n{head}\n\n{bare}",
        "Outlook without a blank line": f"{head}\n{bare}",
        "Outlook in Dutch": f"-----Oorspronkelijk bericht-----\nVan: {S}\nVerzonden: maandag\nAan: Reed\nOnderwerp: Pomp\n\n{bare}",
        "Outlook in Spanish": f"-----Mensaje original-----\nDe: {S}\nEnviado: lunes\nPara: Reed\nAsunto: Bomba\n\n{bare}",
        "Roundcube": f"On 2026-03-02 09:00, Support wrote:\n{quoted}",
        "Roundcube, German": f"Am 2026-03-02 09:00, schrieb Support:\n{quoted}",
        "Zoho": f"---- On Mon, 02 Mar 2026 09:00:00 +0100 {S} wrote ----\n\n{bare}",
        "marks alone": quoted,
        "twice": f"On Mon, Mar 2, 2026 at 9:00 AM {S} wrote:\n{quoted}\n> On Sun, Mar 1, 2026 at 9:00 AM Reed wrote:\n>> It stopped.",
        "ours": f"##- Please type your reply above this line -##\n{bare}",
    }
    for name, history in histories.items():
        yield Answer(name, f"{words}\n\n{history}\n", new, old)
    lines = ("Get Outlook for iOS<https://aka.ms/o0ukef>", "Sent from Yahoo Mail on Android", "Sent with Proton Mail secure email.",
             "Von meinem Android-Gerät mit K-9 Mail gesendet.", "Gesendet mit der GMX Mail App", "Sent from my Galaxy",
             "Outlook für iOS herunterladen<https://aka.ms/o0ukef>", "Télécharger Outlook pour Android", "Sent from my BlackBerry 10 smartphone.")  # fmt: skip
    for line in lines:
        yield Answer(line, f"{words}\n\n{line}\n\n{head}\n\n{bare}", new, old, (line,))


def _plain() -> Iterator[Answer]:
    """Words in which nothing is old, although they look a little like it."""
    texts = (
        "He wrote:\nI do not know.", "From: the beginning it failed\nTo: us this is new", "Note: I wrote this on the 3rd:\nplease look",
        "a > b\nc > d", "- one\n- two\n-- three", "I have sent it from my iPhone\nand then from the office.",
        "On 2 March 2026 my colleague wrote:\nthe pump is off.\nWhat does he mean?", "Steps:\n1. On Monday we wrote: nothing\n2. Help",
        "See this log:\n2026-03-02 09:00 Support <s@x.example>: started\nand then nothing", "Sent from my iPhone it looks wrong\nwhy?",
        "Von: hier an geht nichts\nmehr", "----\nA table\n----\nand words after it", "__________\nName\n__________\nplease sign",
        "Yes.\nSent from my phone because the desk is broken", "Ja.\nVon meinem Handy aus habe ich es gestern gesendet",
        "No.\nSent from my iPhone, can you read it?", "Hi\nSent with mail yesterday, no answer", "Oui\nEnvoyé de mon iPhone hier soir",
        "Subject: is missing\nDate: is wrong\nplease mend both", "> only a quotation", "Sehr geehrte Damen und Herren,\nAn: alle",
        "a\n-- \nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq",
    )  # fmt: skip
    for text in texts:
        yield Answer(text.split("\n")[0], text, tuple(text.split("\n")))

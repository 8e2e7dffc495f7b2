"""A document as DOCX: real heading, list and table styles, repeated header rows, language and direction, title and author."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from upheld.documents.tree import Block, Document, Heading, Items, Note, Paragraph, Run, Runs, Table

_INK, _SOFT, _ACCENT = RGBColor(0x1F, 0x23, 0x28), RGBColor(0x57, 0x60, 0x6A), RGBColor(0x0B, 0x6E, 0x7A)
_FONT = "Arial"  # on every office computer, and with Arabic, Hebrew, Greek and Cyrillic letters
_EASTERN = {"ja": "Yu Gothic", "zh": "Microsoft YaHei", "ko": "Malgun Gothic"}
_SIZES = {"Title": 22, "Heading 1": 15, "Heading 2": 12, "Heading 3": 10.5, "Heading 4": 10.5, "Heading 5": 10.5}


def docx_of(document: Document) -> bytes:
    """The bytes of the file. The same document gives the same text; dates inside are the edition's."""
    made = docx.Document()
    _Writer(made, document).write()
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


class _Writer:
    def __init__(self, made: Any, document: Document) -> None:
        self._made, self._document = made, document
        self._is_rtl = document.is_right_to_left

    def write(self) -> None:
        self._properties()
        self._styles()
        self._page()
        self._paragraph((Run(self._document.title),), "Title")
        self._paragraph((Run(" · ".join((self._document.edition.company, *self._document.about))),), "Subtitle")
        for block in self._document.blocks:
            self._block(block)

    def _properties(self) -> None:
        core, edition = self._made.core_properties, self._document.edition
        core.title, core.author, core.language = self._document.title, edition.company, self._document.language
        core.subject = self._document.about[0]
        core.version = str(edition.number)
        core.comments = " · ".join(self._document.about)
        day = edition.published or edition.effective
        core.created = core.modified = (
            datetime(day.year, day.month, day.day, tzinfo=UTC) if day else datetime(2026, 1, 1, tzinfo=UTC)
        )

    def _styles(self) -> None:
        styles = self._made.styles
        normal = styles["Normal"]
        normal.font.name, normal.font.size, normal.font.color.rgb = _FONT, Pt(10), _INK
        normal.paragraph_format.space_after = Pt(6)
        for name, size in _SIZES.items():
            font = styles[name].font
            font.name, font.size, font.bold, font.color.rgb = _FONT, Pt(size), True, _INK
        styles["Subtitle"].font.name, styles["Subtitle"].font.size = _FONT, Pt(9)
        styles["Subtitle"].font.italic, styles["Subtitle"].font.color.rgb = False, _SOFT
        styles["Caption"].font.name, styles["Caption"].font.size = _FONT, Pt(9.5)
        styles["Caption"].font.color.rgb, styles["Caption"].paragraph_format.keep_with_next = _INK, True
        note = styles["Intense Quote"].font
        note.name, note.italic, note.bold, note.color.rgb = _FONT, False, False, _INK
        for name in ("Normal", "Title", "Subtitle", "Caption", "Intense Quote", *_SIZES):
            element = styles[name].element
            _calm(element)
            self._speak(element.get_or_add_rPr())

    def _speak(self, properties: Any) -> None:
        """The language of a style, for spelling and for screen readers, and fonts for every script."""
        fonts = properties.find(qn("w:rFonts"))
        if fonts is None:
            fonts = OxmlElement("w:rFonts")
            properties.insert(0, fonts)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{script}"), _FONT)
        fonts.set(qn("w:eastAsia"), _EASTERN.get(self._document.language.partition("-")[0], _FONT))
        _size_of_other_scripts(properties)
        spoken = OxmlElement("w:lang")
        for kind in ("val", "eastAsia", "bidi"):
            spoken.set(qn(f"w:{kind}"), self._document.language)
        for old in properties.findall(qn("w:lang")):
            properties.remove(old)
        properties.append(spoken)

    def _page(self) -> None:
        section = self._made.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin = section.bottom_margin = Mm(22)
        foot = section.footer.paragraphs[0]
        edition = self._document.edition
        self._fill(foot, (Run(f"{edition.company} · {self._document.title} · {self._document.about[0]}"),))
        foot.style = self._made.styles["Subtitle"]
        self._turn(foot)

    def _block(self, block: Block) -> None:
        match block:
            case Heading(level, runs, _):
                self._paragraph(runs, f"Heading {min(max(level - 1, 1), 5)}")
            case Paragraph(runs):
                self._paragraph(runs, "Normal")
            case Note(runs):
                self._paragraph(runs, "Intense Quote")
            case Items():
                self._items(block, 1)
            case Table():
                self._table(block)

    def _items(self, block: Items, depth: int) -> None:
        kind = "List Number" if block.is_ordered else "List Bullet"
        style = kind if depth == 1 else f"{kind} {min(depth, 3)}"
        for item in block.items:
            for inside in item:
                match inside:
                    case Paragraph(runs):
                        self._paragraph(runs, style)
                    case Items():
                        self._items(inside, depth + 1)
                    case _:
                        self._block(inside)

    def _table(self, table: Table) -> None:
        if table.caption:
            self._paragraph(table.caption, "Caption")
        rows = [*([table.head] if table.head else []), *table.rows]
        made = self._made.add_table(rows=len(rows), cols=table.width, style="Table Grid")
        _quiet_lines(made, is_rtl=self._is_rtl)
        look = made._tbl.tblPr.find(qn("w:tblLook"))
        if look is not None:
            look.set(qn("w:firstRow"), "1" if table.head else "0")
            look.set(qn("w:firstColumn"), "1")
        for row, cells in zip(made.rows, rows, strict=True):
            is_head = bool(table.head) and cells is table.head
            _keep_together(row, repeat=is_head)
            for cell, runs in zip(row.cells, cells, strict=False):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(2)
                self._fill(paragraph, runs, bold=is_head, size=9)
                self._turn(paragraph)
        self._made.add_paragraph().paragraph_format.space_after = Pt(2)

    def _paragraph(self, runs: Runs, style: str) -> None:
        paragraph = self._made.add_paragraph(style=style)
        self._fill(paragraph, runs)
        self._turn(paragraph)

    def _fill(self, paragraph: Any, runs: Runs, *, bold: bool = False, size: float | None = None) -> None:
        for run in runs:
            made = _linked(paragraph, run) if run.href else paragraph.add_run(run.text)
            made.bold, made.italic = (run.bold or bold) or None, run.italic or None
            if size is not None:
                made.font.size = Pt(size)
            if run.href:
                made.font.color.rgb, made.font.underline = _ACCENT, True
            if self._is_rtl and not run.is_code:
                made.font.rtl = True
                made.font.cs_bold, made.font.cs_italic = made.bold, made.italic
                _size_of_other_scripts(made._r.get_or_add_rPr())

    def _turn(self, paragraph: Any) -> None:
        """A paragraph of a right-to-left language runs from the right."""
        if self._is_rtl:
            properties = paragraph._p.get_or_add_pPr()
            properties.insert_element_before(
                OxmlElement("w:bidi"),
                "w:adjustRightInd",
                "w:snapToGrid",
                "w:spacing",
                "w:ind",
                "w:contextualSpacing",
                "w:jc",
                "w:rPr",
            )


def _linked(paragraph: Any, run: Run) -> Any:
    """A run inside a hyperlink; links within the document keep their text only."""
    if run.href.startswith("#"):
        return paragraph.add_run(run.text)
    address = paragraph.part.relate_to(run.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), address)
    made = paragraph.add_run(run.text)
    link.append(made._r)
    paragraph._p.append(link)
    return made


def _size_of_other_scripts(properties: Any) -> None:
    """Arabic and Hebrew letters have a size of their own; it is that of the others."""
    size = properties.find(qn("w:sz"))
    if size is None:
        return
    for old in properties.findall(qn("w:szCs")):
        properties.remove(old)
    same = OxmlElement("w:szCs")
    same.set(qn("w:val"), size.get(qn("w:val")))
    size.addnext(same)


def _calm(style: Any) -> None:
    """Takes spaced letters and coloured lines out of a style; its weight and slant hold for Arabic letters too."""
    properties = style.get_or_add_rPr()
    for old in properties.findall(qn("w:spacing")):
        properties.remove(old)
    for line in style.iter(qn("w:bottom")):
        line.set(qn("w:color"), "D8DADD")
        line.attrib.pop(qn("w:themeColor"), None)
    for name in ("b", "i"):
        own = properties.find(qn(f"w:{name}"))
        for old in properties.findall(qn(f"w:{name}Cs")):
            properties.remove(old)
        if own is not None:
            same = OxmlElement(f"w:{name}Cs")
            same.set(qn("w:val"), own.get(qn("w:val")) or "1")
            own.addnext(same)


def _quiet_lines(table: Any, *, is_rtl: bool) -> None:
    """Hairlines between rows and none between columns."""
    properties = table._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        shown = side in ("bottom", "insideH")
        line.set(qn("w:val"), "single" if shown else "nil")
        if shown:
            line.set(qn("w:sz"), "4")
            line.set(qn("w:color"), "D8DADD")
        borders.append(line)
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    room = OxmlElement("w:tblCellMar")
    for side, twips in (("top", 50), ("bottom", 50)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twips))
        margin.set(qn("w:type"), "dxa")
        room.append(margin)
    properties.insert_element_before(room, "w:tblLook")
    if is_rtl:
        properties.insert_element_before(
            OxmlElement("w:bidiVisual"),
            "w:tblStyleRowBandSize",
            "w:tblW",
            "w:jc",
            "w:tblInd",
            "w:tblBorders",
            "w:tblLayout",
            "w:tblLook",
        )


def _keep_together(row: Any, *, repeat: bool) -> None:
    """A row stays on one page; a header row stands again on each page."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeat:
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        properties.append(mark)

"""HTML, tagged PDF, DOCX and Markdown of one tree: the same text, the right structure, in every script."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from docx.oxml.ns import qn

from upheld.documents.formats import FORMATS
from upheld.documents.formats.html import html_body, html_page
from upheld.documents.formats.pdf import pdf_of_document
from upheld.documents.formats.word import docx_of
from upheld.documents.tests.policies import made, sources, techflow
from upheld.documents.tree import Document, Paragraph, Table, text
from upheld.policy.loader import load_sources


def text_of(name: str, content: bytes) -> str:
    if name == "docx":
        opened = docx.Document(BytesIO(content))
        cells = (cell.text for table in opened.tables for row in table.rows for cell in row.cells)
        return "\n".join([*(one.text for one in opened.paragraphs), *cells])
    if name == "pdf":
        return pdf_text(content)
    return content.decode()


def pdf_text(content: bytes) -> str:
    """The text of all pages by the fonts' own tables of characters."""
    said = []
    with pikepdf.open(BytesIO(content)) as pdf:
        for page in pdf.pages:
            maps = {name: _characters(font) for name, font in page.Resources.Font.items()}
            current: dict[int, str] = {}
            for one in pikepdf.parse_content_stream(page):
                operands, operator = one.operands, one.operator
                if str(operator) == "Tf":
                    current = maps[str(operands[0])]
                elif str(operator) in ("Tj", "TJ"):
                    parts = operands[0] if str(operator) == "TJ" else operands
                    raw = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
                    said.append(
                        "".join(current.get(int.from_bytes(raw[at : at + 2]), "") for at in range(0, len(raw), 2))
                    )
    return "".join(said)


def _characters(font: Any) -> dict[int, str]:
    table = bytes(font.ToUnicode.read_bytes()).decode()
    found = re.findall(r"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>", table)
    return {int(code, 16): bytes.fromhex(to).decode("utf-16-be") for code, to in found}


@pytest.mark.parametrize("name", FORMATS)
def test_a_number_changed_in_the_policy_is_changed_in_every_format(name: str) -> None:
    changed = load_sources(
        sources(commitments=("enterprise: 15m}", "enterprise: 7m}"), policy=("version: 1", "version: 2"))
    )
    before = text_of(name, FORMATS[name].write(made(techflow(), "service-levels")))
    after = text_of(name, FORMATS[name].write(made(changed, "service-levels")))
    assert "15 minutes" in before
    assert "version 1" in before
    assert "7 minutes" in after
    assert "15 minutes" not in after
    assert "version 2" in after


def structure(node: Any, found: list[str]) -> list[str]:
    """The tags of a PDF in reading order."""
    for kid in node.get("/K", []) if isinstance(node.get("/K"), pikepdf.Array) else [node.get("/K")]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found.append(str(kid.S))
            structure(kid, found)
    return found


@pytest.mark.parametrize("language", ["en", "ar", "ja"])
def test_a_pdf_is_tagged_titled_and_in_its_language(language: str) -> None:
    document = made(techflow(), "support-policy", language)
    with pikepdf.open(BytesIO(pdf_of_document(document))) as pdf:
        root = pdf.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == language
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo["/Title"]).startswith(document.title)
        assert b"pdfuaid:part" in bytes(root.Metadata.read_bytes())
        tags = structure(root.StructTreeRoot, [])
        assert tags.index("/H1") < tags.index("/Table")
        assert tags.count("/Table") >= sum(isinstance(block, Table) for block in document.blocks), (
            "one for each page it is on"
        )
        assert {"/TH", "/TD", "/TR", "/Caption"} <= set(tags)
        assert all(page.get("/Tabs") == "/S" for page in pdf.pages)
        with pdf.open_outline() as outline:
            assert [one.title for one in outline.root] == [document.title]
        pictures = [one for one in tags if one == "/Figure"]
        assert pictures == [], "a document has no pictures, so none lacks an alternative text"


def test_headings_are_read_in_the_order_of_the_page() -> None:
    document = made(techflow(), "level-charter")
    with pikepdf.open(BytesIO(pdf_of_document(document))) as pdf:
        read = [tag for tag in structure(pdf.Root.StructTreeRoot, []) if re.fullmatch(r"/H[1-6]", tag)]
    wanted = [f"/H{one.level}" for one in document.headings()]
    assert [tag for tag in read if tag != "/H1"][-len(wanted) :] == wanted


def test_a_plan_summary_is_one_page_of_paper() -> None:
    document = made(techflow(), "plan-summary-enterprise")
    longer = replace(document, blocks=(*document.blocks, *[Paragraph(text("One more line."))] * 5))
    for one, pages in ((longer, 1), (replace(longer, is_one_page=False), 2)):
        with pikepdf.open(BytesIO(pdf_of_document(one))) as pdf:
            assert len(pdf.pages) == pages


@pytest.mark.parametrize(("language", "said"), [("ar", "د"), ("ja", "緊急")])
def test_every_script_has_its_letters_in_the_pdf(language: str, said: str) -> None:
    content = pdf_of_document(made(techflow(), "support-policy", language))
    assert said in pdf_text(content)
    with pikepdf.open(BytesIO(content)) as pdf:
        fonts = {str(font.BaseFont) for page in pdf.pages for _, font in page.Resources.Font.items()}
    assert any(("Arabic" if language == "ar" else "CJK") in name for name in fonts) or any(
        "DejaVu" in name for name in fonts
    )


def opened(document: Document) -> Any:
    return docx.Document(BytesIO(docx_of(document)))


def test_a_word_file_has_real_headings_lists_and_header_rows() -> None:
    document = made(techflow(), "level-charter")
    word = opened(document)
    said = {one.style.name for one in word.paragraphs}
    assert {"Title", "Subtitle", "Heading 1", "Heading 2", "List Bullet", "Caption", "Normal"} <= said
    headings = [one.style.name for one in word.paragraphs if one.style.name.startswith("Heading")]
    assert headings == [f"Heading {one.level - 1}" for one in document.headings()]
    assert len(word.tables) == sum(isinstance(block, Table) for block in document.blocks)
    for table in word.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    core = word.core_properties
    assert (core.title, core.language, core.version) == (document.title, "en", "1")
    assert core.author == "TechFlow Solutions"


def test_a_word_file_of_arabic_runs_from_the_right() -> None:
    word = opened(made(techflow(), "support-policy", "ar"))
    assert all(one._p.pPr.find(qn("w:bidi")) is not None for one in word.paragraphs if one.text)
    assert word.tables[0]._tbl.tblPr.find(qn("w:bidiVisual")) is not None
    assert word.core_properties.language == "ar"
    marks = [run for one in word.paragraphs for run in one.runs if run.font.rtl]
    assert marks
    assert word.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:bidi")) == "ar"


ORDER = ("tblStyle", "bidiVisual", "tblW", "jc", "tblInd", "tblBorders", "tblLayout", "tblCellMar", "tblLook")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_words_parts_stand_in_the_order_that_its_schema_asks_for(language: str) -> None:
    word = opened(made(techflow(), "support-policy", language))
    for table in word.tables:
        found = [ORDER.index(one.tag.partition("}")[2]) for one in table._tbl.tblPr]
        assert found == sorted(found)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_an_office_program_opens_a_word_file(tmp_path: Path) -> None:
    (tmp_path / "x.docx").write_bytes(docx_of(made(techflow(), "support-policy", "ar")))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "x.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    with pikepdf.open(tmp_path / "x.pdf") as pdf:
        assert len(pdf.pages) >= 1


def test_html_has_language_direction_captions_and_scopes() -> None:
    page = html_page(made(techflow(), "support-policy", "ar"))
    assert '<html lang="ar" dir="rtl">' in page
    assert page.count("<caption") == page.count("<table>") == page.count("<thead>")
    assert '<th scope="row">' in page
    assert '<bdi dir="ltr">support@techflowsolutions.com</bdi>' in page
    assert "<main>" in page
    assert page.count("<h1>") == 1


def test_every_figure_in_html_leads_to_its_clause_for_those_who_may_see_it() -> None:
    document = made(techflow(), "service-levels")
    staff = html_body(document, clause_address=lambda name: f"/desk/policy/#{name}")
    assert '<a class="document-clause" href="/desk/policy/#first-response">15 minutes</a>' in staff
    assert "/desk/" not in html_body(document)


def test_html_takes_nothing_over_from_a_name() -> None:
    policy = load_sources(sources(policy=("name: TechFlow Solutions", "name: '<script>x</script>\"'")))
    page = html_page(made(policy, "support-policy"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_long_document_has_contents_whose_links_lead_somewhere() -> None:
    page = html_page(made(techflow(), "support-policy"))
    targets = re.findall(r'href="#([^"]+)"', page)
    assert len(targets) >= 5
    assert all(f'id="{target}"' in page for target in targets)

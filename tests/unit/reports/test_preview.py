"""The preview: every text and every picture in one folder, for review."""

import re
from pathlib import Path

from ingest.checks.codes import load_codes
from ingest.reports.preview import write_preview
from ingest.reports.samples import sample_submissions
from ingest.reports.texts import load_texts


def test_every_sample_is_there_in_every_form(tmp_path: Path) -> None:
    written = {path.name for path in write_preview(tmp_path / "preview")}
    forms = {
        f"submission-{name}.{form}"
        for name in sample_submissions()
        for form in ("html", "json", "txt", "eml")
    }
    assert forms <= written
    assert {"index.html", "site.html", "trial.html", "morning.eml", "texts.html", "pictures.html"} <= written


def test_every_step_and_every_code_can_be_read(tmp_path: Path) -> None:
    write_preview(tmp_path)
    page = (tmp_path / "texts.html").read_text()
    assert all(f">{code}</th>" in page for code in load_codes())
    assert page.count("to be reviewed by") == len(load_texts().steps)


def test_nothing_is_fetched_from_elsewhere(tmp_path: Path) -> None:
    for path in write_preview(tmp_path):
        if path.suffix == ".html" and path.name != "morning.html":
            text = path.read_text()
            assert "default-src 'none'" in text
            assert not re.findall(r"(?<!xmlns=.)https?://", text)
            assert not re.findall(r"<(?:script|link|img|iframe|object)\b", text)


def test_writing_it_again_gives_the_same(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in write_preview(tmp_path)}
    assert {path.name: path.read_bytes() for path in write_preview(tmp_path)} == first

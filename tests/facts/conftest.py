"""Small documents for the readers' tests."""

from collections.abc import Callable

import pytest

from ingestion.elements import Page, Parsed

Paper = Callable[..., Parsed]
MEDIA = {
    "txt": "text/plain",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@pytest.fixture
def paper() -> Paper:
    """A parsed document of text pages: `paper("...", "...", form="pdf")`; leading blank lines are cut."""

    def build(*pages: str, form: str = "txt") -> Parsed:
        return Parsed(MEDIA[form], tuple(Page(number, text.strip("\n")) for number, text in enumerate(pages, start=1)))

    return build

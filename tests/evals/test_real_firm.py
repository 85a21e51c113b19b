"""A firm of real files goes through the door of a firm's own: every file is read or explained. A part of the pack here, quick to read;
`tickmark evals real` takes all of it."""

from pathlib import Path

import pytest

from api.commands.result import silent
from api.settings import load_settings
from api.wiring import build
from evals.ground import PACK
from evals.real.check import outcomes
from evals.tasks.real import load
from workspace.scope import operator_scope

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PACK.is_dir(), reason="the public files of shared/data/real are not beside this project"),
]

# Pictures take seconds each, and so do reports of hundreds of pages.
PICTURES = (".png", ".jpg", ".jpeg", ".tiff", ".tif", ".bmp", ".heic", ".gif")
LARGEST = 60_000
REPORTS = 1


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """The pack without pictures, large files and most reports, as links."""
    for place in ("pdfqa", "invoices", "bank", "contracts", "parsing", "emails"):
        target = tmp_path / "pack" / place / "files"
        target.mkdir(parents=True)
        files = sorted((PACK / place / "files").iterdir(), key=lambda file: file.stat().st_size)
        quick = [file for file in files if file.suffix.lower() not in PICTURES and "scan" not in file.name]
        for file in quick[:REPORTS] if place == "pdfqa" else (one for one in quick if one.stat().st_size < LARGEST):
            (target / file.name).symlink_to(file)
    return tmp_path / "pack"


def test_every_file_is_read_or_explained(
    no_settings_from_outside: None, fresh: Path, part: Path, tmp_path: Path
) -> None:
    with build(load_settings(fresh), own_index=True) as services:
        folder = load(services, part, tmp_path / "firm", silent)
        with services.database.reading() as session:
            scope = operator_scope(session, "test", now=services.clock.now(), today=services.clock.today())
            found = outcomes(scope, folder)
    assert len(found) == sum(file.is_file() for top in ("documents", "mail") for file in (folder / top).rglob("*"))
    assert len(found) > 90
    assert [one.path for one in found if one.silent] == []
    unread = {one.path: one.said for one in found if not one.read}
    assert len(unread) < 0.1 * len(found), unread
    assert sum(one.passages for one in found) > 200

"""The releases that a rig's nights run: a copy of this very program, and one of the next, with a higher version and one migration more,
which only adds.

Owns the folder that it is asked to fill, and nothing else; the program that runs the rig stays as it is."""

import re
import shutil
from importlib.metadata import distribution
from pathlib import Path

from evals.ground import ROOT
from store.errors import NotFound

_PARTS = ("agents", "api", "evals", "ingestion", "prompts", "store", "workspace")
_LEFT = ("__pycache__", "measured")
VERSION = "99.0.0"
_MIGRATION = '''"""What the next release adds, for a rig of hosts: a column, a table and an index."""

import sqlalchemy as sa
from alembic import op

from store import fence

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client_scans", sa.Column("rig_note", sa.String(length=40), nullable=True))
    op.create_table(
        "rig_notes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_rig_notes_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rig_notes")),
    )
    op.create_index(op.f("ix_rig_notes_client_id"), "rig_notes", ["client_id"])
    fence.raise_around(op.get_bind())


def downgrade() -> None:
    op.drop_table("rig_notes")
    op.drop_column("client_scans", "rig_note")
'''


def this_release(folder: Path, source: Path = ROOT) -> Path:
    """The folder of a copy of this release: first on the path of a process, that is the program it runs. Nights take long, and their
    processes load parts of the program when they need them: whoever works on it meanwhile must not change what they do."""
    for part in _PARTS:
        shutil.copytree(source / part, folder / part, ignore=shutil.ignore_patterns(*_LEFT))
    return folder


def next_release(folder: Path, workflows: str | None = None, source: Path = ROOT) -> Path:
    """The folder of the next release after the one in `source`. `workflows`: another version of the workflows too, so that what was queued
    under the one before is done by programs of before, or ordered anew."""
    this_release(folder, source)
    _named(folder)
    versions = folder / "store" / "migrations" / "versions"
    before = max(found[1] for file in versions.glob("*.py") if (found := re.match(r"(\d{4})_", file.name)))
    revision = f"{int(before) + 1:04}"
    (versions / f"{revision}_rig.py").write_text(_MIGRATION.format(revision=revision, before=before))
    if workflows is not None:
        engine = folder / "agents" / "engine.py"
        engine.write_text(re.sub(r'(?m)^VERSION = ".*"$', f'VERSION = "{workflows}"', engine.read_text()))
    return folder


def _named(folder: Path) -> None:
    """Its name and version where Python looks for them."""
    here = distribution("tickmark")
    kept = next((file for file in here.files or () if file.name == "METADATA"), None)
    if kept is None:
        raise NotFound("the program that runs the rig is not installed; `make` does it")
    there = folder / f"tickmark-{VERSION}.dist-info"
    shutil.copytree(
        Path(str(here.locate_file(kept))).parent, there, ignore=shutil.ignore_patterns("RECORD", "direct_url*")
    )
    metadata = there / "METADATA"
    metadata.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {VERSION}", metadata.read_text()))

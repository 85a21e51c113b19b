"""A home into which the small hand-made firm was loaded once, and copies of it for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build

SMALL_FIRM = Path(__file__).parents[1] / "firm_folder"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment nor a tickmark.toml of the working folder reaches a test; the day is the sample's Monday."""
    for name in ("HOME", "DATABASE_URL", "CHROMA_URL", "BLOB_URL", "LLM_BASE_URL", "LLM_MODEL"):
        monkeypatch.delenv(f"TICKMARK_{name}", raising=False)
    monkeypatch.setenv("TICKMARK_TODAY", "2026-03-09")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds nothing but the embedder's graph, which takes seconds to build."""
    from ingestion.embed import open_embedder

    home = tmp_path_factory.mktemp("models")
    open_embedder(home, threads=1)
    return home


@pytest.fixture(scope="session")
def loaded(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after one undisturbed load. Look, don't write."""
    home = tmp_path_factory.mktemp("loaded") / "home"
    shutil.copytree(models, home)
    with build(load_settings(home), own_index=True) as services:
        find("load").load()(services, {"folder": str(SMALL_FIRM)}, silent)
    return home


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    """A copy of the loaded home to work on."""
    return shutil.copytree(loaded, tmp_path / "home")


@pytest.fixture
def fresh(models: Path, tmp_path: Path) -> Path:
    """A home in which nothing was loaded."""
    return shutil.copytree(models, tmp_path / "fresh")


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    """The services over a loaded home, which they own."""
    with build(load_settings(home), own_index=True) as services:
        yield services

"""What evaluations and benchmarks stand on: sample homes made by this very program, and the pack of real files.

A home that was made before the program changed would be judged for what the program no longer is, so it is made anew; saying `reuse`
takes it as it is. Owns no measure.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from api.commands.result import Progress
from api.output import tell
from api.settings import load_settings
from api.wiring import Services, build
from evals.firm import AS_OF
from evals.firm.gold import Gold
from evals.homes import Wish, prepare
from store.errors import NotFound
from workspace.scope import Scope, system_scope

Kept = TypeVar("Kept")
ROOT = Path(__file__).parents[1]
PACK = ROOT.parent / "shared" / "data" / "real"
# What shapes a home before anything in it is measured.
_SHAPES = ("agents", "evals/firm", "ingestion", "prompts", "store", "workspace")


@dataclass(frozen=True)
class SampleHome:
    """A sample firm with its labels; `services` own its home. `folder` is the firm folder that was loaded."""

    folder: Path
    gold: Gold
    services: Services

    @contextmanager
    def reading(self) -> Iterator[Scope]:
        """The whole firm, on its day."""
        with self.services.database.reading() as session:
            yield system_scope(session, "evals", now=self.services.clock.now(), today=self.gold.as_of)


@dataclass
class Ground:
    """`homes`: where sample homes are kept; one firm of `clients` for each seed, `made` once asked for. `drafts`: how many a model
    words, where that is measured. Leaving the block of `open_ground` closes it."""

    homes: Path
    clients: int
    seeds: tuple[int, ...]
    pack: Path
    progress: Progress
    reuse: bool = False
    drafts: int = 12
    made: list[SampleHome] = field(default_factory=list[SampleHome])
    _open: ExitStack = field(default_factory=ExitStack)

    @property
    def samples(self) -> list[SampleHome]:
        """The sample firms, loaded and scanned; made when first asked for, which takes minutes."""
        if not self.made:
            self.made = [self._sample(seed) for seed in self.seeds]
        return self.made

    def _sample(self, seed: int) -> SampleHome:
        home = sample_home(self.homes, Wish(self.clients, seed), self.progress, until="scanned", reuse=self.reuse)
        services = self.keep(build(load_settings(home), own_index=True, purpose="evals"))
        gold = Gold.read(home / "sample" / "gold.json")
        return SampleHome(home / "sample" / "firm", gold, services)

    def keep(self, what: AbstractContextManager[Kept]) -> Kept:
        """Services, or anything else that has to be closed, which stay open as long as the ground."""
        return self._open.enter_context(what)

    def part(self, name: str) -> Path:
        """A part of the pack of real files. Raises NotFound, saying where it was looked for."""
        if not (self.pack / name).is_dir():
            raise NotFound(f"needs the pack of real files, and there is no {self.pack / name}")
        return self.pack / name


@contextmanager
def open_ground(ground: Ground) -> Iterator[Ground]:
    """The ground for the time of the block."""
    with ground._open:
        yield ground


def sample_home(homes: Path, wish: Wish, progress: Progress, *, until: str, reuse: bool) -> Path:
    """A home below `homes` with the sample firm that is wished for, brought to the stage `until`; what is done is told."""
    more = "" if wish.documents_per_client is None else f"-{wish.documents_per_client}-papers"
    home = current_home(homes, f"sample-{wish.clients}-clients-seed-{wish.seed}{more}", reuse=reuse)
    prepare(load_settings(home), wish, progress, until=until)
    tell(f"The sample firm of {home} is {until}.")
    return home


def current_home(homes: Path, name: str, *, reuse: bool) -> Path:
    """The folder of that name below `homes`, empty when it is new, or was made by another state of the program and not to be reused."""
    home = homes / name
    mark, made_by = home / "made-by", fingerprint()
    if home.exists() and not reuse and not (mark.exists() and mark.read_text() == made_by):
        tell(f"The program changed since {home} was made: it is made anew (--reuse takes it as it is).")
        shutil.rmtree(home)
    if not home.exists():
        home.mkdir(parents=True)
        mark.write_text(made_by)
    return home


def fingerprint() -> str:
    """SHA-256 of the program's files that shape a home."""
    digest = hashlib.sha256(AS_OF.isoformat().encode())
    for folder in _SHAPES:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and file.suffix in (".py", ".md", ".toml"):
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()

"""Opens a rig: the hosts, what they share, the practice on them; and takes all of it away again."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.output import tell
from evals.bench.endpoint import stub
from evals.fleet.hosts import open_network
from evals.fleet.nights import Rig
from evals.fleet.practice import loaded, practice, shared_out
from evals.fleet.reaper import reaped
from evals.fleet.release import this_release
from evals.fleet.servers import open_shared

_REAL = "Hosts are network namespaces."
_UNREAL = "No right to make network namespaces: hosts are processes on the loopback."


@dataclass(frozen=True)
class Asked:
    """What a rig is made for. `thinks` is the seconds that the model takes, `most` those after which a night is given up; `source` a loaded
    sample home, None: it is made; `logs` where logs are kept, None: only where something went wrong."""

    clients: int
    thinks: float
    most: float = 7200
    source: Path | None = None
    logs: Path | None = None


@contextmanager
def open_rig(asked: Asked) -> Iterator[Rig]:
    """The rig for as long as the block lasts."""
    source = asked.source or loaded(asked.clients)
    folder = Path(tempfile.mkdtemp(prefix="tickmark-fleet-"))
    before = dict(os.environ)
    try:
        with (
            reaped(folder),
            open_network(folder.name) as network,
            open_shared(folder, network.address) as shared,
            stub(asked.thinks, network.address) as model,
        ):
            tell(_REAL if network.real else _UNREAL)
            program = this_release(folder / "program")
            os.environ.update(shared.environment)
            home, settings = practice(source, asked.clients, folder)
            shared_out(home, settings, shared)
            try:
                yield Rig(network, shared, folder, program, settings, model, asked.clients, asked.most)
            except BaseException:
                _keep(folder, asked.logs or Path(tempfile.mkdtemp(prefix="tickmark-fleet-logs-")))
                raise
            if asked.logs:
                _keep(folder, asked.logs)
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


def _keep(folder: Path, logs: Path) -> None:
    logs.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        shutil.copy(log, logs)
    tell(f"Logs: {logs}")

"""`python -m evals.fleet`: makes the practice, runs the nights, prints what came of them. Ends with 1 where the disturbed night differs."""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from api.output import Meter, tell
from api.settings import Settings, load_settings
from api.wiring import build, open_database
from evals.bench.copies import grow
from evals.bench.endpoint import stub
from evals.firm import AS_OF
from evals.fleet.hosts import open_network
from evals.fleet.nights import BEGUN, Rig, night, storm
from evals.fleet.records import compared, copied, left, order_night, put
from evals.fleet.servers import BUCKET, S3_PORT, open_shared
from evals.ground import sample_home
from evals.homes import SEED, Wish
from store.blobs import FileBlobs

_REAL = "Hosts are network namespaces."
_UNREAL = "No right to make network namespaces: hosts are processes on the loopback."
_READ, _DOCUMENTS, _MANY = 20, 50, 200
_QUIET, _STORMY, _ALL = "quiet", "stormy", {"web": "serve", "worker-1": "worker", "worker-2": "worker"}


def main(words: Sequence[str] | None = None) -> int:
    """Exit status 0 where the disturbed night ended like the undisturbed one."""
    asked = _asked(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends with it
    with tempfile.TemporaryDirectory(prefix="tickmark-fleet-") as kept:
        folder = Path(kept)
        with (
            open_network() as network,
            open_shared(folder, network.address) as shared,
            stub(asked.thinks, network.address) as model,
        ):
            tell(_REAL if network.real else _UNREAL)
            os.environ.update(shared.environment)
            home = _practice(asked, folder)
            seal = home / "seal.key"
            rig = Rig(network, shared, folder, seal, model.url)
            settings = load_settings(home).model_copy(
                update={"chroma_url": None, "blob_url": None, "seal_key_file": seal}
            )
            _blobs(home, network.address, shared.environment["TICKMARK_BLOB_URL"])
            put(home, settings, shared.postgres.url("postgres"))
            found = _told(asked, rig, settings, network.real)
            found["questions"] = model.served().calls
            if asked.keep:
                shutil.copytree(
                    folder, asked.keep, ignore=shutil.ignore_patterns("homes", "home", "postgres", "chroma")
                )
    sys.stdout.write(json.dumps(found, indent=1, default=str) + "\n")
    return 0 if found.get("equal", True) else 1


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.fleet", description=__doc__)
    parser.add_argument("--clients", type=int, default=75)
    parser.add_argument("--thinks", type=float, default=2.0, help="seconds that the model takes for an answer")
    parser.add_argument("--most", type=float, default=3600, help="seconds after which a night is given up")
    parser.add_argument("--home", type=Path, help="a loaded sample home to take a copy of; else one is made")
    parser.add_argument("--keep", type=Path, help="a folder for the logs")
    parser.add_argument(
        "--only", choices=("storm", "two"), help="only the disturbed night, or only two workers against one"
    )
    return parser.parse_args(words)


def _practice(asked: argparse.Namespace, folder: Path) -> Path:
    """A home with so many clients; beyond twenty they are copies of records."""
    source = asked.home or sample_home(
        Path(".tickmark/evals"), Wish(min(asked.clients, _READ), SEED), Meter(), until="loaded", reuse=True
    )
    home = shutil.copytree(source, folder / "home")
    with build(load_settings(home), own_index=True, purpose="bench") as services:
        if asked.clients > _READ:
            grow(services, asked.clients, _DOCUMENTS, Meter())
        services.seal.newest()
    return home


def _blobs(home: Path, address: str, url: str) -> None:
    import httpx

    httpx.put(f"http://{address}:{S3_PORT}/{BUCKET}").raise_for_status()
    here, there = FileBlobs(str(home / "blobs")), FileBlobs(url)
    for name in here.names():
        there.put(here.get(name))


def _told(asked: argparse.Namespace, rig: Rig, settings: Settings, real: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"clients": asked.clients, "thinks": asked.thinks, "namespaces": real}
    if asked.only != "two":
        found |= _storm(asked, rig, settings)
    if asked.only != "storm":
        found["two_against_one"] = _two(asked, rig, settings)
    return found


def _storm(asked: argparse.Namespace, rig: Rig, settings: Settings) -> dict[str, Any]:
    went, rows = {}, {}
    for name, disturb in ((_QUIET, None), (_STORMY, storm)):
        copied(rig.shared.postgres.url("template1"), "postgres", name)
        tell(f"The {name} night of {asked.clients} clients …")
        # few clients: no worker takes them all at once
        in_hand = {"TICKMARK_WORKER_CLIENTS": str(max(asked.clients // 6, 4))} if asked.clients < _MANY else {}
        went[name] = night(rig, name, asked.clients, _ALL, _order(rig, settings, name), disturb, asked.most, **in_hand)
        database = open_database(settings.model_copy(update={"database_url": rig.shared.postgres.url(name)}))
        rows[name] = left(database)
        database.close()
        tell(f"  {went[name].seconds:.0f} s")
    how = compared(rows[_QUIET], rows[_STORMY])
    return {
        "equal": how.is_equal and not rows[_STORMY].twice,
        "lost": how.lost,
        "more": how.more,
        "other": how.other,
        "twice": rows[_STORMY].twice,
        "asked_twice": rows[_STORMY].asked_twice,
        "rows": rows[_STORMY].counts,
        **{name: asdict(one) for name, one in went.items()},
    }


def _two(asked: argparse.Namespace, rig: Rig, settings: Settings) -> dict[str, Any]:
    """The same night by one worker and by two, each with as many clients in hand; the server only leads."""
    more = {"TICKMARK_SERVE_WORKS": "false", "TICKMARK_WORKER_CLIENTS": "4", "TICKMARK_LLM_CONCURRENCY": "256"}
    seconds = {}
    for number in (1, 2):
        name = f"by_{number}"
        copied(rig.shared.postgres.url("template1"), "postgres", name)
        hosts = {host: command for host, command in _ALL.items() if host in ("web", "worker-1", f"worker-{number}")}
        tell(f"The night by {number} …")
        order = _order(rig, settings, name)
        seconds[number] = night(rig, name, asked.clients, hosts, order, None, asked.most, **more).scanning
        tell(f"  {seconds[number]:.1f} s of scanning")
    return {"one": seconds[1], "two": seconds[2], "times": round(seconds[1] / seconds[2], 2)}


def _order(rig: Rig, settings: Settings, name: str) -> Callable[[], None]:
    told = settings.model_copy(update={"database_url": rig.shared.postgres.url(name), "today": AS_OF})

    def order() -> None:
        with build(told) as services:
            order_night(services, BEGUN)

    return order


if __name__ == "__main__":
    sys.exit(main())

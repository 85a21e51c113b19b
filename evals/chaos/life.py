"""One life of a process that owns a home: it takes up what was left, looks, tells what it found, works, and is killed. Runs in a process of
its own and never returns from `live` but where it was not to work."""

import multiprocessing
import sys
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from pydantic import SecretStr

from api.settings import load_settings
from api.wiring import build
from evals.chaos import points
from evals.chaos.held import look, taken_up
from evals.chaos.orders import Journal, Order, Report
from evals.chaos.work import World, work


def live(order: Order) -> None:
    """The whole of it."""
    _quick_children()
    settings = load_settings(Path(order.home)).model_copy(
        update={
            "smtp_url": SecretStr(f"smtp://127.0.0.1:{order.port}"),
            "smtp_from": "firm@office.example",
            "backup_key": SecretStr("a passphrase that is long enough for chaos"),
            "workers": 1,
        }
    )
    chance, journal, folder = Random(order.seed), Journal(order.journal), Path(order.folder)
    if order.early:
        points.arm(order.point, order.nth, order.seconds)
    with build(settings, own_index=True, purpose="chaos") as services:
        taken_up(services, night=order.last or chance.random() < 0.3)
        found = look(services, journal, order.received, folder)
        done = sum(one["state"] == "done" and bool(one["mark"]) for one in journal.lines())
        Report(order.number, found.faults, found.counts, done).write(order.report)
        if order.last:
            return
        if not order.early and order.point != points.AT_THE_SERVER:
            points.arm(order.point, order.nth, order.seconds)
        work(World(services, chance, folder, journal), order.number, order.point)


def _quick_children() -> None:
    """Children that parse are forked from what is loaded, where the product starts them anew: a life is short, and their imports are not
    what is looked at. They die with it all the same."""
    from ingestion import sandbox

    setattr(sandbox, "multiprocessing", SimpleNamespace(get_context=_forkserver))  # noqa: B010 - in this process only


def _forkserver(_: str) -> Any:
    return multiprocessing.get_context("forkserver")


def begin(order: Order) -> None:
    """What a process is started with; what it says goes to a file of the folder."""
    out = (Path(order.folder) / f"life-{order.number}.log").open("w", encoding="utf-8")
    sys.stdout = sys.stderr = out
    live(order)

"""Nights in processes that are killed. No test here."""

import os
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import build
from tests.forked import server

__all__ = ["begin", "server"]


def begin(context: ForkServerContext, home: Path) -> ForkServerProcess:
    """A night of the sample's Monday in a process of its own."""
    process = context.Process(target=_night, args=(home,), daemon=True)
    process.start()
    return process


def _night(home: Path) -> None:
    os.environ["TICKMARK_TODAY"] = "2026-03-09"
    with build(load_settings(home), own_index=True) as services:
        find("scan").load()(services, {}, silent)

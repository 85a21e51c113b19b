"""Nights in processes that are killed: a fork server has everything imported, so that one starts in a blink. No test here."""

import multiprocessing
import os
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import build

_PRELOADED = ["tests.night.forked", "agents.overnight", "agents.brief", "agents.draft", "dbos", "langgraph.graph"]


def server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def begin(context: ForkServerContext, home: Path) -> ForkServerProcess:
    """A night of the sample's Monday in a process of its own."""
    process = context.Process(target=_night, args=(home,), daemon=True)
    process.start()
    return process


def _night(home: Path) -> None:
    os.environ["TICKMARK_TODAY"] = "2026-03-09"
    with build(load_settings(home), own_index=True) as services:
        find("scan").load()(services, {}, silent)

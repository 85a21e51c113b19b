"""The command line in processes of its own that start in a blink: a fork server has everything imported. No test here.

A process that was forked is as much one of its own as one that was started anew: it has its own locks and connections, and dies alone.
That `python -m api` and the installed entry point start at all is asked elsewhere (tests/api/test_serving.py, tests/evals/test_demo.py).
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from tests import on_postgresql


def server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.preloaded"])
    return context


def begin(home: Path, *words: str, environment: Mapping[str, str], out: str = os.devnull) -> ForkServerProcess:
    """`tickmark --home HOME WORDS` in a process; `environment` is all of its own. What it prints goes to the file `out`, and to `out`.err
    what it says beside; without a file nobody listens."""
    arguments = (["--home", str(home), *words], {**environment, **on_postgresql.environment()}, out)
    process = server().Process(target=_run, args=arguments, daemon=False)
    process.start()
    return process


def ran(home: Path, *words: str, environment: Mapping[str, str], timeout: float = 300) -> CompletedProcess[str]:
    """The same to its end, with what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        process = begin(home, *words, environment=environment, out=str(out))
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise TimeoutExpired(words, timeout)
        return CompletedProcess(words, process.exitcode, out.read_text(), Path(f"{out}.err").read_text())


def _run(words: list[str], environment: dict[str, str], out: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, out if out == os.devnull else f"{out}.err")):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
    sys.argv = ["tickmark", *words]
    from api.cli import main

    main()

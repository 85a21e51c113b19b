"""Parsing in children: limits, deaths, many files, several threads."""

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import active_children

import pytest

from ingestion import sandbox
from ingestion.sandbox import Limits, ParsePool

MEGABYTE = 1024**2


def test_files_come_back_in_order_from_several_children_and_threads() -> None:
    files = [(f"{i}.txt", f"words {i}".encode()) for i in range(20)]
    with ParsePool(workers=2) as pool:
        assert [parsed.pages[0].text for parsed in pool.map(files)] == [f"words {i}" for i in range(20)]
        with ThreadPoolExecutor(4) as threads:
            answers = threads.map(lambda file: pool.parse(*file), files)
        assert [parsed.pages[0].text for parsed in answers] == [f"words {i}" for i in range(20)]


def test_what_is_refused_never_reaches_a_child() -> None:
    with ParsePool(workers=1) as pool:
        before = active_children()
        assert "empty" in pool.parse("a.pdf", b"").findings[0].message
        assert active_children() == before


def test_a_file_that_takes_too_long_is_a_finding() -> None:
    # No child starts in a hundredth of a second, so the limit is always passed.
    with ParsePool(workers=1, limits=Limits(seconds=0.01)) as pool:
        parsed = pool.parse("slow.txt", b"hello")
    assert parsed.media_type == "text/plain"
    assert parsed.pages == ()
    assert "could not be read within 0 s" in parsed.findings[0].message


def test_a_file_that_needs_too_much_memory_is_a_finding_and_the_next_one_is_read() -> None:
    with ParsePool(workers=1, limits=Limits(memory=200 * MEGABYTE)) as pool:
        assert pool.parse("small.txt", b"hello").pages[0].text == "hello"
        parsed = pool.parse("lines.txt", b"a\n" * 10_000_000)
        assert "needs more than 0.2 GB" in parsed.findings[0].message
        assert pool.parse("small.txt", b"hello").pages[0].text == "hello"


def test_a_child_that_cannot_live_is_a_finding_each_time() -> None:
    # Where there is no memory at all, the machine decides whether the child dies or still says what it lacks; both are told.
    with ParsePool(workers=1, limits=Limits(memory=1 * MEGABYTE)) as pool:
        for name in ("a.txt", "b.txt"):
            parsed = pool.parse(name, b"hello")
            assert parsed.pages == ()
            (finding,) = parsed.findings
            assert finding.severity == "error"
            why = "(ended the program that was reading it|needs more than 1 MB to be read)"
            assert re.fullmatch(f"{name} {why}; print it to PDF, or split it, and add it again.", finding.message)


@pytest.mark.parametrize(("megabytes", "told"), [(3072, "3.0 GB"), (200, "0.2 GB"), (60, "60 MB"), (1, "1 MB")])
def test_a_limit_is_told_in_a_unit_that_shows_it(megabytes: int, told: str) -> None:
    assert sandbox._size(megabytes * MEGABYTE) == told


class Deadly(str):
    """A password that ends the process which unpacks it, as a reader's crash would."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


def test_a_file_that_ends_its_reader_is_a_finding_and_the_next_one_is_read() -> None:
    with ParsePool(workers=1) as pool:
        (finding,) = pool.parse("a.txt", b"hello", passwords=(Deadly(),)).findings
        assert finding.severity == "error"
        assert "ended the program that was reading it; print it to PDF" in finding.message
        assert pool.parse("b.txt", b"hello").pages[0].text == "hello"


def test_a_killed_child_is_replaced() -> None:
    with ParsePool(workers=1) as pool:
        before = {child.pid for child in active_children()}
        pool.parse("a.txt", b"one")
        (child,) = [child for child in active_children() if child.pid not in before]
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        assert pool.parse("b.txt", b"two").pages[0].text == "two"


def test_a_closed_pool_leaves_no_child_and_takes_no_file() -> None:
    before = set(active_children())
    with ParsePool(workers=1) as pool:
        pool.parse("a.txt", b"one")
    assert set(active_children()) == before
    with pytest.raises(RuntimeError, match="closed"):
        pool.parse("b.txt", b"two")

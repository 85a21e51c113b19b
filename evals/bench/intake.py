"""How fast files become searchable, end to end, beside what the embedder alone makes of the same passages in the same run: a whole firm,
and text PDFs alone.

A fresh home each time: the firm folder is made once and loaded as often as there are runs. Beside the clock stands the processor's time,
which other programs on the machine disturb less: the share of it that is the embedder's is the speed that is left when all cores are busy.
Beside it a plain RAG reads the same PDFs, and raw unstructured the firm's other papers.
"""

import multiprocessing
import os
import resource
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import func, select

from api.commands import find
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.peers import PlainRag, has_rag, milliseconds, partitioned
from evals.bench.spread import TODAY, Bench, Spread, spread
from ingestion.indexing import searched
from ingestion.pipeline import Workbench, run
from store.ids import stable_id
from store.tables import Client, DocumentVersion, Passage
from workspace.documents import receive
from workspace.records.upsert import batches
from workspace.scope import system_scope

RUNS = 3
_AT_ONCE = 100
_PDFS = 150
_OTHERS, _OTHER_KINDS = 60, (".docx", ".xlsx", ".pptx", ".eml", ".txt", ".html", ".csv", ".md")


def measure(bench: Bench) -> Iterator[Spread]:
    """Files and passages a second of whole loads, then passages a second of the embedder alone, a hundred at a time; then text PDFs."""
    made = bench.home("made")
    loads: list[tuple[float, int, int]] = []
    texts: list[str] = []
    alone: list[float] = []
    for number in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            shutil.copytree(made, home)
            with build(load_settings(home), own_index=True, purpose="bench") as services:
                services.embedder.embed(["the model is opened before the clock runs"])
                began = time.perf_counter()
                find("load").load()(services, {"folder": str(made / "sample" / "firm")}, bench.progress)
                seconds = time.perf_counter() - began
                files, texts = _stored(services)
                loads.append((seconds, files, len(texts)))
                if number == RUNS - 1:
                    alone = list(_embedded(services, texts))
    yield spread("a whole load", "seconds", [seconds for seconds, _, _ in loads])
    yield spread("files end to end", "a second", [files / seconds for seconds, files, _ in loads])
    yield spread("passages end to end", "a second", [passages / seconds for seconds, _, passages in loads])
    yield spread("the embedder alone, same passages", "a second", alone)
    yield from _of_pdfs(bench, made)
    yield from _of_others(made)


def _of_pdfs(bench: Bench, made: Path) -> Iterator[Spread]:
    """Text PDFs from received to searchable, one client's; each run followed by the embedder alone on the same passages."""
    pdfs = [path.read_bytes() for path in sorted((made / "sample" / "firm" / "documents").rglob("*.pdf"))]
    kept = [data for data in pdfs if _has_text(data)][:_PDFS]
    if not kept:
        return
    runs = [_pdf_run(bench, made, kept) for _ in range(RUNS)]
    yield spread("text PDFs: passages end to end", "a second", [passages / wall for passages, wall, *_ in runs])
    yield spread("text PDFs: the embedder alone", "a second", [passages / alone for passages, _, alone, *_ in runs])
    yield spread("text PDFs: of the embedder's speed", "share", [alone / wall for _, wall, alone, *_ in runs])
    yield spread("text PDFs: of the processor's time", "share", [own / all_ for *_, own, all_ in runs])
    yield spread("text PDFs: cores busy", "cores", [all_ / wall for _, wall, _, _, all_ in runs])
    yield spread("text PDFs: files end to end", "a second", [len(kept) / wall for _, wall, *_ in runs])
    if has_rag():
        yield spread("text PDFs: plain RAG (LangChain), files", "a second", list(_plain(made, kept)))


def _plain(made: Path, pdfs: Sequence[bytes]) -> Iterator[float]:
    """Files a second of a plain RAG: the words of each page, split, embedded by our model, kept in memory."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(made / "models", home / "models") if (made / "models").is_dir() else home.mkdir()
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            services.embedder.embed(["the model is opened before the clock runs"])
            for _ in range(RUNS):
                rag, began = PlainRag(services.embedder), time.perf_counter()
                rag.read([_words(data) for data in pdfs])
                yield len(pdfs) / (time.perf_counter() - began)


def _words(data: bytes) -> str:
    import pypdfium2

    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))


def _of_others(made: Path) -> Iterator[Spread]:
    """Reading papers that are no PDF, one after the other in this process, beside raw unstructured on the same bytes."""
    from ingestion.parse import parse

    there = sorted((made / "sample" / "firm").rglob("*"))
    papers = [path for path in there if path.suffix in _OTHER_KINDS and path.parent.name != "firm"]
    papers = papers[:: max(1, len(papers) // _OTHERS)][:_OTHERS]
    # every library is loaded before the clock runs, and what the peer cannot read is left out of both
    both = [path for path in papers if _by_both(path)]
    ours = [milliseconds(parse, path.name, path.read_bytes()) for path in both]
    raw = [milliseconds(partitioned, path.name, path.read_bytes()) for path in both]
    if both:
        yield spread("other papers: read", "ms", ours)
        yield spread("other papers: raw unstructured", "ms", raw)
        yield spread("other papers: refused by raw unstructured", "count", [len(papers) - len(both)])


def _by_both(path: Path) -> bool:
    """Whether raw unstructured reads the file too; ours reads every one or explains it."""
    from ingestion.parse import parse

    parse(path.name, path.read_bytes())
    try:
        return partitioned(path.name, path.read_bytes()) > 0
    except (ValueError, LookupError, OSError, RuntimeError, zipfile.BadZipFile):  # pandas' own are of the first
        return False


def _pdf_run(bench: Bench, made: Path, pdfs: Sequence[bytes]) -> tuple[int, float, float, float, float]:
    """How many passages; the clock's seconds end to end and of the embedder alone; the processor's of the embedder and of all."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(made / "models", home / "models") if (made / "models").is_dir() else home.mkdir()
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            _received(services, pdfs)
            pool, index = services.parse_pool, services.index
            # before the clock runs: what a server has open already
            services.embedder.embed(["the model is opened before the clock runs"])
            list(pool.map([("warm.pdf", pdfs[0])] * 4 * (os.cpu_count() or 1)))
            own, children = time.process_time(), _children() + _living()
            began = time.perf_counter()
            run(Workbench(services.database, services.blobs, pool, services.embedder, index), bench.progress)
            wall, spent = time.perf_counter() - began, time.process_time() - own
            # the system counts ended children, with all that they had used before the clock ran
            pool.close()
            spent += _children() - children
            _, texts = _stored(services)
            own, began = time.process_time(), time.perf_counter()
            services.embedder.embed(texts)
            return len(texts), wall, time.perf_counter() - began, time.process_time() - own, spent


def _received(services: Services, pdfs: Sequence[bytes]) -> None:
    with services.database.writing() as session:
        session.add(Client(id=stable_id("cl", "B1"), ref="B1", name="Bench", entity_type="1120"))
        session.flush()
        scope = system_scope(session, "bench", now=services.clock.now(), today=TODAY)
        for number, data in enumerate(pdfs):
            receive(scope, services.blobs, "B1", f"{number}.pdf", data, "load")


def _has_text(data: bytes) -> bool:
    """Whether every page has words of its own: no scan is among them, and nothing locked."""
    import pypdfium2

    try:
        pages = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return False
    return all(len(page.get_textpage().get_text_bounded()) > 40 for page in pages)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _living() -> float:
    """The processor's seconds of children that live; 0 where the system does not tell."""
    ticks = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
    spent = 0
    for child in multiprocessing.active_children():
        stat = Path(f"/proc/{child.pid}/stat")
        fields = stat.read_text().rpartition(")")[2].split() if stat.exists() else ["0"] * 13
        spent += int(fields[11]) + int(fields[12])
    return spent / ticks


def _stored(services: Services) -> tuple[int, list[str]]:
    """How many files were taken in, and the words of every passage as they are embedded."""
    with services.database.reading() as session:
        files = session.scalar(select(func.count()).select_from(DocumentVersion)) or 0
        rows = session.execute(select(Passage.context, Passage.text).order_by(Passage.id)).tuples()
        return files, [searched(context, text) for context, text in rows]


def _embedded(services: Services, texts: Sequence[str]) -> Iterator[float]:
    for part in batches(texts, _AT_ONCE):
        began = time.perf_counter()
        services.embedder.embed(part)
        yield len(part) / (time.perf_counter() - began)

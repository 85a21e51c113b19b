"""docs/scale.md: what 100, 1,000 and 10,000 firms of 500 clients need, from kept figures, the simulation and named assumptions.

The reasoning stands in scale.md beside this file; tables are put into it. While a figure is missing, its tables say which.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from evals.paper.measured import MADE, Measured, grid, number
from evals.scale.checks import WITHIN, Point, points, works
from evals.scale.night import Host, simulate
from evals.scale.parameters import Assumed, Parameters, parameters
from store.errors import NotFound

FIRMS, CLIENTS, DOCUMENTS = (100, 1_000, 10_000), 500, 5_000
_TEMPLATE = Path(__file__).parent / "scale.md"
_PLACES: tuple[str, ...] = ("checks", "parameters", "night", "space", "walls", "first")
_SIMULATED = 100  # firms that are simulated event by event; more are as many such hosts beside each other


@dataclass(frozen=True)
class Need:
    """What so many firms need: hours of one core a night and the processes that make the window of them, the simulated end of such a night,
    questions and tokens, dollars, statements a second, and bytes of rows and vectors."""

    firms: int
    core_hours: float
    processes: int
    ends_after_hours: float
    statements: float
    questions: float
    tokens_in: float
    tokens_out: float
    dollars: float
    rows_gb: float
    vectors_gb: float
    reading_days: float


def scale_page(kept: Measured) -> dict[str, str]:
    """The page by its name below docs."""
    tables: dict[str, str]
    try:
        known = parameters(kept)
    except NotFound as missing:
        tables = dict.fromkeys(_PLACES, f"*{missing}.*")
    else:
        tables = _tables(kept, known, Assumed())
    words = Template(_TEMPLATE.read_text(encoding="utf-8"))
    assumed = "\n".join(_assumed())
    return {"scale.md": f"{MADE}\n\n" + words.substitute(tables, assumed=assumed, within=f"{WITHIN:g}")}


def _tables(kept: Measured, known: Parameters, assumed: Assumed) -> dict[str, str]:
    needs = [need(known, assumed, firms, DOCUMENTS) for firms in FIRMS]
    small = [need(known, assumed, firms, DOCUMENTS // CLIENTS) for firms in FIRMS]
    walls = sorted(_walls(known, assumed), key=lambda one: one[1])
    return {
        "checks": "\n".join(_checks(points(kept, known))),
        "parameters": "\n".join(_known(known)),
        "night": "\n".join(_night(needs)),
        "space": "\n".join(_space(needs, small)),
        "walls": "\n".join(_told(walls)),
        "first": f"The first wall: {walls[0][0]}, at {number(walls[0][1])} firms.",
    }


def need(known: Parameters, assumed: Assumed, firms: int, documents: int) -> Need:
    """For firms of CLIENTS clients with so many documents each."""
    clients = firms * CLIENTS
    changed = clients * assumed.changed
    computed = firms * (known.unchanged.fixed + known.unchanged.each * CLIENTS * (1 - assumed.changed))
    computed += changed * (known.first.each + known.computed_with_a_model)
    window = assumed.window_hours * 3600
    processes = math.ceil(computed / known.cores_busy / (window * 0.8))
    questions = changed * known.questions
    tokens_in, tokens_out = changed * known.characters / assumed.characters_a_token, questions * assumed.answer_tokens
    passages = clients * documents * known.passages_a_document
    statements = changed * known.statements_changed + (clients - changed) * known.statements_unchanged
    return Need(
        firms=firms,
        core_hours=computed / 3600,
        processes=processes,
        ends_after_hours=_end(known, assumed, firms, processes) / 3600,
        statements=statements / window,
        questions=questions,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        dollars=(tokens_in * assumed.dollars_in + tokens_out * assumed.dollars_out) / 1e6,
        rows_gb=passages * known.bytes_a_passage * assumed.postgres_over / 1e9,
        vectors_gb=passages * assumed.vector_bytes * assumed.index_over / 1e9,
        reading_days=clients * documents / known.documents_a_second / 86_400,
    )


def _end(known: Parameters, assumed: Assumed, firms: int, processes: int) -> float:
    """Seconds of the simulated night: of at most _SIMULATED firms with their share of the processes and of the model."""
    taken = min(firms, _SIMULATED)
    share = max(1, round(processes * taken / firms))
    questions = round(known.questions)
    nights = [work for _ in range(taken) for work in works(known, CLIENTS, assumed.changed, questions)]
    at_once = max(1, assumed.at_once // max(1, firms // taken))
    host = Host(share, known.cores_busy, at_once=at_once, thinks=assumed.thinks, spread=0.5)
    return simulate(nights, host).seconds + known.unchanged.fixed


def _walls(known: Parameters, assumed: Assumed) -> Iterator[tuple[str, float, str]]:
    """What gives out, at how many firms, what then replaces it. Each by what one firm needs of it."""
    one = need(known, assumed, 100, DOCUMENTS)
    a_firm = {name: value / one.firms for name, value in asdict(one).items()}
    window = assumed.window_hours * 3600
    yield (
        "vectors in the memory of one Chroma server",
        assumed.memory_gb / a_firm["vectors_gb"],
        "a server for each group of firms (collections are a client's already); beyond that pgvector beside the rows, or a Chroma that is "
        "distributed; a client below 5,000 passages needs neither: its vectors are compared from the rows",
    )
    yield (
        "the disk of one database server",
        assumed.disk_gb / a_firm["rows_gb"],
        "more servers: each firm has its own database, so they are moved one by one",
    )
    yield (
        "statements of one database server in the window of the night",
        assumed.statements_a_second / a_firm["statements"],
        "the same; or a longer window by time zones",
    )
    yield (
        f"processors of one machine ({assumed.cores} cores) in the window",
        assumed.cores * known.cores_busy * window * 0.8 / (a_firm["core_hours"] * 3600),
        "workers on more machines: the queue is in PostgreSQL",
    )
    yield (
        "one endpoint of a model in the window",
        assumed.at_once * window / assumed.thinks / a_firm["questions"],
        "more endpoints, or a longer window",
    )
    yield (
        "one machine that reads all documents of a new firm within a month",
        30 / a_firm["reading_days"],
        "reading on several machines; it is paid once, not every night",
    )


def _told(walls: Sequence[tuple[str, float, str]]) -> Iterator[str]:
    yield from grid(
        ("what gives out", "at so many firms", "what replaces it"),
        ((name, number(at), then) for name, at, then in walls),
    )


def _night(needs: Sequence[Need]) -> Iterator[str]:
    head = (
        "firms",
        "hours of one core",
        "processes",
        "ends after",
        "statements a second",
        "questions",
        "tokens asked",
        "tokens answered",
        "dollars a night",
        "dollars a client",
    )
    yield from grid(head, (_night_row(one) for one in needs))


def _night_row(one: Need) -> tuple[str, ...]:
    tokens = (f"{number(count / 1e6)} million" for count in (one.tokens_in, one.tokens_out))
    ends, dollars = f"{one.ends_after_hours:.1f} h", f"{one.dollars / (one.firms * CLIENTS):.6f}"
    statements = number(one.statements)
    return (
        f"{one.firms:,}",
        number(one.core_hours),
        f"{one.processes:,}",
        ends,
        statements,
        number(one.questions),
        *tokens,
        number(one.dollars),
        dollars,
    )


def _space(needs: Sequence[Need], small: Sequence[Need]) -> Iterator[str]:
    head = (
        "firms",
        "documents",
        "rows (PostgreSQL)",
        "vectors in an index",
        "reading all of it once, one such machine",
    )
    rows = (
        (one, documents) for group, documents in ((needs, DOCUMENTS), (small, DOCUMENTS // CLIENTS)) for one in group
    )
    yield from grid(
        head,
        (
            (
                f"{one.firms:,}",
                f"{documents:,} a client",
                _gb(one.rows_gb),
                _gb(one.vectors_gb),
                f"{number(one.reading_days)} days",
            )
            for one, documents in rows
        ),
    )


def _gb(value: float) -> str:
    return f"{number(value / 1000)} TB" if value >= 1000 else f"{number(value)} GB"


def _checks(found: Sequence[Point]) -> Iterator[str]:
    rows = (
        (
            one.name,
            f"{one.clients:,}",
            f"{number(one.measured)} s",
            f"{number(one.simulated)} s",
            f"{one.off:.2f}",
            "from it" if one.fitted else "no",
        )
        for one in found
    )
    yield from grid(("night", "clients", "measured", "simulated", "off by a factor of", "parameters taken"), rows)


def _known(known: Parameters) -> Iterator[str]:
    yield from grid(("measured", "value"), (_row(name, value) for name, value in asdict(known).items()))


def _row(name: str, value: object) -> tuple[str, str]:
    told = (
        f"{number(value['fixed'])} + {value['each']:.4g} × clients"
        if isinstance(value, dict)
        else number(float(str(value)))
    )
    return name.replace("_", " "), told


def _assumed() -> Iterator[str]:
    yield from grid(
        ("assumed, not measured", "value"),
        ((name.replace("_", " "), f"{value:,g}") for name, value in asdict(Assumed()).items()),
    )

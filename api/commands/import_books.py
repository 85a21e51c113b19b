"""`tickmark import … --client REF`: the books of a client (trial balance, profit and loss, ledger, receivables, bank) into its folder
`books`, where the signals and the drafts of the books find them. What is no book is told and left alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from api.commands.result import Progress, Result
from api.commands.scopes import reading, writing
from api.intake import index_new, keeper
from api.wiring import Services
from ingestion.exports import books_in
from workspace.documents import Incoming, receive_all
from workspace.scope import Right, access_client


def file_books(
    services: Services,
    ref: str,
    files: Sequence[tuple[str, bytes]],
    email: str | None,
    progress: Progress,
    *,
    dry_run: bool,
) -> Result:
    """File the books among these files (name, bytes) with the client; another version of a book replaces it. Raises NotFound, Forbidden."""
    with reading(services, "import", email) as scope:
        client_id = access_client(scope, ref, Right.DOCUMENT_ADD).id
    told = [(name, data, books_in(name, data, services.parse_pool.parse)) for name, data in files]
    books = [(name, data, kind) for name, data, kind in told if kind]
    outcomes: Counter[str] = Counter()
    read = 0
    if books and not dry_run:
        keep = keeper(services, dry_run=False)
        coming = [Incoming(ref, _place(name), keep(data), len(data), "books") for name, data, _ in books]
        with writing(services, "import", email) as scope:
            access_client(scope, ref, Right.DOCUMENT_ADD)
            outcomes.update(one.outcome for one in receive_all(scope, coming))
        read = index_new(services, progress, [client_id]).read
    data = {
        "client": ref,
        "dry_run": dry_run,
        "books": [{"file": name, "kind": kind, "path": _place(name)} for name, _, kind in books],
        "not_books": [name for name, _, kind in told if not kind],
        "outcomes": dict(outcomes),
        "read": read,
    }
    lines = _lines(ref, [(name, kind) for name, _, kind in told], outcomes, dry_run)
    return Result(data, "\n".join(lines), failed=not books)


def _place(name: str) -> str:
    return f"books/{PurePosixPath(name.replace(chr(92), '/')).name}"


def _lines(ref: str, told: Sequence[tuple[str, str]], outcomes: Counter[str], dry_run: bool) -> Iterator[str]:
    for name, kind in told:
        if kind:
            yield f"{name}: {kind}"
        else:
            yield f"{name}: no trial balance, profit and loss, ledger, receivables by age or bank file that is known; left alone"
    books = sum(bool(kind) for _, kind in told)
    if dry_run:
        yield f"{ref}: {books} would be filed under books/"
    else:
        yield f"{ref}: {', '.join(f'{many} {name}' for name, many in sorted(outcomes.items())) or 'nothing filed'}"

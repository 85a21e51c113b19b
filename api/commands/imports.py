"""`tickmark import`: exports of other systems into the records, with a verdict for each row; the list of imports, and taking one back."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from api.commands.import_books import file_books
from api.commands.result import Arguments, Progress, Result, silent
from api.commands.scopes import reading, scope_of, writing
from api.destroyed import take_away
from api.importing import Brought, bring, checked, expected
from api.waiting import FOLDER
from api.wiring import Services
from ingestion.exports import UnknownTable
from ingestion.exports.recognise import fingerprint
from ingestion.firm_folder import walk
from store.errors import Invalid
from store.ids import content_hash
from store.tables import Client
from workspace import imports
from workspace.cells import unfolded
from workspace.imports.papers import Paper
from workspace.imports.run import VERDICTS
from workspace.scope import Scope

REJECTED = "import-rejected.csv"
_SEEN = "folders.json"
_SHOWN = 30


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`source`: the system, or auto; `files`: paths; `dry_run`; `as`: who imports; `same`: NAME=REF decisions; `new`: names of new ones;
    `client`: the ref of the client whose own books the files are."""
    system, dry_run, email = checked(str(arguments["source"])), bool(arguments.get("dry_run")), arguments.get("as")
    files = _files([Path(one) for one in arguments["files"]], services.settings.max_file_mb)
    if arguments.get("client"):
        return file_books(services, str(arguments["client"]), files, email, progress, dry_run=dry_run)
    decided = _decisions(arguments)
    brought = bring(services, files, system, email, progress, dry_run=dry_run, decided=decided)
    if not dry_run:
        write_rejected(services.home / REJECTED, brought.verdicts)
        services.desk.rest()  # the documents are read before the command ends
    return described(services, brought, dry_run)


def from_folder(
    services: Services, path: Path, email: str | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """Import what is new or changed in a folder of exports since the last time, whatever systems it is of. A folder of which one file
    changed is read as a whole: its tables name each other. What was seen is remembered by name and hash; forgetting it costs nothing, for
    a row that came before is told to be unchanged.

    Answers {"new": names of files that are new or changed, "numbers": the imports, "counts", "left": rows not taken}."""
    files = _files([path], services.settings.max_file_mb)
    memory = services.home / FOLDER / _SEEN
    seen: dict[str, dict[str, str]] = json.loads(memory.read_text("utf-8")) if memory.exists() else {}
    before, now = seen.get(str(path), {}), {name: content_hash(data) for name, data in files}
    new = sorted(name for name, digest in now.items() if before.get(name) != digest)
    if not new:
        return {"new": [], "numbers": [], "counts": {}, "left": 0}
    brought = bring(services, files, None, email, progress, dry_run=False)
    memory.parent.mkdir(parents=True, exist_ok=True)
    part = memory.with_suffix(".part")
    part.write_text(json.dumps({**seen, str(path): now}), "utf-8")
    part.replace(memory)
    counts = dict(brought.counts)
    left = sum(counts.get(verdict, 0) for verdict in ("held", "rejected"))
    return {"new": new, "numbers": list(brought.numbers), "counts": counts, "left": left}


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """The imports, newest first."""
    with services.database.reading() as session:
        found = imports.imports_of(_scope(services, session, arguments))
    data = [
        {
            "number": one.number,
            "system": one.system,
            "at": one.at,
            "by": one.who,
            "state": one.state,
            "counts": one.counts,
        }
        for one in found
    ]
    lines = [
        f"{one.number:>4}  {one.at:%Y-%m-%d %H:%M}  {one.system:<16} {one.state:<7} {_counted(one.counts)}"
        for one in found
    ]
    return Result(data, "\n".join(lines) or "Nothing was imported yet.")


def show(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`number`; `verdict`: only rows of that one."""
    with services.database.reading() as session:
        scope = _scope(services, session, arguments)
        one = imports.import_of(scope, int(arguments["number"]))
        rows = imports.verdicts_of(scope, one.number, arguments.get("verdict"), limit=100_000)
        data = {
            "number": one.number,
            "system": one.system,
            "at": one.at,
            "by": one.who,
            "state": one.state,
            "tables": one.tables,
            "counts": one.counts,
            "sums": one.sums,
            "rows": [
                {
                    "file": r.file,
                    "line": r.line,
                    "kind": r.kind,
                    "verdict": r.verdict,
                    "name": r.name,
                    "reason": r.reason,
                }
                for r in rows
            ],
        }
        lines = [f"{r.verdict:<9} {r.file}:{r.line}  {r.name}  {r.reason}".rstrip() for r in rows]
    return Result(data, "\n".join([f"Import {one.number} of {one.system}, {one.state}", *lines]))


def undo(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`number`."""
    number, changes, left = undone(services, int(arguments["number"]), arguments.get("as"))
    said = [f"Import {number} was taken back: {changes} rows are as before.", *left]
    return Result({"number": number, "changes": changes}, "\n".join(said))


def undone(services: Services, number: int, email: str | None) -> tuple[int, int, list[str]]:
    """Take an import back, with its documents; its number, how many rows are as before, what could not be removed outside the database."""
    with writing(services, "import", email) as scope:
        one = imports.take_back(scope, number)
        number, changes = one.number, len(one.changes)
    return number, changes, take_away(services)


def _scope(services: Services, session: Any, arguments: Arguments) -> Scope:
    return scope_of(services, session, "import", arguments.get("as"))


def _files(paths: Sequence[Path], limit_mb: int) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for path, name in _named(paths):
        if path.stat().st_size > limit_mb * 1_000_000:
            raise Invalid(f"{name} is larger than {limit_mb} MB (TICKMARK_MAX_FILE_MB); export it in parts")
        found.append((name, path.read_bytes()))
    return found


def _named(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        if path.is_dir():
            yield from ((one, one.relative_to(path).as_posix()) for one in walk(path))
        elif path.is_file():
            yield path, path.name
        else:
            raise Invalid(f"there is no file {path}")


def _decisions(arguments: Arguments) -> dict[str, str | None]:
    decided: dict[str, str | None] = dict.fromkeys(arguments.get("new") or ())
    for one in arguments.get("same") or ():
        name, equals, ref = str(one).rpartition("=")
        if not equals or not name.strip() or not ref.strip():
            raise Invalid(f"write {one!r} as NAME=REF")
        decided[name.strip().strip("'\"")] = ref.strip()
    return decided


def write_rejected(path: Path, verdicts: Iterable[Any]) -> None:
    """The file that a person opens to repair what was not taken; gone when there is nothing to repair."""
    left = [one for one in verdicts if one.verdict in ("held", "rejected")]
    if not left:
        path.unlink(missing_ok=True)
        return
    path.write_text(rejected_csv(left), encoding="utf-8", errors="replace", newline="")


def rejected_csv(verdicts: Iterable[Any]) -> str:
    """Rows that were not taken, as CSV: where each stands, why, and its cells."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("file", "line", "verdict", "reason", "row"))
    writer.writerows(
        (
            unfolded(one.file),
            one.line or "",
            one.verdict,
            unfolded(one.reason),
            json.dumps(dict(one.cells), ensure_ascii=False),
        )
        for one in verdicts
        if one.verdict in ("held", "rejected")
    )
    return out.getvalue()


def described(services: Services, brought: Brought, dry_run: bool) -> Result:
    """What came, what became of it, how the sums compare, what is left to do."""
    data = told(services, brought, dry_run)
    return Result(data, "\n".join(_lines(services, brought, data, dry_run)))


def told(services: Services, brought: Brought, dry_run: bool) -> dict[str, Any]:
    """The same as JSON."""
    export = brought.export
    names = _names(services, brought.refs.values())
    papers = expected(brought, names) if dry_run else brought.filed
    return {
        "import": next(iter(brought.numbers), None),
        "imports": list(brought.numbers),
        "system": brought.system,
        "systems": list(brought.outcomes),
        "dry_run": dry_run,
        "tables": dict(export.tables),
        "rows_by_table": dict(export.rows),
        "rows_in": brought.rows,
        "counts": {name: many for name in VERDICTS if (many := brought.counts.get(name, 0))},
        "sums": brought.sums,
        "unknown": [_unknown(one) for one in export.unknown],
        "joined_lines": export.joined,
        "books": list(export.books),
        "notes": list(export.notes),
        "rows": [
            {
                "file": one.file,
                "line": one.line,
                "kind": one.kind,
                "verdict": one.verdict,
                "name": one.name,
                "reason": one.reason,
                "system": system,
                **({"like": list(one.like), "cells": dict(one.cells)} if one.verdict in ("held", "rejected") else {}),
            }
            for system, each in brought.outcomes.items()
            for one in each.verdicts
        ],
        "documents": [_paper(one) for one in papers],
    }


def _unknown(one: UnknownTable) -> dict[str, Any]:
    rows = [list(row) for row in one.rows]
    mark = fingerprint(one.header)
    return {"place": one.place, "line": one.line, "header": list(one.header), "rows": rows, "fingerprint": mark}


def _paper(one: Paper) -> dict[str, str]:
    return {"file": one.file, "client": one.name, "verdict": one.verdict, "reason": one.reason}


def _names(services: Services, refs: Iterable[str]) -> dict[str, str]:
    with reading(services, "import") as scope:
        query = select(Client.ref, Client.name).where(Client.ref.in_(sorted(set(refs))))
        return dict(scope.session.execute(query).tuples().all())


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[name]:,} {name}" for name in VERDICTS if counts.get(name))


def _lines(services: Services, brought: Brought, data: Mapping[str, Any], dry_run: bool) -> Iterator[str]:
    export = brought.export
    for place, what in export.tables.items():
        yield f"{place}: {what}, {export.rows.get(place, 0):,} rows"
    head = (
        "Would be done"
        if dry_run
        else f"Import {', '.join(map(str, brought.numbers))}"
        if brought.numbers
        else "Nothing new"
    )
    yield f"{head}: {brought.rows:,} rows in = {_counted(brought.counts) or 'none'}"
    yield from (sum_in_words(one) for one in brought.sums)
    yield from _left(brought.verdicts)
    yield from _documents(data["documents"], dry_run)
    for table in export.unknown:
        yield f"{table.place}: not recognised ({', '.join(table.header[:8])}); map it on the page Imports"
    for file in export.books:
        yield f"{file}: a client's own books; `tickmark import auto {file} --client REF` files them with the client"
    yield from export.notes
    if any(one.verdict in ("held", "rejected") for one in brought.verdicts) and not dry_run:
        yield f"What was not taken stands with its reasons in {services.home / REJECTED}"


def sum_in_words(one: Mapping[str, Any]) -> str:
    """A report's own total beside ours."""
    if one["stated"] is None:
        return f"{one['file']}: the total of the report cannot be read; ours is {one['ours']}"
    if one["difference"] in ("0", "0.00"):
        return f"{one['file']}: {one['what']} {one['ours']}, as the report's own total"
    lines = f"; lines not taken: {', '.join(map(str, one['lines'][:20]))}" if one["lines"] else ""
    said = f"the report says {one['stated']}, the rows taken {one['ours']}"
    return f"{one['file']}: {one['what']} differ by {one['difference']}: {said}{lines}"


def _documents(papers: Sequence[Mapping[str, str]], dry_run: bool) -> Iterator[str]:
    if not papers:
        return
    many = Counter(one["verdict"] for one in papers)
    would = "would go to their clients" if dry_run else "filed with their clients"
    loose = f", {many['held']} to the tray" if many["held"] else ""
    before = f", {many['unchanged']} were there before" if many["unchanged"] else ""
    yield f"Documents: {many['created']} {would}{before}{loose}"
    for folder in sorted({one["file"].split("/")[0] for one in papers if one["verdict"] == "held"})[:_SHOWN]:
        yield f"tray {folder}: no client is called so"


def _left(verdicts: Sequence[imports.Verdict]) -> Iterator[str]:
    left = [one for one in verdicts if one.verdict in ("held", "rejected")]
    for one in left[:_SHOWN]:
        how = f": --same {one.name!r}={one.like[0]}, or --new {one.name!r}" if one.like else ""
        yield f"{one.verdict} {one.file}:{one.line} {one.name}: {one.reason}{how}"
    if len(left) > _SHOWN:
        yield f"and {len(left) - _SHOWN} more"

"""`tickmark watch --once`: one pass over the watched folder, and what it did."""

from pathlib import Path
from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.watch import Pass, look
from api.wiring import Services
from store.errors import Invalid


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`folder`: the tree, else the one of the settings. Raises Invalid when there is none."""
    folder = Path(arguments["folder"]) if arguments.get("folder") else services.settings.watch
    if folder is None:
        raise Invalid("no folder is watched: name one, or set TICKMARK_WATCH")
    done = look(services, folder, progress)
    names = ("unchanged", "unrested", "gone", "moved", "returned")
    data: dict[str, Any] = {
        "folder": str(folder),
        "documents": dict(done.outcomes),
        "loose": dict(done.loose),
        **{name: getattr(done, name) for name in names},
        "mapping": done.mapping,
        "unreadable": done.unreadable,
    }
    return Result(data, "\n".join(_lines(folder, done)))


def _lines(folder: Path, done: Pass) -> list[str]:
    taken = ", ".join(f"{count} {name}" for name, count in sorted(done.outcomes.items())) or "nothing new"
    lines = [f"{folder}: {taken}; {done.unchanged} not touched since they were read."]
    told = (
        (done.loose.total(), "into the tray: their folder is no client's"),
        (done.moved, "moved"),
        (done.gone, "gone from the folder, kept and marked"),
        (done.returned, "came back"),
        (done.unrested, "still being written; the next pass takes them"),
    )
    lines += [f"  {count} {what}" for count, what in told if count]
    nobodys = sorted(top for top, ref in done.mapping.items() if ref is None)
    lines += [f"  folder {top}: no client of this ref or name" for top in nobodys]
    return [
        *lines,
        *(f"  folder {name} could not be opened; its files count as being there" for name in done.unreadable),
    ]

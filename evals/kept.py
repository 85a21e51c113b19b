"""Figures that were measured and kept: a file for each evaluation and each benchmark below evals/measured, and an evaluation's baseline.

Written only when asked (`--keep`), by the commands that measured. Says on which kind of machine, never on which; owns no arithmetic but
the gate: what a figure may not fall below.
"""

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evals.ground import ROOT
from evals.targets import target
from store.errors import Invalid

MEASURED = ROOT / "evals" / "measured"
_PARTS = ("agents", "api", "evals", "ingestion", "prompts", "store", "workspace")
# What is told for its own sake: more of it is neither better nor worse, or less of it is better.
_UNJUDGED = (
    "seconds",
    "a second",
    "untied",
    "tied",
    "derived",
    "in a deliverable",
    "invent",
    "the model's",
    "firm's own",
    "versions",
)
_FEW = 30


@dataclass(frozen=True)
class Kept:
    """What one command measured once. `result` is what the command prints as JSON for this task or benchmark; `machine` and `program` tell
    whether two files may be held against each other."""

    kind: str
    name: str
    date: str
    machine: Mapping[str, Any]
    program: str
    command: str
    result: Mapping[str, Any]

    def figure(self, measure: str) -> Mapping[str, Any] | None:
        """A measure of an evaluation; None where it was not measured."""
        return next((one for one in self.result.get("figures", ()) if one["measure"] == measure), None)

    def spread(self, name: str) -> Mapping[str, Any] | None:
        """Samples of a benchmark; None where they were not taken."""
        return next((one for one in self.result.get("spreads", ()) if one["name"] == name), None)


def keep_evals(
    figures: Sequence[Mapping[str, Any]], command: str, day: date, *, rebase: bool = False, folder: Path | None = None
) -> list[str]:
    """Keep what evaluations printed (`runner.as_json`), each with the `command` that measured it ("{task}" stands for its name); a task
    without figures is left as it was. The first figures of a task become its baseline, later ones with `rebase`. Gives the names."""
    at, done = _writable(folder), list[str]()
    for one in figures:
        if one["figures"]:
            kept = _kept("evals", one["task"], command.format(task=one["task"]), day, one)
            _write(at / "evals" / f"{one['task']}.json", kept)
            if rebase or not (at / "baselines" / f"{one['task']}.json").exists():
                _write(at / "baselines" / f"{one['task']}.json", kept)
            done.append(one["task"])
    return done


def keep_bench(reports: Sequence[Mapping[str, Any]], day: date, folder: Path | None = None) -> list[str]:
    """Keep what benchmarks printed (`bench.as_json`), a file for each size of the firm. Gives their names."""
    at, done = _writable(folder), list[str]()
    for one in reports:
        name = f"{one['name']}-{one['clients']}"
        command = f"tickmark bench {one['name']} --clients {one['clients']}"
        _write(at / "bench" / f"{name}.json", _kept("bench", name, command, day, one))
        done.append(name)
    return done


def kept_evals(folder: Path | None = None) -> dict[str, Kept]:
    """What is kept of evaluations, by task."""
    return dict(_read((folder or MEASURED) / "evals"))


def kept_baselines(folder: Path | None = None) -> dict[str, Kept]:
    """The baselines, by task."""
    return dict(_read((folder or MEASURED) / "baselines"))


def kept_bench(folder: Path | None = None) -> dict[str, Kept]:
    """What is kept of benchmarks, by name and number of clients (`night-1000`)."""
    return dict(_read((folder or MEASURED) / "bench"))


def baseline_of(task: str, folder: Path | None = None) -> str | None:
    """The file of a task's baseline, as it is named in the source tree; None where there is none."""
    at = (folder or MEASURED) / "baselines" / f"{task}.json"
    return f"evals/measured/baselines/{task}.json" if at.exists() else None


@dataclass(frozen=True)
class Gate:
    """The least mean of a measure and why: its target, or two standard errors below the baseline."""

    least: float
    why: str


def gate(task: str, measure: str, baseline: Kept | None) -> Gate | None:
    """What a figure may not fall below. A target that the baseline reached holds; one that it missed cannot be asked for yet, so there,
    and where no target is set, a figure must not fall back by more than two standard errors of the baseline (one case at least: all right
    is no proof that none can be wrong). None: it is not judged, as is what is told by kind over few cases."""
    least, before = target(task, measure), baseline.figure(measure) if baseline else None
    if before is not None and before["n"] < _FEW and ": " in measure:
        return None
    if least is not None and (before is None or before["mean"] >= least):
        return Gate(least, "target")
    if before is None or before["error"] is None or (least is None and any(word in measure for word in _UNJUDGED)):
        return None
    return Gate(before["mean"] - 2 * max(before["error"], 1 / before["n"]), "baseline − 2 standard errors")


def fallen(figures: Sequence[Mapping[str, Any]], baselines: Mapping[str, Kept]) -> Iterator[str]:
    """A line for each figure that is below its gate."""
    for outcome in figures:
        for one in outcome["figures"]:
            least = gate(outcome["task"], one["measure"], baselines.get(outcome["task"]))
            if least and one["mean"] < least.least - 5e-5:  # as_json rounds to four places
                yield f"{outcome['task']}, {one['measure']}: {one['mean']:.4f}, gate {least.least:.4f} ({least.why})"


def _kept(kind: str, name: str, command: str, day: date, result: Mapping[str, Any]) -> Kept:
    return Kept(kind, name, day.isoformat(), machine(), program(), command, result)


def machine() -> dict[str, Any]:
    """What decides how fast a program is, without a name of the machine."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(pages / 2**30, 1),
        "processor": platform.machine(),
        "system": platform.system(),
        "python": ".".join(map(str, sys.version_info[:3])),
    }


def program() -> str:
    """Twelve characters of the SHA-256 of the program's own files: two figures with the same are of the same program."""
    digest = hashlib.sha256()
    for part in _PARTS:
        for file in sorted((ROOT / part).rglob("*")):
            if file.suffix in (".py", ".md", ".toml", ".html", ".css", ".js") and MEASURED not in file.parents:
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _writable(folder: Path | None) -> Path:
    if folder is None and not (ROOT / "docs").is_dir():
        raise Invalid(
            "figures are kept in the source tree, and this is an installed program: run it from a clone, or use --baseline FILE"
        )
    return folder or MEASURED


def _write(file: Path, kept: Kept) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    plain = {"kind": kept.kind, "name": kept.name, "date": kept.date, "machine": kept.machine, "program": kept.program}
    text = json.dumps({**plain, "command": kept.command, "result": kept.result}, indent=1, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def _read(folder: Path) -> Iterator[tuple[str, Kept]]:
    for file in sorted(folder.glob("*.json")):
        yield file.stem, Kept(**json.loads(file.read_text(encoding="utf-8")))

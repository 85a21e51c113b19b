"""The pages of figures: docs/promises.md, evaluations.md, performance.md and scale.md with their plots, made of evals/measured and nothing
else. Front doors: `pages`, `write_pages`, `checked`, `told`.

Owns which pages there are. Measures nothing, judges nothing beyond what a promise or a gate says.
"""

from collections.abc import Mapping
from pathlib import Path

from api.commands.result import Result
from evals.ground import ROOT
from evals.kept import MEASURED
from evals.paper.evaluations import evaluations
from evals.paper.measured import Measured, measured
from evals.paper.performance import performance
from evals.paper.promised import KEPT, MISSED, WAITING, promised, promises_page
from evals.scale.page import scale_page
from store.errors import Invalid

DOCS = ROOT / "docs"
_PLOTS = "plots"


def pages(kept: Measured) -> dict[str, str]:
    """Every file below docs that is made of kept figures, by its name there."""
    return {
        "promises.md": promises_page(kept),
        **evaluations(kept),
        **performance(kept),
        **scale_page(kept),
    }


def write_pages(measured_in: Path = MEASURED, docs: Path = DOCS) -> list[str]:
    """Write the pages that are not as they should be, take away plots of what is no longer kept; gives the names of what changed."""
    made = pages(measured(measured_in))
    changed = [name for name, text in made.items() if _there(docs / name) != text]
    for name in changed:
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(made[name], encoding="utf-8")
    for name in _stale(made, docs):
        (docs / name).unlink()
    return changed


def differing(measured_in: Path = MEASURED, docs: Path = DOCS) -> list[str]:
    """The pages that are not what the kept figures make them."""
    made = pages(measured(measured_in))
    return [name for name, text in made.items() if _there(docs / name) != text] + _stale(made, docs)


def checked() -> Result:
    """For `tickmark promises --check`."""
    _in_a_clone()
    wrong = differing()
    text = (
        f"Not as the kept figures make them: {', '.join(wrong)}. `tickmark promises` makes them anew."
        if wrong
        else "All pages are as kept."
    )
    return Result({"differing": wrong}, text, failed=bool(wrong))


def told() -> Result:
    """For `tickmark promises`: write, and say how many promises are kept, missed, not measured yet."""
    _in_a_clone()
    written, rows = write_pages(), promised(measured())
    counts = {state: sum(one.state == state for one in rows) for state in (KEPT, MISSED, WAITING)}
    missed = [f"  {one.says} {one.figure}: {one.value}, promised {one.bar}" for one in rows if one.state == MISSED]
    head = f"{counts[KEPT]} kept, {counts[MISSED]} missed, {counts[WAITING]} not measured yet; the others are held by tests."
    data = {"written": written, **{state.replace(" ", "_"): n for state, n in counts.items()}}
    return Result(
        data, "\n".join((head, *missed, f"Written: {', '.join(written) or 'nothing, all pages are as kept'}."))
    )


def _in_a_clone() -> None:
    if not DOCS.is_dir():
        raise Invalid(
            "the pages of figures lie in the source tree, and this is an installed program: run it from a clone"
        )


def _there(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


def _stale(made: Mapping[str, str], docs: Path) -> list[str]:
    there = (docs / _PLOTS).glob("*.svg")
    return sorted(f"{_PLOTS}/{file.name}" for file in there if f"{_PLOTS}/{file.name}" not in made)

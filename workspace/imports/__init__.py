"""Moving in: what other systems' exports say becomes records, row by row, with a verdict for each; one import can be taken back.

`bring_in` is the front door. Entries name clients, people and work in the other system's way; here it is decided which of ours they are:
by the name that an earlier import kept, by number, taxpayer id, address or the same name. A name that is only alike is held for a person
(`decide`). Never reads a file, never drops a row.
"""

from workspace.imports.back import take_back
from workspace.imports.decisions import decide, learned, map_table
from workspace.imports.desk import Verdict
from workspace.imports.lists import Listed, import_of, imports_of, page_of, verdicts_of
from workspace.imports.run import Outcome, bring_in

__all__ = [
    "Listed",
    "Outcome",
    "Verdict",
    "bring_in",
    "decide",
    "import_of",
    "imports_of",
    "learned",
    "map_table",
    "page_of",
    "take_back",
    "verdicts_of",
]

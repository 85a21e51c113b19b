"""Who asks "is this nobody's?" says why a hidden row cannot be the answer.

On PostgreSQL a reading session does not see the rows of clients that the asker may not see (store/fence.py). A query for what is *not*
there would take them for absent: a contact whom only a hidden client has looks as if she were nobody's. Every place that asks so stands
here with its reason; a new one fails until it does. tests/access/test_matrix.py holds whole pages against themselves without a fence.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

WORKSPACE = Path(__file__).parents[2] / "workspace"

SAME = "the row that may be missing is of the same client as the one that is looked at, so both are seen or neither"
LIFTED = "the fence is lifted around it by name"
SOFTWARE = "only the software and transactions that write ask it, and they see all"

PLACES = {
    "billing/drafting.py:_not_taken": SAME,
    "billing/drafting.py:_parts": SAME,
    "billing/foots.py:_loaded": SAME,
    "brief/gather.py:_papers": SAME,
    "calendar/gather.py:_entered": SAME,
    "directory/contacts.py:seen_contacts": LIFTED,
    "directory/groups.py:groups_of": LIFTED,
    "directory/listing.py:choices_of": LIFTED,
    "imports/contacts.py:_hidden": SOFTWARE,
    "intake/tray.py:_in_sight": LIFTED,
    "letters/lists.py:ready_to_send": SAME,
    "notices.py:record_new_notices": SAME,
    "onboarding/progress.py:prospects": SAME,
    "people/glass.py:_found": LIFTED,
    "people/glass.py:open_glass": SOFTWARE,
    "people/teams.py:may_join": SAME,
    "people/walls.py:_open_to": LIFTED,
    "portal/asks.py:asked_of": SAME,
    "portal/staff.py:_elsewhere": SAME,
    "portfolio/capacity.py:_tasks": SAME,
    "portfolio/standing.py:_asked": SAME,
    "posts.py:lying": SAME,
    "posts.py:queue_posts": SOFTWARE,
    "reports/work.py:request_rows": SAME,
    "requests/reading.py:firm_lists": SAME,
    "requests/reminders.py:_lists": SAME,
    "retention/due.py:_query": SAME,
    "retention/erasure.py:_own_contacts": LIFTED,
    "scope.py:_seen": "the rule of sight itself: it is asked before there is a fence, or with the fence lifted",
    "scope.py:sees_any": "walls of the clients that are named, which the asker sees",
    "timeline/sources.py:_documents": SAME,
    "workflow/roll_forward.py:candidates": SAME,
}


def test_every_question_for_what_is_not_there_stands_in_the_list() -> None:
    found = {place for path in sorted(WORKSPACE.rglob("*.py")) for place in _places(path)}
    assert found - PLACES.keys() == set(), "say in PLACES why a hidden client's row cannot be what is taken for absent"
    assert PLACES.keys() - found == set(), "nothing asks so there any more"


def test_the_look_sees_each_form() -> None:
    forms = {
        "not_in": "def f():\n  return select(A).where(A.id.not_in(select(B.a_id)))",
        "exists": "def f():\n  return select(A).where(~there.exists())",
        "outer": "def f():\n  return select(A).outerjoin(B, B.a_id == A.id).where(B.id.is_(None))",
        "none": "def f():\n  return select(A).where(A.state.not_in(FINISHED), A.state.not_in(('x', 'y')), A.end.is_(None))",
    }
    assert {name for name, code in forms.items() if _asks(ast.parse(code).body[0])} == {"not_in", "exists", "outer"}


def _places(path: Path) -> Iterator[str]:
    for one in ast.walk(ast.parse(path.read_text())):
        if isinstance(one, ast.FunctionDef) and _asks(one):
            yield f"{path.relative_to(WORKSPACE)}:{one.name}"


def _asks(function: ast.AST) -> bool:
    nodes = list(ast.walk(function))
    calls = [one for one in nodes if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
    joined = {ast.unparse(one.args[0]) for one in calls if _name(one) == "outerjoin" and one.args}
    for one in calls:
        if _name(one) == "not_in" and not _is_closed(one.args[0]):
            return True
        if _name(one) == "is_" and ast.unparse(one).endswith(".id.is_(None)") and _owner(one) in joined:
            return True
    turned = (one for one in nodes if isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Invert))
    return any("exists(" in ast.unparse(one) for one in turned)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _owner(call: ast.Call) -> str:
    return ast.unparse(call.func).removesuffix(".id.is_")


def _is_closed(value: ast.expr) -> bool:
    """A list that stands in the program: kinds and states, no rows."""
    if isinstance(value, ast.Tuple | ast.Set | ast.List | ast.Constant):
        return True
    name = value.id if isinstance(value, ast.Name) else value.attr if isinstance(value, ast.Attribute) else ""
    return bool(name) and name.upper() == name

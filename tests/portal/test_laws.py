"""What the client's side may reach: a closed list of the workspace, no staff route, no staff template."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# what of the workspace the portal stands on; the part that is the firm's (staff.py, mailing.py) is not the contact's to reach
ALLOWED = {
    "workspace.acting",
    "workspace.billing.invoices",
    "workspace.billing.paper",
    "workspace.deliverables.kinds",
    "workspace.deliverables.release",
    "workspace.deliverables.render.paper",
    "workspace.documents",
    "workspace.letters",
    "workspace.letters.door",
    "workspace.letters.paper",
    "workspace.letters.signing",
    "workspace.mail",
    "workspace.requests.reminders",
    "workspace.requests.standing",
    "workspace.scope",
    "workspace.sign_in",
    "workspace.sign_in.passkeys",
}
INTERNAL = (
    "SignalRow",
    "Note",
    "Task",
    "Comment",
    "Knowledge",
    "Review",
    "TimeEntry",
    "FactRow",
    "BriefItem",
    "Mention",
)
TASKS = {"workspace/portal/uploads.py": {"Task"}}  # the owner of the work is told


def imports(path: Path) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {(node.module, one.name) for one in node.names}
        elif isinstance(node, ast.Import):
            found |= {(one.name, "") for one in node.names}
    return found


def files() -> list[Path]:
    return sorted([*(ROOT / "workspace/portal").glob("*.py"), *(ROOT / "api/portal").glob("*.py")])


def test_the_portal_reaches_a_closed_list_of_the_workspace() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files()
        for module, _ in imports(path)
        if module.startswith("workspace.") and not module.startswith("workspace.portal") and module not in ALLOWED
    ]
    assert found == [], f"what a contact reaches is a closed list; think before you lengthen it: {found}"


def test_no_staff_route_and_no_internal_record_is_near() -> None:
    found = []
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        for module, what in imports(path):
            if module.startswith(("api.routes", "api.security", "agents")) or (module, what) == (
                "workspace.portal",
                "staff",
            ):
                found.append(f"{name} imports {module} {what}")
            if module == "store.tables" and what in INTERNAL and what not in TASKS.get(name, set()):
                found.append(f"{name} reads {what}")
            if module == "workspace.portal.staff" and not name.startswith("api/routes"):
                found.append(f"{name} imports {module}")
    assert found == [], f"nothing of the firm's internal side is reachable from the portal: {found}"


def test_its_templates_use_nothing_but_their_own() -> None:
    used = {
        (path.name, one)
        for path in (ROOT / "api/templates/portal").glob("*.html")
        for one in re.findall(r'{%-?\s*(?:extends|include|import|from)\s+"([^"]+)"', path.read_text())
    }
    assert {one for _, one in used} == {"base.html"}
    from api.portal.pages import environment

    assert sorted(environment().list_templates()) == sorted(p.name for p in (ROOT / "api/templates/portal").glob("*"))

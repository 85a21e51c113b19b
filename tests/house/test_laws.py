"""The laws of ARCHITECTURE.md as checks. Each message says what to do instead."""

import ast
import gc
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("agents", "api", "evals", "ingestion", "prompts", "store", "workspace")


@cache
def parsed(path: Path) -> ast.Module:
    """Read once, however many laws look at it."""
    return ast.parse(path.read_text())


def modules(*folders: str, holding: str = "") -> Iterator[tuple[Path, ast.Module]]:
    """The files of these folders, or of all; only those that hold a word without which the law cannot be broken."""
    for folder in folders or FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations/versions" not in path.as_posix() and (not holding or re.search(holding, path.read_text())):
                yield path.relative_to(ROOT), parsed(path)


def definitions(tree: ast.AST) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Classes and functions, however deep. They stand in statements: the expressions, which are most of a tree, are passed by."""
    for field in ("body", "orelse", "handlers", "finalbody", "cases"):
        for node in getattr(tree, field, ()):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node
            yield from definitions(node)


def calls(tree: ast.Module) -> list[tuple[int, str]]:
    """Line and dotted name of every call of a name or of an attribute; what stands before an attribute that is no name is left out."""
    return [
        (node.lineno, _dotted(node.func))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    ]


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """The trees of all sources are millions of objects: nobody looks for garbage while they stand, and they go when all is done."""
    gc.disable()
    yield
    parsed.cache_clear()
    gc.enable()


def test_imports_go_one_way() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]


def test_one_place_commits() -> None:
    found = [
        f"{path}:{line}"
        for path, tree in modules(holding=r"\.commit\b")
        for line, name in calls(tree)
        if name.endswith(".commit") and path.as_posix() != "store/database.py"
    ]
    assert found == [], f"only Database.writing() commits; take the session of your scope instead: {found}"


def test_workspace_functions_take_the_scope_first() -> None:
    """A public function of workspace/ that touches the database takes a Scope first, and nothing else opens a session."""
    before_scope = {"workspace/scope.py", "workspace/portal/scope.py"}
    found = []
    for path, tree in modules("workspace"):
        if path.as_posix() in before_scope or path.parts[:2] == ("workspace", "sign_in"):
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args:
                first, names = node.args.args[0], [ast.unparse(a.annotation) for a in node.args.args if a.annotation]
                if any(name in ("Session", "Database") for name in names):
                    found.append(f"{path}:{node.lineno} {node.name} takes a {names}")
                if "Scope" in names and first.arg != "scope":
                    found.append(f"{path}:{node.lineno} {node.name}: the scope comes first")
    assert found == [], f"workspace functions get their session from the scope they take first: {found}"


@pytest.mark.parametrize("folder", ["workspace", "ingestion", "prompts", "store"])
def test_time_is_an_argument(folder: str) -> None:
    clock = re.compile(r"(^|\.)(date\.today|datetime\.now|datetime\.utcnow|time\.time)$")
    there = modules(folder, holding=r"\b(today|now|utcnow|time)\b")
    found = [f"{path}:{line}" for path, tree in there for line, name in calls(tree) if clock.search(name)]
    assert found == [], f"take `today` or `now` as an argument (law 10): {found}"


def test_agents_cannot_release_or_approve() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules("agents", holding=r"deliverables\.(release|outbox)\b")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module
        and re.search(r"deliverables\.(release|outbox)$", node.module)
    ]
    assert found == [], f"an agent has no way to release (law 5): {found}"


def test_every_module_says_what_it_owns() -> None:
    found = [str(path) for path, tree in modules() if not (ast.get_docstring(tree) or "").strip()]
    assert found == [], f"open the module with a docstring: what it owns, what it never does: {found}"


def test_files_and_functions_stay_readable() -> None:
    found = []
    for path, tree in modules():
        lines = len((ROOT / path).read_text().splitlines())
        if lines > 500:
            found.append(f"{path}: {lines} lines")
        for node in definitions(tree):
            if not isinstance(node, ast.ClassDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 60:
                    found.append(f"{path}:{node.lineno} {node.name}: {length} lines")
    assert found == [], f"split before 60 lines a function and 500 a file: {found}"


def test_names_are_the_trades() -> None:
    shapeless = re.compile(r"(Manager|Helper|Processor|Utils?|Data)$")
    found = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules()
        for node in definitions(tree)
        if isinstance(node, ast.ClassDef) and shapeless.search(node.name)
    ]
    assert found == [], f"use a name of the glossary: {found}"


def test_no_other_distribution_ships_our_folders() -> None:
    shipped = importlib.metadata.packages_distributions()
    clashes = {folder: set(shipped.get(folder, ())) - {"tickmark"} for folder in (*FOLDERS, "tests")}
    assert not any(clashes.values()), f"another distribution ships one of our folders: {clashes}"


def test_lock_and_source_name_no_registry() -> None:
    hosts = re.compile(
        "|".join(("py" + r"pi\.o" + "rg", "python" + "hosted", r"registry\.n" + "pmjs", r"deb\.deb" + "ian"))
    )
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    found = [
        name
        for name in tracked
        if (ROOT / name).is_file() and hosts.search((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == [], f"leave out the addresses of registries: {found}"
    assert "uv.lock" not in tracked


def test_audit_tags_are_a_sorted_closed_list() -> None:
    from store.audit import AuditTag

    names = list(AuditTag.__members__)
    assert names == sorted(names)
    assert all(re.fullmatch(r"[a-z]+:[a-z-]+:[a-z-]+", tag.value) for tag in AuditTag)

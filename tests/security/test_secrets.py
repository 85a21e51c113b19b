"""Secrets in the code: compared in constant time, never in the repr of what holds them, never by name in an error."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from api.gate import MOST_KNOWN, Gate, Rate

ROOT = Path(__file__).parents[2]
FOLDERS = ("agents", "api", "ingestion", "prompts", "store", "workspace")
NAMED = re.compile(
    r"(?:^|_)(secret|token|mac|csrf|otp|passphrase|password|signature|recovery|pin|hmac|verifier|nonce|api_key)(?:$|_hash$|_mac$)"
)
SHOWS = re.compile(r"^(secrets?|passwords?|token|csrf|api_key|passphrase|client_secret|private_key)$")
# Fields of these names that hold none: a flag, a function.
PLAIN = {("api/once.py", "_Answer"), ("ingestion/pipeline.py", "Workbench")}


WORTH = re.compile(
    r"(?:secret|token|mac|csrf|otp|password|passphrase|recovery|nonce|api_key|signature)\w*\)? ?(?:[!=]=|:)|random\.|hashlib|pickle|marshal"
    r"|yaml|\beval\(|\bexec\(|mktemp|os\.system|shell=|[!=]= (?:\w+\.)*\w*(?:secret|token|mac|csrf|otp|password|signature)"
)


@cache
def trees() -> tuple[tuple[str, list[ast.AST]], ...]:
    """The comparisons, calls and classes of each file that could hold one of these words."""
    return tuple(
        (
            path.relative_to(ROOT).as_posix(),
            [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Compare | ast.Call | ast.ClassDef)],
        )
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts and WORTH.search(text := path.read_text())
    )


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def dotted(node: ast.expr) -> str:
    """`hashlib.md5` of a call's function; "" for what is no plain name."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def in_a_query(node: ast.Compare) -> bool:
    """A column against the hash of what was given: the index finds it, whatever of it is right."""
    column = node.left
    return (
        isinstance(column, ast.Attribute)
        and isinstance(column.value, ast.Name)
        and column.value.id[:1].isupper()
        and column.attr.endswith("_hash")
    )


def compared(where: str, nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, ast.Compare) or not any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
            continue
        sides = [node.left, *node.comparators]
        literal = any(isinstance(one, ast.Constant) for one in sides)
        if not literal and not in_a_query(node) and any(NAMED.search(name_of(one)) for one in sides):
            yield f"{where}:{node.lineno} {ast.unparse(node)}"


def test_a_secret_is_compared_in_constant_time_or_looked_up_by_its_hash() -> None:
    found = [line for where, nodes in trees() for line in compared(where, nodes)]
    assert found == [], f"compare by hmac.compare_digest, or look up a hash: {found}"


def test_the_check_finds_what_it_is_for() -> None:
    bad = ast.parse(
        "if token == given: pass\nif row.csrf != sent: pass\nif code_hash == x.secret_hash: pass\nif mac != known: pass"
    )
    assert len(list(compared("x", ast.walk(bad)))) == 4
    good = ast.parse(
        "select(A).where(SignIn.token_hash == hash_of(secret))\nif kind == 'token': pass\nhmac.compare_digest(a, b)"
    )
    assert list(compared("x", ast.walk(good))) == []


def test_what_holds_a_secret_does_not_show_it() -> None:
    found = []
    for where, nodes in trees():
        for node in nodes:
            if not isinstance(node, ast.ClassDef) or not any(
                "dataclass" in ast.unparse(one) for one in node.decorator_list
            ):
                continue
            if any(isinstance(one, ast.FunctionDef) and one.name == "__repr__" for one in node.body):
                continue
            for field in node.body:
                if (
                    not isinstance(field, ast.AnnAssign)
                    or not SHOWS.match(name_of(field.target))
                    or (where, node.name) in PLAIN
                ):
                    continue
                if ast.unparse(field.annotation) in ("int", "bool") or "repr=False" in ast.unparse(field):
                    continue
                found.append(f"{where}:{field.lineno} {node.name}.{name_of(field.target)}")
    assert found == [], f"write field(repr=False), or it stands in a traceback: {found}"


def test_secrets_come_from_the_systems_source_of_chance() -> None:
    found = [
        f"{where}:{node.lineno}"
        for where, nodes in trees()
        for node in nodes
        if isinstance(node, ast.Call)
        and re.search(r"^random\.(random|choice|choices|randint|getrandbits|token)", dotted(node.func))
    ]
    assert found == [], f"use the module secrets: {found}"


def test_no_weak_hash_and_no_unsafe_reader_is_used() -> None:
    never = re.compile(
        r"^(hashlib\.(md5|sha1)|pickle\.loads?|marshal\.loads?|shelve\.open|yaml\.load|eval|exec|os\.system|tempfile\.mktemp)$"
    )
    found = [
        f"{where}:{node.lineno} {dotted(node.func)}"
        for where, nodes in trees()
        for node in nodes
        if isinstance(node, ast.Call)
        and never.match(dotted(node.func))
        and not any(one.arg == "usedforsecurity" for one in node.keywords)
    ]
    shells = [
        f"{where}:{node.lineno}"
        for where, nodes in trees()
        for node in nodes
        if isinstance(node, ast.Call)
        and any(one.arg == "shell" and ast.unparse(one.value) == "True" for one in node.keywords)
    ]
    assert found == [] and shells == []


def test_a_flood_of_names_does_not_fill_the_memory_of_the_gate() -> None:
    gate = Gate({"address": Rate(60)})
    for number in range(MOST_KNOWN + 5_000):
        gate.enter("address", f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", at=1.0)
    assert gate.known() == MOST_KNOWN

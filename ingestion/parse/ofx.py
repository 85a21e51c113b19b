"""OFX, QFX and QBO, version 1 (SGML) and 2 (XML): accounts, balances and transactions as a bank hands them out.

Owns the reading of what banks write, which is often neither SGML nor XML. Never adds up and never mends a value: what is no date or no
amount stays as written, with a finding.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from ingestion.elements import Finding, Parsed
from ingestion.identify import OFX
from ingestion.parse.pages import Block, assemble, table
from ingestion.parse.text import decode
from ingestion.parse.wording import one_line

MAX_TRANSACTIONS = 100_000
HEADER = ("Date", "Payee", "Amount", "Type", "Check", "Memo", "Id")
TRADES = ("Date", "Security", "Amount", "Type", "Units", "Price", "Memo", "Id")
_TOKEN = re.compile(r"<(/?)([A-Za-z][\w.]*)[^<>]*?(/?)>([^<]*)")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_STATEMENTS = {"STMTRS": "Bank statement", "CCSTMTRS": "Credit card statement", "INVSTMTRS": "Investment statement"}
_ACCOUNTS = ("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "LOANACCTFROM")
_WHEN = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:\.\d+)?)?\s*(?:\[\s*([+-]?\d{1,2}(?:\.\d+)?)?\s*:?[^\]]*\])?"
)


@dataclass
class _Node:
    name: str
    value: str = ""
    inside: list["_Node"] = field(default_factory=list["_Node"])

    def walk(self) -> Iterator["_Node"]:
        """This node and all below it, in the file's order."""
        waiting: list[_Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.inside)

    def all(self, *names: str) -> list["_Node"]:
        return [node for node in self.walk() if node.name in names]

    def first(self, *names: str) -> "_Node":
        return next((node for node in self.walk() if node.name in names), _Node(""))

    def text(self, *names: str) -> str:
        """The first value that is not empty, of the first of these names that has one."""
        return next((n.value for name in names for n in self.walk() if n.name == name and n.value), "")


@dataclass(frozen=True)
class Transaction:
    """One movement. `posted` is the bank's own day, ISO, and `utc_day` the day in UTC where that is another; `amount` a decimal;
    either as written where it is none. `kind` is the bank's word (DEBIT, CHECK, BUYSTOCK). `units` and `price` for trades."""

    posted: str
    utc_day: str
    amount: str
    kind: str
    payee: str
    memo: str
    check: str
    identity: str
    units: str = ""
    price: str = ""


@dataclass(frozen=True)
class Statement:
    """One account of the file. Dates are ISO, money is decimal; "" where the file says nothing."""

    title: str
    bank: str
    account: str
    kind: str
    currency: str
    start: str
    end: str
    balance: str
    balance_on: str
    available: str
    transactions: tuple[Transaction, ...] = ()


def parse_ofx(name: str, data: bytes) -> Parsed:
    """A page for each account, its transactions a table of one row each."""
    text = decode(data)
    root = _tree(text)
    statements, findings = _statements(root), list(_told(name, root))
    if "</OFX>" not in text.upper():
        findings.append(Finding(name, f"{name} ends in the middle: it is cut off; download it again from the bank."))
    if not statements:
        findings.append(
            Finding(name, f"{name}, page 1 unreadable: it names no account; download it again from the bank.")
        )
    blocks: list[Block] = []
    for page, statement in enumerate(statements, start=1):
        blocks += _blocks(statement, page)
        findings += _doubts(name, statement)
    labels = {page: f"Account {one.account}" for page, one in enumerate(statements, start=1) if one.account}
    pages, elements = assemble(blocks, labels=labels, count=1)
    return Parsed(OFX, pages, elements, tuple(findings), title=statements[0].title if statements else None)


def read_statements(data: bytes) -> tuple[Statement, ...]:
    """The accounts of a file, typed: those with a statement in order, then those that are only listed."""
    return _statements(_tree(decode(data)))


def _tree(text: str) -> _Node:
    """A tag with a value is a leaf, closed or not; one without is an aggregate if the file ever closes such a tag."""
    text = _CDATA.sub(lambda match: html.escape(match[1], quote=False), text)
    found = [
        (end, name.upper(), alone, one_line(html.unescape(value))) for end, name, alone, value in _TOKEN.findall(text)
    ]
    closed = {name for end, name, _, _ in found if end}
    root = _Node("")
    stack = [root]
    for end, name, alone, value in found:
        if not end:
            node = _Node(name, value)
            stack[-1].inside.append(node)
            if not value and not alone and name in closed:
                stack.append(node)
        elif any(node.name == name for node in stack[-20:]):
            while stack.pop().name != name:
                pass
    return root


def _statements(root: _Node) -> tuple[Statement, ...]:
    securities = {
        node.text("UNIQUEID"): node.text("SECNAME", "TICKER") for node in root.all("SECINFO") if node.text("UNIQUEID")
    }
    bank = root.first("FI").text("ORG")
    found = [_statement(node, bank, securities) for node in root.all(*_STATEMENTS)]
    known = {one.account for one in found}
    for listed in root.all("ACCTINFO"):
        account = listed.first(*_ACCOUNTS)
        if account.name and account.text("ACCTID") not in known:
            title = listed.text("DESC") or "Account"
            found.append(Statement(title, bank, *_account(account), "", "", "", "", "", ""))
    return tuple(found)


def _account(node: _Node) -> tuple[str, str]:
    kind = node.text("ACCTTYPE") or {"CCACCTFROM": "CREDITCARD", "INVACCTFROM": "INVESTMENT"}.get(node.name, "")
    return node.text("ACCTID"), kind


def _statement(node: _Node, bank: str, securities: dict[str, str]) -> Statement:
    ledger, available = node.first("LEDGERBAL"), node.first("AVAILBAL")
    cash = node.first("INVBAL").text("AVAILCASH")
    moves = node.first("BANKTRANLIST", "INVTRANLIST")
    account = node.first(*_ACCOUNTS)
    return Statement(
        _STATEMENTS[node.name],
        bank or account.text("BROKERID"),
        *_account(account),
        node.text("CURDEF").upper(),
        _day(moves.text("DTSTART"))[0],
        _day(moves.text("DTEND"))[0],
        _amount(ledger.text("BALAMT")),
        _day(ledger.text("DTASOF"))[0],
        _amount(available.text("BALAMT") or cash),
        tuple(_transaction(one, securities) for one in _moves(moves)[:MAX_TRANSACTIONS]),
    )


def _moves(moves: _Node) -> list[_Node]:
    """Bank transactions wherever they stand; of an investment list each aggregate is one."""
    if moves.name == "INVTRANLIST":
        return [one for one in moves.inside if one.inside]
    return moves.all("STMTTRN")


def _transaction(node: _Node, securities: dict[str, str]) -> Transaction:
    posted, utc_day = _day(node.text("DTPOSTED", "DTTRADE", "DTSETTLE"))
    trade = node.name not in ("STMTTRN", "INVBANKTRAN")
    security = node.text("UNIQUEID")
    return Transaction(
        posted,
        utc_day,
        _amount(node.text("TRNAMT", "TOTAL")),
        node.name if trade else node.text("TRNTYPE").upper(),
        securities.get(security) or security if trade else node.text("NAME"),
        node.text("MEMO"),
        node.text("CHECKNUM"),
        node.text("FITID"),
        _amount(node.text("UNITS")) if trade else "",
        _amount(node.text("UNITPRICE")) if trade else "",
    )


def _day(written: str) -> tuple[str, str]:
    """The day as the bank counts it, and the day in UTC where the stated zone makes it another; as written where it is none."""
    match = _WHEN.match(written)
    if match is None:
        return written, ""
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        if not match[4]:
            return date(year, month, day).isoformat(), ""
        zone = timezone(timedelta(hours=float(match[7] or 0)))
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
        there = moment.astimezone(UTC).date().isoformat()
    except (ValueError, OverflowError):
        return written, ""
    return moment.date().isoformat(), there if there != moment.date().isoformat() else ""


def _amount(written: str) -> str:
    """A decimal with at least two places; a comma is the decimal sign where it is the only one. As written where it is no number."""
    plain = written.replace(" ", "")
    plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain.replace(",", "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return written
    if not value.is_finite():
        return written
    exponent = value.normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return f"{value:.{max(2, min(places, 10))}f}"


def _blocks(one: Statement, page: int) -> Iterator[Block]:
    yield Block("Title", one.title, page)
    period = f"{one.start} to {one.end}" if one.start and one.end else one.start or one.end
    rows = (
        ("Bank", one.bank),
        ("Account number", one.account),
        ("Account type", one.kind),
        ("Currency", one.currency),
        ("Statement period", period),
        ("Closing balance", one.balance),
        ("Balance as of", one.balance_on),
        ("Available", one.available),
    )
    yield table([row for row in rows if row[1]], page)
    if not one.transactions:
        return
    trades = any(move.units or move.price for move in one.transactions)
    yield table([TRADES if trades else HEADER, *(_row(move, trades) for move in one.transactions)], page)


def _row(move: Transaction, trades: bool) -> tuple[str, ...]:
    day = f"{move.posted} ({move.utc_day} UTC)" if move.utc_day else move.posted
    if trades:
        return day, move.payee, move.amount, move.kind, move.units, move.price, move.memo, move.identity
    return day, move.payee, move.amount, move.kind, move.check, move.memo, move.identity


def _told(name: str, root: _Node) -> Iterator[Finding]:
    """What the bank's own status says, where it is not success."""
    for status in root.all("STATUS"):
        if status.text("SEVERITY").upper() in ("WARN", "ERROR"):
            words = status.text("MESSAGE") or f"code {status.text('CODE')}"
            yield Finding(name, f"{name}: the bank answered with {one_line(words)!r}; download the statement again.")


def _doubts(name: str, one: Statement) -> Iterator[Finding]:
    bad = sum(not _is_day(move.posted) for move in one.transactions)
    if bad:
        yield Finding(
            name, f"{name}: {bad} transactions of account {one.account} have no date that can be read; check them."
        )
    bad = sum(bool(move.kind) and not _is_amount(move.amount) for move in one.transactions if not move.units)
    if bad:
        yield Finding(
            name, f"{name}: {bad} transactions of account {one.account} have no amount that can be read; check them."
        )
    if len(one.transactions) >= MAX_TRANSACTIONS:
        yield Finding(
            name, f"{name}: only {MAX_TRANSACTIONS:,} transactions of account {one.account} were read; split it."
        )


def _is_day(written: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", written))


def _is_amount(written: str) -> bool:
    return bool(re.fullmatch(r"-?\d+\.\d+", written))

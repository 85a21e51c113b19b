"""How exactly bank files are read: accounts, balances and transactions, against what another program reads of the same files.

Pure measuring, end to end: what is compared stands in the tables of the parsed file. Never prints.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ingestion.elements import Parsed
from ingestion.parse import parse


def measure(folder: Path) -> dict[str, Any]:
    """Reads each file of `folder`/files that `folder`/gold.jsonl names: {"file", "accounts": [{account_id, balance, n_transactions,
    transactions: [{date, amount, payee, id}]}]}; a file whose accounts are null only must not be silent.

    Transactions count as exact when id, day, amount and payee are the same. Days: such gold counts in UTC; a statement shows the bank's
    own day and, where that differs, the day in UTC beside it, and both are taken. Gold may leave transactions out (trades): their
    number must agree all the same.
    Returns: files, accounts, balances, counts, transactions (each {judged, exact}), share, silent [file], wrong [{file, what, gold, read}].
    """
    tally = {name: {"judged": 0, "exact": 0} for name in ("accounts", "balances", "counts", "transactions")}
    wrong: list[dict[str, Any]] = []
    silent: list[str] = []
    lines = [
        json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    for line in lines:
        parsed = parse(line["file"], (folder / "files" / line["file"]).read_bytes())
        if not parsed.findings and not any(page.text for page in parsed.pages):
            silent.append(line["file"])
        if line["accounts"] is None:
            continue
        for what, gold, read in _compared(line["accounts"], _accounts(parsed)):
            tally[what]["judged"] += 1
            tally[what]["exact"] += gold == read
            if gold != read:
                wrong.append({"file": line["file"], "what": what, "gold": gold, "read": read})
    judged = sum(one["judged"] for one in tally.values())
    share = round(sum(one["exact"] for one in tally.values()) / judged, 4) if judged else None
    return {"files": len(lines), **tally, "share": share, "silent": silent, "wrong": wrong}


def _accounts(parsed: Parsed) -> list[dict[str, Any]]:
    """Of each page its labelled figures, and its transactions as dictionaries by column."""
    found: list[dict[str, Any]] = []
    for page in parsed.pages:
        tables = [
            element.rows for element in parsed.elements if element.page == page.number and element.type == "Table"
        ]
        if tables:
            labels = {row[0]: row[-1] for row in tables[0]}
            moves = [dict(zip(tables[1][0], row, strict=False)) for row in tables[1][1:]] if len(tables) > 1 else []
            found.append(
                {"account": labels.get("Account number", ""), "balance": labels.get("Closing balance"), "moves": moves}
            )
    return found


def _compared(gold: Sequence[Mapping[str, Any]], read: Sequence[Mapping[str, Any]]) -> list[tuple[str, Any, Any]]:
    pairs: list[tuple[str, Any, Any]] = [("accounts", [a["account_id"] for a in gold], [a["account"] for a in read])]
    for wanted, got in zip(gold, read, strict=False):
        if wanted["balance"] is not None:
            pairs.append(("balances", _decimal(wanted["balance"]), _decimal(got["balance"])))
        pairs.append(("counts", wanted["n_transactions"], len(got["moves"])))
        by_id = {move.get("Id", ""): move for move in got["moves"]}
        for move in wanted["transactions"]:
            shown = by_id.get(move["id"], {})
            days = shown.get("Date", "")
            day = move["date"] if move["date"] in days else days
            payee = shown.get("Payee", shown.get("Security", ""))
            pairs.append(
                (
                    "transactions",
                    (move["date"], _decimal(move["amount"]), " ".join(move["payee"].split())),
                    (day, _decimal(shown.get("Amount")), payee),
                )
            )
    return pairs


def _decimal(written: object) -> Decimal | None:
    try:
        return Decimal(str(written))
    except InvalidOperation:
        return None

"""Which of a client's own books a file is: told by its header and its lines, never by its name."""

from ingestion.exports.grids import Grid, Parse, read_grids
from ingestion.exports.recognise import LOOKED_AT
from ingestion.exports.reports import read_report
from ingestion.exports.vocabulary import bare
from ingestion.identify import OFX, identify

_DAYS = frozenset(
    ("date", "posteddate", "postingdate", "transactiondate", "datum", "fecha", "posteddatetime", "postdate")
)
_WHAT = frozenset(
    ("description", "details", "memo", "payee", "name", "transaction", "concepto", "transactiondescription")
)
_AMOUNTS = frozenset(("amount", "debit", "credit", "withdrawal", "deposit", "withdrawals", "deposits", "importe"))
_NO_BANK = frozenset(("client", "customer", "invoice", "invoicenumber", "matter", "employee", "billable", "hours"))


def books_in(name: str, data: bytes, parse: Parse) -> str:
    """What of a client's books the file is, "" for anything else."""
    if identify(name, data).media_type == OFX:
        return "bank transactions (OFX)"
    found = read_grids([(name, data)], parse)
    told = (_of(grid) for grid in found.found)
    return next((kind for kind in told if kind), "")


def _of(grid: Grid) -> str:
    report = read_report(grid)
    if report is not None:
        return report.name if report.books else "receivables by age"
    for _, cells in grid.rows[:LOOKED_AT]:
        names = {bare(cell) for cell in cells}
        if names & _DAYS and names & _WHAT and names & _AMOUNTS and not names & _NO_BANK:
            return "bank transactions"
    return ""

"""The firm's reports: figures with the rows behind each of them, of the asker's clients, for plots, tables and files.

Front doors: `report_of` (the figures), `behind` (with what one figure, or all, are made of), `as_xlsx`. Owns which
reports there are and who may see them. The money in them is billing's: this adds nothing of its own to how it is counted.
"""

from workspace.reports.catalog import REPORTS, Kind, behind, report_of, reports_for
from workspace.reports.files import as_xlsx, figures_table, rows_table
from workspace.reports.model import Figure, Report, Row, Span

__all__ = [
    "REPORTS",
    "Figure",
    "Kind",
    "Report",
    "Row",
    "Span",
    "as_xlsx",
    "behind",
    "figures_table",
    "report_of",
    "reports_for",
    "rows_table",
]

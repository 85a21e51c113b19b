"""Paper: blocks of a document, and their rendering to PDF, DOCX, XLSX, CSV, HTML, Markdown, text and scans, the same bytes each time.

Front doors: the blocks in blocks.py, `pdf.pdf`, `office.docx`, `office.xlsx`, `plain.text` and its kin, `scan.scanned_pdf`.
Never here: what a document says.
"""

from reportlab import rl_config

# Binary streams: smaller files, and half the time. Set before the first page of any kind, or its bytes would depend on what came before.
rl_config.useA85 = 0

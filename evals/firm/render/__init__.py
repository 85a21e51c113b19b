"""Paper: blocks of a document, and their rendering to PDF, DOCX, XLSX, CSV, HTML, Markdown, text and scans, the same bytes each time.

Front doors: the blocks in blocks.py, `pdf.pdf`, `office.docx`, `office.xlsx`, `plain.text` and its kin, `scan.scanned_pdf`.
Never here: what a document says.
"""

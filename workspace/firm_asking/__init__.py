"""Questions over all clients that the asker may see: a closed list of them, read from the records, answered as a table with links.

Front door: `ask_firm`. grammar.py reads a question (what is asked, which clients, whose, over how much, when); money.py, work.py and
lists.py answer it, each in a fixed number of queries. What is not on the list is not answered: there is no free query. Never looks into
documents' words, but for facts that were read in them.
"""

from workspace.firm_asking.asking import QUESTIONS, ask_firm
from workspace.firm_asking.grammar import FirmQuestion, FirmTopic, read_question
from workspace.firm_asking.table import FirmAnswer, FirmLine

__all__ = ["QUESTIONS", "FirmAnswer", "FirmLine", "FirmQuestion", "FirmTopic", "ask_firm", "read_question"]

"""Search inside one client: words and meaning, what a page is, the words of the trade, periods and kinds, in one order.

Its front door is `search` with a `Searcher` (engine.py); `only` reads a filter (narrow.py), `lit` tells which words of a hit were asked
for (light.py). A question is read by question.py and periods.py, a client's passages by words.py, roles.py and labels.py into a corpus
(corpus.py), and ranking.py weighs them. It never answers a question, never reads a file and never leaves its client. The trade's words
stand in trade_words.toml.
"""

from workspace.search.engine import Hit, Searcher, search
from workspace.search.light import lit
from workspace.search.narrow import Only, only

__all__ = ["Hit", "Only", "Searcher", "lit", "only", "search"]

"""The portfolio: how each of the asker's clients stands, by flags that have names and reasons; how much of the firm hangs on whom; who
has how much to do by when; what keeps each month from being closed.

Front doors: `portfolio_of` (the whole page), `clients_of` (its clients alone), `piece_of` (them as rows), `flags_of_client` (for a
client's own page), `capacity_of` and `move` (workload by week, and moving it). Never sums flags up into a number, and
raises nothing: what is wrong with a client is said by signals.
"""

from workspace.portfolio.capacity import Capacity, Item, capacity_of
from workspace.portfolio.closes import Blocker, Close, CloseHead
from workspace.portfolio.concentration import Concentration, Share
from workspace.portfolio.health import FLAGS, Flag, Reason, flags_of
from workspace.portfolio.listing import Piece, piece_of
from workspace.portfolio.page import (
    ClientHealth,
    Clients,
    Portfolio,
    clients_of,
    flags_of_client,
    portfolio_of,
    with_first,
    with_why,
)
from workspace.portfolio.rebalance import Preview, move, preview
from workspace.portfolio.standing import Standing
from workspace.portfolio.summary import keep_summaries, with_blockers
from workspace.portfolio.workload import Load, Week

__all__ = [
    "FLAGS",
    "Blocker",
    "Capacity",
    "ClientHealth",
    "Clients",
    "Close",
    "CloseHead",
    "Concentration",
    "Flag",
    "Item",
    "Load",
    "Piece",
    "Portfolio",
    "Preview",
    "Reason",
    "Share",
    "Standing",
    "Week",
    "capacity_of",
    "clients_of",
    "flags_of",
    "flags_of_client",
    "keep_summaries",
    "move",
    "piece_of",
    "portfolio_of",
    "preview",
    "with_blockers",
    "with_first",
    "with_why",
]

"""All situations by the key that the roster uses, and the door that applies a client's."""

from evals.firm.sample import Sample
from evals.firm.situations import billing, business, contradictions, files, letters, notices, people, returns

_PARTS = (notices, returns, letters, billing, people, business, files, contradictions)
PLANTED = {key: function for part in _PARTS for key, function in part.PLANTED.items()}
DECOYS = {key: function for part in _PARTS for key, function in part.DECOYS.items()}


def apply(sample: Sample) -> None:
    """Plants what the roster says, client by client. Raises KeyError on a key that no situation has."""
    for profile in sample.profiles.values():
        for key in profile.blueprint.planted.split():
            PLANTED[key](sample, profile)
        for key in profile.blueprint.decoys.split():
            DECOYS[key](sample, profile)

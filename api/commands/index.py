"""`tickmark index`: Chroma held against the records, and made anew from them."""

from dataclasses import asdict

from api.commands.result import Arguments, Progress, Result
from api.wiring import Services
from ingestion import indexing


def verify(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Every client whose index differs from its records; fails when there is one."""
    faults = list(indexing.verify(services.database, services.index, services.embedder.name))
    data = {"faults": [asdict(fault) for fault in faults]}
    if not faults:
        return Result(data, "The index holds what the records say.")
    lines = [f"  {fault.client_ref}: {fault.message}" for fault in faults]
    return Result(data, "\n".join(["The index differs (tickmark index rebuild repairs it):", *lines]), failed=True)


def rebuild(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Make the index anew from the vectors in the records."""
    count = indexing.rebuild(services.database, services.index, services.embedder)
    return Result({"passages": count}, f"The index was made anew: {count} passages.")

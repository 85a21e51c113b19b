"""`tickmark index`: Chroma held against the records, made anew from them, and another model for what is there."""

from dataclasses import asdict

from api.commands.result import Arguments, Progress, Result
from api.wiring import Services
from ingestion import embedding_again, indexing


def verify(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Every client whose index differs from its records; fails when there is one. And how far the firm is with the model that is set."""
    faults = list(indexing.verify(services.database, services.index))
    standing = embedding_again.standing(services.database, services.embedder.name)
    data = {"faults": [asdict(fault) for fault in faults], "model": services.embedder.name, **asdict(standing)}
    lines = [f"  {fault.client_ref}: {fault.message}" for fault in faults]
    told = (
        "The index differs (tickmark index rebuild repairs it):" if faults else "The index holds what the records say."
    )
    behind = [in_words(standing, services.embedder.name)] if standing.behind else []
    return Result(data, "\n".join([told, *lines, *behind]), failed=bool(faults))


def in_words(standing: embedding_again.Standing, wanted: str) -> str:
    """How far the firm is with a model, for a person."""
    return (
        f"{standing.behind} of {standing.clients} clients are still searched with {', '.join(standing.models)}; "
        f"{standing.waiting} passages wait for {wanted}. `tickmark serve` embeds them again meanwhile; "
        "`tickmark index rebuild --embed` does it now"
    )


def rebuild(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Make the index anew from the vectors in the records. `embed`: and give every client the model that is set."""
    count = indexing.rebuild(services.database, services.index, services.embedder)
    told = f"The index was made anew: {count} passages."
    again = 0
    if arguments.get("embed"):
        again = embedding_again.embed_again(services.database, services.index, services.embedder, progress=progress)
        told += f" {again} clients were embedded again with {services.embedder.name}."
    return Result({"passages": count, "clients_embedded_again": again}, told)

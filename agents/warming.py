"""What the first client of a night would wait for, loaded in a process that is there before it. Asks nothing and opens no model's file."""

from agents.ports import Services


def warm(services: Services) -> None:
    """What speaks to models, the rules that a question goes through, and the graphs."""
    from agents import brief, draft, scan
    from ingestion.injection import marked
    from workspace.promises import is_ask

    services.door.warm()
    marked("Please send the statement.")
    is_ask("Please send the statement.")
    for graph in (scan.graph, draft.for_night, brief.graph):
        graph()

"""XML in and out by lxml, with nothing fetched and no entity resolved: the one place that sets up its parser."""

from typing import Any


def read_xml(data: bytes) -> Any:
    """The root element. Raises lxml's XMLSyntaxError, a SyntaxError, on broken XML."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - compiled, without stubs

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def read_broken_xml(data: bytes) -> Any:
    """The root of what can be made out of broken XML; None if nothing can."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - compiled, without stubs

    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    except (SyntaxError, ValueError):
        return None


def write_xml(root: Any) -> bytes:
    """The document in UTF-8 with its declaration."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - compiled, without stubs

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))

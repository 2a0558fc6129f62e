"""Request bodies: JSON or XML, brought into one form, the JSON one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from dirsync.sandbox.crowd.refusals import illegal_argument

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML document can carry (XML 1.0, 2.2): a name with it could never be shown again."""
ELEMENT = "#element"
"""Key under which the name of the XML document's element is kept: no JSON body has it."""
FACTORS = "validation-factors"
BOOLEANS = {"true": True, "false": False}


def read_json(body: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises ILLEGAL_ARGUMENT."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise illegal_argument("The body is not valid JSON") from None
    if not isinstance(data, dict):
        raise illegal_argument("The body must be a JSON object")
    _refuse_unprintable(data)
    return data


def read_xml(body: bytes) -> dict[str, Any]:
    """Read an XML entity. Raises ILLEGAL_ARGUMENT; documents with a DTD are refused."""
    root = parse(body)
    if root.tag.endswith("-search-restriction"):
        return _restriction(root)
    return {ELEMENT: root.tag, **(_factors(root) if root.tag == FACTORS else _entity(root))}


def parse(body: bytes) -> Element:
    """Parse XML into elements, refusing DTDs and so every entity bomb."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = _starter(builder)
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise illegal_argument(f"The body is not valid XML: {error}") from None
    return builder.close()


def _starter(builder: TreeBuilder) -> Callable[[str, dict[str, str]], None]:
    def start(tag: str, attributes: dict[str, str]) -> None:
        builder.start(tag, attributes)

    return start


def _refuse_doctype(*_: object) -> None:
    raise illegal_argument("A document type declaration is not allowed")


def _entity(element: Element) -> dict[str, Any]:
    data: dict[str, Any] = dict(element.attrib)
    for child in element:
        data[child.tag] = _value(child)
    return data


def _value(element: Element) -> Any:  # noqa: ANN401 - bodies hold anything
    if element.tag == "attributes":
        return {
            "attributes": [
                {"name": each.get("name", ""), "values": [value.text or "" for value in each.iter("value")]}
                for each in element.findall("attribute")
            ]
        }
    if element.tag == FACTORS:
        return _factors(element)
    if len(element):
        return _entity(element)
    text = element.text or ""
    return BOOLEANS.get(text, text) if element.tag == "active" else text


def _factors(element: Element) -> dict[str, Any]:
    # Camel case inside, in JSON only: the reference notes, 6.
    return {"validationFactors": [_entity(each) for each in element.findall("validation-factor")]}


def _restriction(element: Element) -> dict[str, Any]:
    data: dict[str, Any] = {"restriction-type": element.tag, **element.attrib}
    for child in element:
        if child.tag == "restrictions":
            data[child.tag] = [_restriction(part) for part in child]
        else:
            data[child.tag] = _entity(child) if len(child) else (child.text or "")
    return data


def _refuse_unprintable(data: object) -> None:
    if isinstance(data, str) and (found := NOT_IN_XML.search(data)):
        raise illegal_argument(f"The character U+{ord(found[0]):04X} is not allowed")
    if isinstance(data, dict):
        for key, value in data.items():
            _refuse_unprintable(key)
            _refuse_unprintable(value)
    if isinstance(data, list):
        for value in data:
            _refuse_unprintable(value)

"""An XML parser that takes neither DTDs nor entities: the standard library's expat, with handlers that refuse them.

Nothing an entity could do (read files, grow a kilobyte into gigabytes) is needed to list names. defusedxml does
the same four times slower (measured, performance.md 4).
"""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from dirsync.errors import AnswerMalformed


def guarded_parser(question: str) -> expat.XMLParserType:
    """Return a parser that raises `AnswerMalformed` about `question` at the first DTD or entity."""

    def refuse(*_: object) -> NoReturn:
        raise AnswerMalformed(
            f"{question}: the answer declares a DTD or an entity, which Crowd never does.",
            "Find out what stands between dirsync and Crowd; such an answer is an attack or a proxy's page.",
        )

    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser

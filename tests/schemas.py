"""The JSON Schemas that are published: of the report for scripts, of the admin's files for editors.

They are made from the types that the code itself uses. Rewrite them with `python tests/documents.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from dirsync.mapping.estate_file import EstateFile
from dirsync.mapping.mapping import MappingFile
from dirsync.mapping.waiver_entry import WaiverFile
from dirsync.mapping.what_if_file import WhatIfFile
from dirsync.reports.shape import ReportDocument
from dirsync.reports.shape.explanation import ExplanationDocument
from dirsync.reports.shape.history import HistoryDocument

MAPPINGS = Path(__file__).parent.parent / "mappings"
EDITORS_DRAFT = "http://json-schema.org/draft-07/schema#"
"""yaml-language-server knows draft 7 and below."""


class _Plain(GenerateJsonSchema):
    """Leaves out what says nothing and yet would be shown, or written down, by an editor."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic asks so
        return False  # it would be the field's own name, in capitals

    def default_schema(self, schema: Any) -> dict[str, Any]:
        made = super().default_schema(schema)
        if isinstance(made.get("default"), dict) or made.get("default") in (None, "", []):
            made.pop("default", None)  # nothing, or what the fields inside say themselves
        return made


def published() -> dict[Path, str]:
    """Return every schema as it should stand in its file."""
    schemas = {
        "report": report_schema(),
        "explanation": explanation_schema(),
        "history": history_schema(),
        "mapping": file_schema(MappingFile, "A mapping of dirsync: which directory feeds which, for which audience"),
        "estate": file_schema(EstateFile, "The estate of dirsync: what Jira and Crowd can't be asked for"),
        "what-if": file_schema(WhatIfFile, "What to suppose of Jira and Crowd, for dirsync audit --what-if"),
        "waivers": file_schema(WaiverFile, "Waivers of dirsync: findings that a named person accepts until a date"),
    }
    return {
        MAPPINGS / f"{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas.items()
    }


def report_schema() -> dict[str, Any]:
    """Return the schema of the JSON report."""
    return _document_schema(ReportDocument, "dirsync.report/1", "The report of a dirsync run")


def explanation_schema() -> dict[str, Any]:
    """Return the schema of what `dirsync explain USER --json` prints."""
    return _document_schema(ExplanationDocument, "dirsync.explanation/1", "Everything dirsync knows of one person")


def history_schema() -> dict[str, Any]:
    """Return the schema of what `dirsync history --json` prints."""
    return _document_schema(HistoryDocument, "dirsync.history/1", "The past runs of dirsync")


def _document_schema(shape: Any, name: str, title: str) -> dict[str, Any]:
    schema = TypeAdapter(shape).json_schema(mode="serialization", schema_generator=_Plain)
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "$id": name, "title": title, **_tidied(schema)}


def file_schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """Return the schema of a file in the mappings folder."""
    schema = _tidied(model.model_json_schema(schema_generator=_Plain, ref_template="#/definitions/{model}"))
    definitions = schema.pop("$defs")
    return {"$schema": EDITORS_DRAFT, "title": title, **schema, "definitions": definitions}


def _tidied(part: Any) -> Any:
    """Drop the names of classes, and put each reference that has neighbours into an `allOf`.

    Draft 7 ignores what stands beside `$ref` (section 8.3); later drafts read both forms alike.
    """
    if isinstance(part, list):
        return [_tidied(item) for item in part]
    if not isinstance(part, dict):
        return part
    # a `title` that is no text is a property of that name
    inner = {key: _tidied(item) for key, item in part.items() if key != "title" or not isinstance(item, str)}
    if "$ref" in inner and len(inner) > 1:
        return {"allOf": [{"$ref": inner.pop("$ref")}], **inner}
    return inner

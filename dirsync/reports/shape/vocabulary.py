"""What the shape of a report is written with: numbers that count, and the closed vocabularies of the model.

Values in a document are plain strings and numbers; the schema lists which ones there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field, WithJsonSchema, with_config
from typing_extensions import TypedDict  # pydantic reads the one of typing from Python 3.12 on

from dirsync.audit.effective.doubts import Cause
from dirsync.errors import ExitCode
from dirsync.model.conflicts import Agreement
from dirsync.model.estate import Audience
from dirsync.model.facts import FactState
from dirsync.model.findings import Confidence, Mechanism, Severity, SubjectKind, Verdict
from dirsync.model.plans import Op, Result
from dirsync.model.run import Mode

if TYPE_CHECKING:
    from enum import Enum


@with_config(ConfigDict(use_attribute_docstrings=True))
class Described(TypedDict):
    """A part of the document: the text below each field is its description in the schema."""


def one_of(vocabulary: type[Enum], kind: str = "string") -> WithJsonSchema:
    """Return the mark of a field that has a closed vocabulary."""
    return WithJsonSchema({"type": kind, "enum": [member.value for member in vocabulary]})


def _a_count_of_each(vocabulary: type[Enum]) -> WithJsonSchema:
    names = [str(member.value) for member in vocabulary]
    counts = {name: {"type": "integer", "minimum": 0} for name in names}
    return WithJsonSchema({"type": "object", "properties": counts, "required": names})


Count = Annotated[int, Field(ge=0)]

ModeWord = Annotated[str, one_of(Mode)]
ExitNumber = Annotated[int, one_of(ExitCode, "integer")]
AudienceWord = Annotated[str, one_of(Audience)]
FactWord = Annotated[str, one_of(FactState)]
VerdictWord = Annotated[str, one_of(Verdict)]
SeverityWord = Annotated[str, one_of(Severity)]
ConfidenceWord = Annotated[str, one_of(Confidence)]
CauseWord = Annotated[str, one_of(Cause)]
MechanismWord = Annotated[str, one_of(Mechanism)]
SubjectWord = Annotated[str, one_of(SubjectKind)]
OpWord = Annotated[str, one_of(Op)]
ResultWord = Annotated[str, one_of(Result)]
AgreementWord = Annotated[str, one_of(Agreement)]

CountBySeverity = Annotated[dict[str, int], _a_count_of_each(Severity)]
CountByAgreement = Annotated[dict[str, int], _a_count_of_each(Agreement)]
CountByConfidence = Annotated[dict[str, int], _a_count_of_each(Confidence)]

"""An entry becomes a user or a group, or is refused with the reason an admin can act on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from dirsync.directories.interface import Attributes, GroupAttributes
from dirsync.directories.ldap.activity import read_active
from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.dn import fold_value, relative_name
from dirsync.directories.ldap.text_forms import text_of
from dirsync.directories.ldap.usual_user import usual_user
from dirsync.mapping.templates import attributes_in, is_template, template
from dirsync.model.entries import Group, User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dirsync.directories.ldap.dialects.interface import Dialect
    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.usual_user import ReadUser

Meaning = TypeVar("Meaning", Attributes, GroupAttributes)
DISPLAY_NAME_FALLBACK = "cn"
"""Every person has one (RFC 4519, 3.12), while `displayName` is often empty."""
MADE_OF_SEVERAL = ("email", "first_name", "last_name", "display_name")
"""What may be a template and is read apart from the rest then."""
_MOST_READERS = 256
"""More than there are selections; what makes new Attributes for each call must not fill the memory."""
_BIT_STRING_SUFFIX = re.compile(rb"#'[01]*'B\s*$")


class EntryUnusable(ValueError):
    """Acting on this entry would be a guess; the message says why."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """Decodes entries of one server. `read_at` (UTC) decides whether an expiry is past."""

    dialect: Dialect
    read_at: datetime
    name_is_id: bool = False
    """Whether an entry without id is known by its name: only where no mapping asks for an id, and only for files."""
    _readers: dict[int, tuple[Attributes, ReadUser]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Under the id of the Attributes, which is theirs as long as they are held here: hashing them costs too much."""

    def user(self, entry: Entry, attributes: Attributes) -> User:
        """Decode a user. Raises EntryUnusable."""
        known = self._readers.get(id(attributes))
        if known is None:
            if len(self._readers) >= _MOST_READERS:
                self._readers.clear()
            known = self._readers[id(attributes)] = attributes, self.user_reader(attributes)
        return known[1](entry)

    def user_reader(self, attributes: Attributes) -> ReadUser:
        """Return what decodes users of one selection. It raises EntryUnusable."""
        meaning = self.user_meaning(attributes)
        reader = self._reader(attributes, meaning)
        if meaning.text_values:
            reader = _with_values(reader, meaning)
        return _with_organization(reader, meaning.organization) if meaning.organization else reader

    def _reader(self, attributes: Attributes, meaning: Attributes) -> ReadUser:

        def careful(entry: Entry) -> User:
            return self._carefully(entry, attributes.id, meaning)

        if is_template(meaning.username):
            return careful
        made = tuple(name for name in MADE_OF_SEVERAL if is_template(getattr(meaning, name)))
        plain = replace(meaning, **dict.fromkeys(made, ""))  # type: ignore[arg-type] # all of them are text
        usual = usual_user(
            plain,
            DISPLAY_NAME_FALLBACK,
            (lambda entry: self._is_active(entry, plain))
            if meaning.active_values
            else (lambda entry: self._active(entry, meaning.active)),
            (lambda entry: self._carefully(entry, attributes.id, plain)) if made else careful,
        )
        return _with_templates(usual, {name: getattr(meaning, name) for name in made}) if made else usual

    def _carefully(self, entry: Entry, wanted_id: str, meaning: Attributes) -> User:
        ref = _ref(entry)
        return User(
            id=self._id(entry, wanted_id, meaning.id, ref),
            ref=ref,
            username=_required(naming_text(entry, meaning.username), meaning.username, "username"),
            email=_text(entry, meaning.email),
            first_name=_text(entry, meaning.first_name),
            last_name=_text(entry, meaning.last_name),
            display_name=_text(entry, meaning.display_name) or _text(entry, DISPLAY_NAME_FALLBACK),
            active=self._is_active(entry, meaning),
        )

    def group(self, entry: Entry, attributes: GroupAttributes) -> Group:
        """Decode a group without its members. Raises EntryUnusable."""
        meaning = self.group_meaning(attributes)
        ref = _ref(entry)
        return Group(
            id=self._id(entry, attributes.id, meaning.id, ref),
            ref=ref,
            name=_required(naming_text(entry, meaning.name), meaning.name, "name"),
            description=_text(entry, meaning.description),
            email=_text(entry, meaning.email),
        )

    def user_meaning(self, attributes: Attributes) -> Attributes:
        """Return the mapping's attributes, the dialect's where the mapping names none."""
        meaning: Attributes = _filled(attributes, self.dialect.attributes)
        return meaning

    def group_meaning(self, attributes: GroupAttributes) -> GroupAttributes:
        """As `user_meaning`, for groups."""
        meaning: GroupAttributes = _filled(attributes, self.dialect.group_attributes)
        return meaning

    def _id(self, entry: Entry, wanted: str, attribute: str, ref: str) -> str:
        values = entry.values(attribute)
        if len(values) > 1:
            raise EntryUnusable(f"it has {len(values)} values of {attribute}, which cannot be an id then")
        try:
            found = text_of(attribute, values[0]).strip() if values else ""
        except ValueError as error:
            raise EntryUnusable(f"its {attribute} cannot be read as an id: {error}") from error
        if not found and self.name_is_id and not wanted:
            return ref
        return _required(found, attribute, "id")

    def _is_active(self, entry: Entry, meaning: Attributes) -> bool:
        known = meaning.active_values
        if known is None:
            return self._active(entry, meaning.active)
        text = _text(entry, meaning.active).strip()
        said = dict(known.values).get(text.lower(), known.default)
        if said is None and text:
            raise EntryUnusable(f"its {meaning.active} is {text[:40]!r}, which the mapping's attributes.active lacks")
        return said is not False

    def _active(self, entry: Entry, attribute: str) -> bool:
        text = _text(entry, attribute)
        try:
            if not attribute:
                return self.dialect.is_active(entry, self.read_at)
            return read_active(attribute, text, self.read_at)
        except ValueError as error:
            raise EntryUnusable(str(error)) from error


@lru_cache(maxsize=256)  # asked for each entry, and there are as many answers as selections
def _filled(given: Meaning, defaults: Meaning) -> Meaning:
    return replace(defaults, **{f.name: value for f in fields(given) if (value := getattr(given, f.name))})


def _ref(entry: Entry) -> str:
    try:
        return entry.ref
    except ValueError as error:
        raise EntryUnusable(f"its name is not a distinguished name: {error}") from error


def _required(text: str, attribute: str, role: str) -> str:
    if text.strip():
        return text
    raise EntryUnusable(f"it has no {attribute}, which is its {role} (mapping: attributes.{role})")


def _decoded(value: bytes, attribute: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise EntryUnusable(f"its {attribute} is not UTF-8: {value[:40]!r}") from error


def _with_templates(usual: ReadUser, templates: Mapping[str, str]) -> ReadUser:
    """Return what reads a person and then what is made of several attributes; where that is nothing, the rest stays."""
    made = {name: template(text) for name, text in templates.items()}

    def read(entry: Entry) -> User:
        told = {name: one.filled(lambda attribute: _text(entry, attribute)) for name, one in made.items()}
        return usual(entry)._replace(**{name: text for name, text in told.items() if text})  # type: ignore[arg-type]

    return read


def _with_values(reader: ReadUser, meaning: Attributes) -> ReadUser:
    """Return what reads a person and puts other texts in the place of some values."""
    known = [(one.meaning, getattr(meaning, one.meaning), dict(one.values), one.default) for one in meaning.text_values]

    def read(entry: Entry) -> User:
        user, changed = reader(entry), dict[str, str]()
        for name, attribute, values, default in known:
            text = _text(entry, attribute)
            told = values.get(text.strip().lower(), default)
            if told is not None:
                changed[name] = told
        return user._replace(**changed) if changed else user  # type: ignore[arg-type] # all of them are text

    return read


def _with_organization(reader: ReadUser, attribute: str) -> ReadUser:
    """Return what reads a person and their organisation; nearly no mapping asks, so nobody else pays for it."""

    def read(entry: Entry) -> User:
        return reader(entry)._replace(organization=_text(entry, attribute))

    return read


def _text(entry: Entry, attribute: str) -> str:
    """Return the first value in the server's order, which is the order they were added in for the servers tried."""
    if is_template(attribute):
        return template(attribute).filled(lambda one: _text(entry, one))
    values = entry.values(attribute) if attribute else ()
    return _decoded(values[0], attribute) if values else ""


def naming_text(entry: Entry, attribute: str) -> str:
    """Return the value the entry is named by where the attribute names it, else the first: names should not flip."""
    values = () if is_template(attribute) else entry.values(attribute)
    if len(values) <= 1:
        return _text(entry, attribute)
    naming = [fold_value(value) for name, value in relative_name(entry.dn) if name == canonical(attribute)]
    texts = [_decoded(value, attribute) for value in values]
    return next((text for text in texts if fold_value(text) in naming), texts[0])


def member_name(value: bytes) -> str:
    """Return the DN in a member value; uniqueMember may end in a bit string (RFC 4517, 3.3.21). Raises ValueError."""
    return (_BIT_STRING_SUFFIX.sub(b"", value) if b"#'" in value else value).decode()


def attributes_to_ask_for(
    meanings: Sequence[Attributes | GroupAttributes], others: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the others and every attribute these meanings read, each once whatever its spelling, in a stable order."""
    wanted = {name.lower(): name for name in others}
    for meaning in meanings:
        for f in fields(meaning):
            value = getattr(meaning, f.name)
            told = () if f.name in {"active_values", "text_values"} else (value,) if isinstance(value, str) else value
            for text in told:
                for name in attributes_in(text):
                    wanted.setdefault(name.lower(), name)
    return tuple(wanted[name] for name in sorted(wanted))

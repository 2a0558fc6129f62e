"""Looking for one person in a whole LDIF file, whatever the Mappings' bases and filters are."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dn import normal
from dirsync.directories.ldap.filter import parse_filter
from dirsync.directories.ldap.sighting import distinguished_names, sighting_of, wanted_filter
from dirsync.directories.ldif_records import records
from dirsync.directories.sightings import MOST_SIGHTINGS, Sightings
from dirsync.errors import DirectoryUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.entry import Entry


def look_up(names: Sequence[str], directory: str, path: Path, selections: Sequence[Selection]) -> Sightings:
    """Go through the file once; which selections an entry fits is worked out as the read of it does."""
    decoder = Decoder(GENERIC, datetime.now(UTC), name_is_id=True)
    looked = (f"the whole file {path}",)
    try:
        found = list(islice(_named(names, path, decoder, selections), MOST_SIGHTINGS + 1))
    except (DirectoryUnreadable, OSError) as error:
        return Sightings((), looked, (f"Directory {directory!r}: {path} could not be searched for this: {error}",))
    is_cut = len(found) > MOST_SIGHTINGS
    more = f"Directory {directory!r}: more than {MOST_SIGHTINGS} entries have such a name; not all are told."
    return Sightings(
        tuple(sighting_of(entry, decoder, selections, _matches) for entry in found[:MOST_SIGHTINGS]),
        looked,
        (more,) if is_cut else (),
    )


def _matches(entry: Entry, filter_text: str) -> tuple[bool | None, str]:
    return parse_filter(filter_text).matches(entry), ""


def _named(names: Sequence[str], path: Path, decoder: Decoder, selections: Sequence[Selection]) -> Iterator[Entry]:
    wanted = parse_filter(wanted_filter(names, decoder, selections))
    refs = {normal(name) for name in distinguished_names(names)}
    with path.open("rb") as stream:
        for _line, entry in records(stream, str(path)):
            if entry.ref in refs or wanted.matches(entry):
                yield entry

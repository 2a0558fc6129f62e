"""What an LDAP account may do: how much it may ask for at a time, and what the mappings' searches show it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.decoding import Decoder, EntryUnusable
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.limits import largest_page, no_entry_below, visible_limits
from dirsync.directories.ldap.page_loop import refused
from dirsync.directories.ldap.searches import Kind, searches_for
from dirsync.directories.selections import selections
from dirsync.operations.doctor.interface import State, fail, ok, warn

if TYPE_CHECKING:
    from collections.abc import Generator

    from dirsync.directories.ldap.connection import Line
    from dirsync.directories.ldap.dialects.interface import Dialect, RootDse
    from dirsync.directories.ldap.page_loop import Page
    from dirsync.directories.ldap.searches import Search
    from dirsync.operations.doctor.interface import Remark, Surroundings


def limits(name: str, line: Line, root: RootDse, dialect: Dialect) -> Generator[Remark, None, int]:
    """Say how large pages may be, and the limits that can be seen; return how many entries fit a page, or 0."""
    wanted = line.settings.page_size
    base = next(iter(root.naming_contexts), "")

    def ask_with(size: int) -> Page:
        return Questions(line, replace(line.settings, page_size=size)).pages(no_entry_below(base))(None)

    most = largest_page(ask_with, wanted)
    refusal = None if most else refused(ask_with(1), dialect, line.account)
    if refusal:
        yield fail(
            name,
            f"gives this account no pages, so nothing proves that a read is whole: {refusal.reason}.",
            refusal.remedy,
        )
    elif most < wanted:
        remedy = f"Set PAGE_SIZE={most}, or have the server's limit raised for this account."
        yield fail(name, f"gives this account at most {most} entries in a page; PAGE_SIZE is {wanted}.", remedy)
    else:
        yield ok(name, f"gives its entries in pages of {wanted}.")
    seen = tuple(visible_limits(Questions(line, line.settings), root, line.account))
    if seen:
        yield ok(name, f"limits it shows to this account: {', '.join(seen)}.")
    else:
        yield ok(name, "shows this account none of its size and time limits; a read that meets one says which.")
    return most


def rights(name: str, line: Line, dialect: Dialect, given: Surroundings) -> Generator[Remark, None, list[Search]]:
    """Ask for one entry of each search the mappings need; return the searches that show something."""
    asked = selections(given.policy.mappings).get(name, ()) if given.policy else ()
    decoder = Decoder(dialect, given.now())
    questions = Questions(line, replace(line.settings, page_size=1))
    shown = []
    for search in searches_for([one for one in asked if one.user_bases], decoder):
        page = questions.pages(search)(None)
        right = _right(name, search, page, decoder, line.account)
        yield right
        if right.state is not State.FAIL:
            shown.append(search)
    return shown


def _right(name: str, search: Search, page: Page, decoder: Decoder, account: str) -> Remark:
    what = f"{search.kind} in {search}"
    failure = refused(page, decoder.dialect, account)
    if failure:
        return fail(name, f"does not show this account {what}: {failure.reason}.", failure.remedy)
    if not page.entries and not page.cookie:
        return warn(
            name,
            f"shows this account no {what}.",
            "Check base and filter, and the account's rights: servers hide what an account may not read.",
        )
    why = _unusable(search, page, decoder)
    if why:
        return warn(
            name,
            f"shows {what}, but of the first one not enough: {why}.",
            "Give the account the right to read this attribute, or correct the mapping's attributes.",
        )
    return ok(name, f"shows this account {what}.")


def _unusable(search: Search, page: Page, decoder: Decoder) -> str:
    """Return why the first entry could not be taken by each mapping that asks for it; empty when it could."""
    for entry in page.entries:
        if not isinstance(entry, Entry):
            return f"{entry.dn}: {entry.reason}"
        try:
            for selection in search.selections:
                if search.kind is Kind.USERS:
                    decoder.user(entry, selection.attributes)
                else:
                    decoder.group(entry, selection.group_attributes)
        except EntryUnusable as error:
            return f"{entry.dn}: {error}"
    return ""

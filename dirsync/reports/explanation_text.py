"""`dirsync explain USER` for a terminal: one section per question, and where the answer is nothing, it says so."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.visible import visible
from dirsync.reports.changes import change_phrase
from dirsync.reports.conflicts import AGREEMENT_WORDS
from dirsync.reports.explanation_in_jira import in_jira_lines
from dirsync.reports.wording import a_few, counted, in_words, sentence, without_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Item = Mapping[str, Any]
    Line = tuple[int, str]
    """How far it is indented, and what it says."""

NOT_OURS = "not by dirsync, which leaves it so"
_A_HANDFUL = 5
_RULE = 72
"""Columns of the line below a long name, which may itself be broken."""


def explanation_text(document: Item, width: int = 80) -> str:
    """Return `dirsync.explanation/1` as text of the given width."""
    lines = [
        *_heading(document),
        *(line for person in document["people"] for line in _person(document, person)),
        *_limits(document),
    ]
    return "\n".join(part for indent, text in lines for part in _wrapped(indent, text, width)).strip("\n") + "\n"


def where_looked(document: Item) -> str:
    """Return in one sentence where a name was looked for."""
    places = [
        f"{read['name']} ({counted(read['users'], 'user')} read{_beyond(document, read['name'])})"
        for read in document["directories"]
        if read["name"] != ORGANIZATIONS
    ]
    return f"Looked for as username, e-mail address, DN and id in {a_few(places, len(places))}."


def _beyond(document: Item, directory: str) -> str:
    looked = document["looked"].get(directory, ())
    return f", and beyond the mappings in {a_few(looked, _A_HANDFUL)}" if looked else ""


def _wrapped(indent: int, text: str, width: int) -> list[str]:
    start = " " * indent
    return wrap(visible(text), width, initial_indent=start, subsequent_indent=f"{start}  ", break_on_hyphens=False) or [
        ""
    ]


def _heading(document: Item) -> Iterator[Line]:
    people = document["people"]
    if not people:
        yield 0, f"Nobody called '{document['asked']}' was found."
        yield 0, where_looked(document)
    elif len(people) > 1:
        yield 0, f"{len(people)} people go by '{document['asked']}':"
        yield from ((2, person["name"]) for person in people)


def _person(document: Item, person: Item) -> Iterator[Line]:
    yield 0, ""
    yield 0, str(person["name"])
    yield 0, "=" * min(len(visible(person["name"])), _RULE)
    yield from _section("Accounts", _accounts(person["accounts"]))
    yield from _section("Mappings", _takings(person))
    yield from _section("Groups", _groups(document, person))
    yield from _section("Seats", _seats(person["seats"]))
    yield from _section("In Jira, as its user directories stand", in_jira_lines(person))
    yield from _section("Default groups at the next login, or when carried over", _expected(person["expected"]))
    yield from _section("Findings about this person", _findings(person["findings"]))
    if any(read["name"] == ORGANIZATIONS for read in document["directories"]):
        yield from _section("Organisations in Jira", _organizations(document, person["organizations"]))
    yield from _section("What the store remembers", _remembered(person["remembered"]))
    yield from _section("What tonight would change", _tonight(document, person["tonight"]))


def _section(title: str, lines: Iterable[Line]) -> Iterator[Line]:
    yield 0, ""
    yield 0, title
    yield from ((2 + indent, text) for indent, text in list(lines) or [(0, "nothing")])


def _accounts(accounts: Iterable[Item]) -> Iterator[Line]:
    for account in accounts:
        parts = [account["username"] or "no username", account["email"] or "no e-mail address", _activity(account)]
        yield 0, f"{account['directory']} ({account['kind']}): {', '.join(parts)}"
        if account["entry"] and account["entry"] != account["username"]:
            yield 2, account["entry"]
        yield 2, f"id {account['id']}" if account["id"] else "no id"
        if account["left_out"]:
            yield 2, f"LEFT OUT of the read: {account['left_out']}"
        elif not account["is_read"]:
            yield 2, "no mapping takes it from there"
        if not account["is_complete"]:
            yield 2, f"{account['directory']} was not read whole"


def _activity(account: Item) -> str:
    if account["active"] is None:
        return "active or not can't be told"
    if account["active"]:
        return "active"
    return f"DISABLED ({account['disabled_because']})" if account["disabled_because"] else "DISABLED"


def _takings(person: Item) -> Iterator[Line]:
    left_out = {(obstacle["mapping"], obstacle["directory"]) for obstacle in person["tonight"]["obstacles"]}
    for taking in person["takings"]:
        destination = f", carried to {taking['target']}" if taking["target"] else ", audited only"
        if (taking["mapping"], taking["target"]) in left_out:
            destination = f", but left out of {taking['target']} tonight, as told below"
        said = {True: f"taken{destination}", False: "not taken", None: "can't be said"}[taking["is_taken"]]
        why = f": {taking['why']}" if taking["why"] else ""
        yield 0, f"{taking['mapping']} ({taking['audience']} from {taking['directory']}): {said}{why}"
    for conflict in person["tonight"]["conflicts"]:
        one_by = in_words([AGREEMENT_WORDS[by] for by in conflict["by"]])
        takers = [f"{claim['user']} of {claim['source']} by '{claim['mapping']}'" for claim in conflict["claims"]]
        yield 0, f"TAKEN BY SEVERAL, one person by {one_by}: {in_words(takers)}"
        yield 2, f"who wins: {conflict['wins']}"
        yield 2, f"in another order: {conflict['flips'] or 'nothing changes'}"


def _groups(document: Item, person: Item) -> Iterator[Line]:
    for group in person["groups"]:
        carried = [f"{one['group']} in {one['directory']} ({one['mapping']})" for one in group["carried"]]
        how = "" if group["is_direct"] else ", through nesting"
        to = f"; carried to {a_few(carried, _A_HANDFUL)}" if carried else ""
        yield 0, f"{group['directory']}: {' > '.join(group['path'])}{how}{to}"
    for directory in dict.fromkeys(account["directory"] for account in person["accounts"]):
        if directory in document["without_groups"]:
            yield 0, f"{directory}: not known, since no mapping reads its groups (source.groups.base)"
        elif directory in _unread(document):
            yield 0, f"{directory}: there may be more, since it was not read whole"


def _seats(seats: Iterable[Item]) -> Iterator[Line]:
    is_any = False
    for seat in seats:
        is_any = True
        name = seat["name"] or "every Jira application"
        where = f"{name} (account in {seat['directory']})"
        if seat["holds"]:
            yield 0, f"{where}: holds a seat"
            yield 2, " > ".join(seat["path"])
        elif seat["holds"] is None:
            yield 0, f"{where}: can't be said. {sentence(seat['why'])}"
            if seat["remedy"]:
                yield 2, f"cheapest way to know: {seat['remedy']}"
        else:
            yield 0, f"{where}: no seat{_because(seat['why'])}"
    if not is_any:
        yield 0, "none: there is no account where Jira looks"


def _because(why: str) -> str:
    return f". {sentence(why)}" if why else ""


def _expected(groups: Iterable[Item]) -> Iterator[Line]:
    for group in groups:
        source = f"{group['mechanism']}, {group['directory']}"
        if not group["group"]:
            yield 0, f"can't be said ({source}): {sentence(group['doubt'])}"
        else:
            member = "; already a member" if group["is_member"] else ""
            yield 0, f"{group['group']} ({source}): {group['when']}{member}"
            if group["leads_to"]:
                yield 2, f"gives a seat: {' > '.join(group['leads_to'])}"
            elif group["doubt"]:
                yield 2, f"whether it gives a seat can't be said: {sentence(group['doubt'])}"
        if group["remedy"] and group["doubt"]:
            yield 2, f"cheapest way to know: {group['remedy']}"


def _findings(findings: Iterable[Item]) -> Iterator[Line]:
    for finding in findings:
        state = "UNDECIDED" if finding["verdict"] == "unknown" else str(finding["severity"]).upper()
        yield 0, f"{state}  {finding['rule']}"
        yield 2, finding["message"]
        waiver = finding["waiver"]
        if waiver:
            yield 2, f"waived by {waiver['owner']} until {waiver['expires']}: {waiver['reason']}"
        elif finding["remedy"]:
            yield 2, f"-> {finding['remedy']}"


def _organizations(document: Item, belongings: Iterable[Item]) -> Iterator[Line]:
    for one in belongings:
        by = f"by mapping {in_words([repr(name) for name in one['mappings']])}"
        yield 0, f"{one['organization']} (account {one['username']}): {by if one['mappings'] else NOT_OURS}"
    if ORGANIZATIONS in _unread(document):
        yield 0, "there may be more, since they were not read whole"


def _remembered(links: Iterable[Item]) -> Iterator[Line]:
    for link in links:
        made = f"made by dirsync at {link['made_at']} (run {link['made_by']})" if link["made_by"] else "adopted"
        yield 0, f"{link['username']} in {link['directory']}: {made}, for mapping '{link['mapping']}'"
        if link["missed"]:
            yield 2, f"missing from its source in {counted(link['missed'], 'read')}, the last at {link['missed_at']}"
        if link["is_deactivated"]:
            yield 2, "deactivated by dirsync"
        groups = ", ".join(link["memberships"])
        yield 2, f"memberships dirsync answers for: {groups or 'none'}"


def _tonight(document: Item, tonight: Item) -> Iterator[Line]:
    for link in tonight["adopted"]:
        yield 0, f"{link['directory']}: adopt {link['username']} for mapping '{link['mapping']}'"
    for one in tonight["missing"]:
        then = "the account stays (missing: keep)"
        if one["then"] != "keep":
            then = f"the mapping says {one['then']} from {one['needed']} on"
        yield 0, f"{one['directory']}: {one['username']} is missing from the source of '{one['mapping']}'"
        yield 2, f"in {counted(one['times'], 'complete read')}, with tonight's; {then}"
    for change in tonight["changes"]:
        yield 0, f"{change['directory']}: {change_phrase(change)}{_values(change)} ({change['reason']})"
    for directory, why in tonight["unappliable"].items():
        yield 0, f"but nothing is written to {directory}: {why}"
    for obstacle in tonight["obstacles"]:
        where = f"{obstacle['directory']} (mapping '{obstacle['mapping']}')"
        yield 0, f"LEFT OUT of {where}: {obstacle['name']}: {obstacle['reason']}"
    if tonight["changes"] and document["guards"]:
        yield 0, "REFUSED as it stands, with the whole plan:"
        yield from ((2, f"{guard['guard']}: {guard['message']}") for guard in document["guards"])


def _values(change: Item) -> str:
    """Return what attributes become, except where the phrase says all: names of what is made or renamed."""
    if change["op"] != "update_user":
        return ""
    changed = (f"{name} '{change['before'].get(name, '')}' -> '{value}'" for name, value in change["after"].items())
    return f": {', '.join(changed)}"


def _unread(document: Item) -> set[str]:
    return {read["name"] for read in document["directories"] if not read["complete"]}


def _limits(document: Item) -> Iterator[Line]:
    unread = [read for read in document["directories"] if not read["complete"]]
    if unread:
        yield 0, ""
        yield 0, "NOT READ WHOLE: what is told above may not be all"
        for read in unread:
            yield 2, f"{read['name']}: {without_name(read['reason'], read['name'])}"
            if read["remedy"]:
                yield 4, f"-> {read['remedy']}"
    if document["troubles"]:
        yield 0, ""
        yield 0, "Looking beyond the mappings"
        yield from ((2, trouble) for trouble in document["troubles"])

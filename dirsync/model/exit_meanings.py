"""What each exit code means, what was done and what was not, and how to go on: for the README, docs and `explain`."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Final

from dirsync.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "exit-"
"""`dirsync explain exit-12` shows the page of 12."""
WIDTH: Final = 80
"""Columns of a page as plain text."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One exit code in the admin's words; each text is whole sentences, `meaning` apart."""

    code: ExitCode
    meaning: str
    """One line without a full stop."""
    done: str
    """What was done by then, and what was not."""
    causes: tuple[str, ...]
    """The usual ones, the most likely first."""
    steps: tuple[str, ...]
    """What to do, in order."""

    @property
    def name(self) -> str:
        """As `dirsync explain` takes it."""
        return f"{PREFIX}{self.code.value}"

    def page(self) -> str:
        """Return the whole page as plain text, in lines that fit a terminal."""
        return "\n".join([*self._lines()]) + "\n"

    def _lines(self) -> Iterator[str]:
        yield _filled(f"{self.name}: {self.meaning.replace('`', '')}")
        yield f"\n{_filled(self.done)}"
        yield "\nHow it comes about"
        yield from (_filled(cause, "  - ") for cause in self.causes)
        yield "\nWhat to do"
        yield from (_filled(step, f"  {number}. ") for number, step in enumerate(self.steps, 1))


def _filled(text: str, bullet: str = "") -> str:
    return fill(text, WIDTH, initial_indent=bullet, subsequent_indent=" " * len(bullet))


MEANINGS: Final = (
    Meaning(
        ExitCode.DONE,
        "done; nothing fails, and every default-group, seat and sign-up rule could be decided",
        "Everything that was asked for was done.",
        (
            "A quiet night: everything was read whole and nothing fails that is not waived.",
            "A command that judges nothing, such as init, report, history, rules, explain or deploy.",
            "The demo worked, whatever it found.",
        ),
        ("Nothing. Silence proves that it ran only with a metrics file or a ping: see docs/unattended.md.",),
    ),
    Meaning(
        ExitCode.UNEXPECTED,
        "unexpected error",
        "The command ended where the message says. What it had changed by then is in the journal, and the next run "
        "settles the rest by looking at the target. If only the answer or a report could not be written, the run is in "
        "the store.",
        (
            "The disk is full, or the pipe that takes the answer is broken.",
            "The database of the store failed during the run.",
            "A mistake in dirsync.",
        ),
        (
            "Read the message: where it names a folder or a library, mend that and run the same command again.",
            "'dirsync history' tells whether the run ended; 'dirsync report' renders it again.",
            "If it says 'Unexpected', report it with the output of the same command and --verbose. No secret is in it.",
        ),
    ),
    Meaning(
        ExitCode.INVALID,
        "wrong arguments, settings or mapping: one line per mistake, all at once",
        "Nothing was read from any directory, and nothing was changed.",
        (
            "A mistyped option, setting or key of a mapping.",
            "A secret's file that is not there, or that this account may not read.",
            "A store that this account may not write to, or one of another version.",
            "'dirsync doctor': a check of files failed.",
        ),
        (
            "Correct what the lines name: each begins with a file, line and column, or with the name of a setting.",
            "Run 'dirsync doctor --offline' until nothing FAILs. It asks no server.",
        ),
    ),
    Meaning(
        ExitCode.UNREADABLE,
        "a directory could not be read, or not whole; the targets it feeds were not touched",
        "No target that is fed by such a directory, and no such target, was written to. The other targets went on. "
        "What was read is in the report, and rules that need the rest answer 'unknown'.",
        (
            "A server was away, or its certificate is not trusted or has expired.",
            "A password was changed or has expired.",
            "The account lost rights, so that the server answered with a part.",
            "A limit of the server cut the answer off (size limit, time limit, paging).",
            "A file was cut off, or is empty where there were people before.",
        ),
        (
            "Read which directory it was: the report and the message name it with the server's own words.",
            "Run 'dirsync doctor': it asks every server for the login, the rights and the limits.",
            "Run the same command again. Nothing is lost by having waited.",
            "If the directory really is empty now, say so with --allow-removals and the number in the message.",
        ),
    ),
    Meaning(
        ExitCode.REFUSED,
        "a guard refused the plan; nothing was changed",
        "All was read, audited and planned. Then a guard refused, before the first write, so not one change was made.",
        (
            "An export that broke off, so that many people seem to have left.",
            "A base or filter that was narrowed by mistake.",
            "A change that would give customers a paid seat.",
            "A reviewed plan that is no longer what is needed, was altered, or has expired ('dirsync apply').",
            "A first run into a target that is already full.",
        ),
        (
            "Read the guard's message. It says what it counted, and what the mapping allows.",
            "Look at the plan: 'dirsync plan' makes the same one and changes nothing.",
            "If it is wrong, correct the source or the mapping.",
            "If it is right, run again with the option and the number in the message; another night is judged anew.",
        ),
    ),
    Meaning(
        ExitCode.CHANGES_FAILED,
        "some changes failed; see the outcomes",
        "The other changes were made, and are in the journal. What failed was not made, and neither was what depends "
        "on it: nobody is put into a group that could not be created.",
        (
            "The target does not allow it: a missing right, a directory that is read only in Crowd.",
            "The target's rules do not allow it: a name with a forbidden character, a schema, a password policy.",
            "The target was away for a part of the run.",
        ),
        (
            "Read the outcomes at the end of the report: each says what the target answered.",
            "Give the right, or correct the value in the source or the mapping.",
            "Run 'dirsync sync' again: it plans only what is still missing.",
        ),
    ),
    Meaning(
        ExitCode.FINDINGS,
        "failing findings at or above `--fail-on` (default `high`), waived ones apart",
        "Everything was done. A sync carried out its changes; the findings are what it saw in the estate.",
        (
            "Customers hold a paid seat, or a default group would give one to the next of them.",
            "Public sign-up can't work, or makes accounts in the wrong place.",
            "A waiver has expired.",
        ),
        (
            "Open the report: each finding has its path, its evidence and its remedy.",
            "Read what the rule means with 'dirsync explain' and the rule's name.",
            "Mend it where the remedy says, or accept it with a waiver: an owner, a reason and a date.",
            "To hear only of what is new, run with '--fail-on new:high'.",
        ),
    ),
    Meaning(
        ExitCode.CHANGES_PENDING,
        "`plan --check`: changes are pending",
        "Nothing was changed, and nothing fails. The plan has changes, and no guard refuses them.",
        ("Sources or mappings have changed since the last sync.", "Somebody changed the target by hand."),
        (
            "Look at the plan, or save it for review: 'dirsync plan --out tonight.json'.",
            "Carry it out with 'dirsync apply tonight.json', or leave it to the nightly 'dirsync sync'.",
        ),
    ),
    Meaning(
        ExitCode.UNDECIDED,
        "nothing fails, but a default-group, seat or sign-up rule could not be decided; the report says how to know",
        "Everything was done. Nothing is known to be wrong, and something that may cost seats is not known.",
        (
            "mappings/estate.yaml leaves out what no configured route tells: default groups, directory modes, order.",
            "A declaration is past its last day.",
            "An account may not ask Jira or Crowd what a rule needs.",
        ),
        (
            "Read the findings that are 'unknown': each names the cheapest way to know.",
            "'dirsync doctor --facts' shows which route tells which fact, and what nobody tells.",
            "Declare it in mappings/estate.yaml until a date, or set up a route that knows it.",
        ),
    ),
    Meaning(
        ExitCode.LOCKED,
        "another run holds the lock",
        "This run did nothing. The other one goes on undisturbed. With a store on PostgreSQL a run is only "
        "refused when others hold every target it would write into; else it does what is free, and its report says "
        "what it left to whom.",
        (
            "Last night's run still works.",
            "Somebody runs dirsync by hand on the same store.",
            "Another host that shares the store on PostgreSQL has the same cron line and was faster.",
        ),
        (
            "Look at the process that the message names, and wait for it.",
            "Nothing has to be deleted: the lock ends with the process that holds it, or its session on PostgreSQL.",
            "If runs take longer than the time between two of them, start them less often.",
        ),
    ),
    Meaning(
        ExitCode.INTERRUPTED,
        "interrupted; the journal is consistent",
        "The changes that were under way were waited for and are in the journal; the rest was not begun. A run that "
        "still reads ends at once and has changed nothing.",
        ("Ctrl-C.", "The service manager stopped it (SIGTERM), or the machine was shut down."),
        (
            "Run 'dirsync sync' again: it does the rest.",
            "To take back what was done, see 'dirsync history' and 'dirsync undo'.",
        ),
    ),
)
"""In the order of the codes; every code has one."""


def named(word: str) -> Meaning | None:
    """Return the exit code that is called so, such as `exit-12`; None where no code is."""
    return next((meaning for meaning in MEANINGS if meaning.name == word), None)

"""`dirsync explain USER`: everything about whoever is called so, and how to go on when nobody is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from dirsync.cli.options import configure
from dirsync.errors import ConfigurationInvalid, DirectoryUnreadable, ExitCode, UsageInvalid

if TYPE_CHECKING:
    from dirsync.cli.options import Configured, Options
    from dirsync.model.explained import Explanation


def explain_user(options: Options, name: str) -> None:
    """Read, look beyond the mappings, and tell. Raises what `told` puts into words, also when nobody is found."""
    no_rule = _no_rule(name)
    if not name.strip():
        raise UsageInvalid(no_rule, "Name a person or a rule. 'dirsync rules' lists them all.")
    try:
        configured = configure(options, only_reads=True)
    except ConfigurationInvalid:
        options.console.message(f"{no_rule} 'dirsync rules' lists them all. To look for a person, mend this first:")
        raise
    explanation = _explained(options, configured, name)
    _show(options, explanation, no_rule)
    if not explanation.is_whole:
        raise typer.Exit(ExitCode.UNREADABLE)


def _no_rule(name: str) -> str:
    from dirsync.audit.rules import RULES
    from dirsync.mapping.wording import did_you_mean
    from dirsync.model.exit_meanings import MEANINGS

    hint = did_you_mean(name, [*(rule.id for rule in RULES), *(meaning.name for meaning in MEANINGS)])
    return f"There is no rule '{name}'{hint or '.'}"


def _explained(options: Options, configured: Configured, name: str) -> Explanation:
    from dirsync.model.run import Mode
    from dirsync.workflow.explain import explain
    from dirsync.workflow.job import Job

    with options.console.progress() as progress:
        return explain(Job(Mode.PLAN, configured.settings, configured.policy, configured.store, progress), name)


def _show(options: Options, explanation: Explanation, no_rule: str) -> None:
    from dirsync.reports.explanation import explanation_document
    from dirsync.reports.explanation_text import explanation_text, where_looked
    from dirsync.reports.json_report import JsonReport

    document = explanation_document(explanation)
    if options.as_json:
        options.console.answer(JsonReport().render(document))
    elif explanation.people or not explanation.hides_nobody:
        options.console.answer(explanation_text(document, options.console.width))
    if explanation.people:
        return
    if explanation.hides_nobody:
        message = f"{no_rule} Nobody called so was found either. {where_looked(document)}"
        raise UsageInvalid(message, "Check the spelling. 'dirsync rules' lists the rules.")
    unread = ", ".join(read.name for read in explanation.directories if not read.completeness.is_complete)
    message = f"{no_rule} Whether there is anybody called so can't be said: not everything was read."
    raise DirectoryUnreadable(message, f"Ask again when it can be read whole: {unread}.")

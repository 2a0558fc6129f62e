"""The command that looks after the store."""

import json
from typing import Annotated

import typer

from dirsync.cli.options import Options, store_url, told
from dirsync.cli.words import store_actions
from dirsync.errors import UsageInvalid

ACTIONS = ("show", "upgrade", "downgrade")


def store(
    context: typer.Context,
    action: Annotated[
        str, typer.Argument(metavar="[ACTION]", help="show, upgrade or downgrade.", autocompletion=store_actions)
    ] = "show",
    version: Annotated[int | None, typer.Argument(metavar="[VERSION]", help="downgrade: to which.")] = None,
    does_apply: Annotated[bool, typer.Option("--apply", help="downgrade: do it; without, see what is lost.")] = False,
) -> None:
    """Show, upgrade or downgrade the store.

    Each start brings an older store up to date by itself. Before you go back to an
    older dirsync, take the store back with this one: 'dirsync store downgrade 7'
    says what the older one can't keep, and with --apply it is done, whole or not
    at all. Nothing is changed while another dirsync works with the store.
    """
    options: Options = context.obj
    with told(options):
        if action not in ACTIONS:
            raise UsageInvalid(f"There is no 'store {action}'.", f"It must be one of {', '.join(ACTIONS)}.")
        if action != "downgrade" and (version is not None or does_apply):
            raise UsageInvalid(f"'store {action}' takes no version and no --apply.", "Leave them out.")
        url = store_url(options)
        if action != "downgrade":
            _show(options, url, is_upgraded=action == "upgrade")
        elif version is None:
            raise UsageInvalid("'store downgrade' needs the version to go back to.", "'dirsync store' shows today's.")
        else:
            _take_back(options, url, version, does_apply=does_apply)


def _show(options: Options, url: str, *, is_upgraded: bool) -> None:
    from dirsync.store.database import VERSION
    from dirsync.store.inspection import look_at_store
    from dirsync.store.upkeep import upgrade

    if is_upgraded:
        upgrade(url)
    looked = look_at_store(url, may_connect=True)
    if looked.problem:
        raise UsageInvalid(f"The store {looked.shown} {looked.problem}", looked.remedy)
    if options.as_json:
        told = {"store": looked.shown, "version": looked.version, "newest": VERSION}
        options.console.answer(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        options.console.answer(f"The store {looked.shown} is {looked.state}")


def _take_back(options: Options, url: str, version: int, *, does_apply: bool) -> None:
    from dirsync.store.upkeep import downgrade, way_back

    way = downgrade(url, version) if does_apply else way_back(url, version)
    if options.as_json:
        told = {"store": way.shown, "from": way.version, "to": way.to, "losses": way.losses, "is_done": does_apply}
        options.console.answer(json.dumps(told, ensure_ascii=False, indent=1))
        return
    options.console.answer(f"The store {way.shown}, from version {way.version} back to version {way.to}.")
    options.console.answer("\n".join(f"  lost: {loss}" for loss in way.losses) or "  Nothing is lost.")
    if does_apply:
        options.console.message("Done. Start the older dirsync now: this one brings the store up to date again.")
    else:
        options.console.message("Nothing was changed. Back the store up, then run the same command with --apply.")

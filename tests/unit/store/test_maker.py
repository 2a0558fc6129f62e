"""Who made an account: read from the journal, long after the run."""

from __future__ import annotations

import pytest

from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.store.journal import Intent, Maker, Settled
from dirsync.store.store import Store


@pytest.mark.parametrize(
    ("op", "result", "directory", "maker"),
    [
        (Op.CREATE_USER, Result.DONE, "crowd", Maker("run-1", "later")),
        (Op.CREATE_USER, Result.ALREADY_SO, "crowd", None),
        (Op.UPDATE_USER, Result.DONE, "crowd", None),
        (Op.CREATE_USER, Result.DONE, "elsewhere", None),
    ],
)
def test_only_a_creation_that_was_done_there_made_the_account(
    store_url: str, op: Op, result: Result, directory: str, maker: Maker | None
) -> None:
    store = Store(store_url)
    intent = Intent("run-1", 1, Change(op, directory, "customers", user="ana"))
    store.journal.write((), [intent], "before")
    assert store.journal.maker_of("crowd", "t1") is None, "nothing says yet what became of it"
    store.journal.write([Settled(intent, Outcome(intent.change.id, result, "", "later", "t1"))], (), "later")
    assert store.journal.maker_of("crowd", "t1") == maker
    assert store.journal.maker_of("crowd", "t2") is None
    store.close()

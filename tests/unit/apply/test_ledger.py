from unit.apply.test_apply import AT, create
from unit.plan.fakes import MemoryJournal, MemoryLinks

from dirsync.apply.ledger import LONGEST_UNWRITTEN, Ledger
from dirsync.model.plans import Change, Outcome, Result
from dirsync.store.journal import Intent


class Clockwork:
    def __init__(self) -> None:
        self.seconds = 0.0
        self.journal = MemoryJournal(MemoryLinks())
        self.ledger = Ledger(self.journal, lambda: AT, lambda: self.seconds)

    def intend(self, *changes: Change) -> list[Intent]:
        intents = [Intent("run-1", position, change) for position, change in enumerate(changes)]
        self.ledger.write(intents)
        return intents


def done(intent: Intent) -> Outcome:
    return Outcome(intent.change.id, Result.DONE, "", AT, f"key-{intent.position}")


def test_outcomes_wait_for_company_and_not_for_ever() -> None:
    work = Clockwork()
    first, second = work.intend(create("ana"), create("bob"))
    work.ledger.note(first, done(first))
    work.seconds = LONGEST_UNWRITTEN - 0.01
    work.ledger.write_if_due()
    assert len(work.journal.open_intents()) == 2
    work.seconds = LONGEST_UNWRITTEN
    work.ledger.write_if_due()
    assert work.journal.open_intents() == (second,)
    writes = work.journal.writes
    work.seconds = 100.0
    work.ledger.write_if_due()
    assert work.journal.writes == writes, "there is nothing to write"


def test_the_wait_begins_with_each_write() -> None:
    work = Clockwork()
    (intent,) = work.intend(create("ana"))
    work.ledger.note(intent, done(intent))
    work.seconds = 10.0
    work.ledger.write()
    assert work.journal.open_intents() == ()
    other = Intent("run-1", 1, create("bob"))
    work.ledger.write([other])
    work.ledger.note(other, done(other))
    work.seconds = 10.5
    work.ledger.write_if_due()
    assert work.journal.open_intents() == (other,)


def test_outcomes_are_told_in_the_order_of_the_plan_whoever_ended_first() -> None:
    work = Clockwork()
    intents = work.intend(create("ana"), create("bob"), create("cyd"))
    for intent in reversed(intents):
        work.ledger.note(intent, done(intent))
    assert [outcome.change for outcome in work.ledger.in_order()] == [intent.change.id for intent in intents]


def test_what_is_not_known_stays_open() -> None:
    work = Clockwork()
    (intent,) = work.intend(create("ana"))
    work.ledger.note(intent, Outcome(intent.change.id, Result.FAILED), is_known=False)
    work.ledger.write()
    assert work.journal.open_intents() == (intent,)
    assert len(work.ledger.in_order()) == 1


def test_outcomes_that_could_not_be_written_are_tried_once_more() -> None:
    work = Clockwork()
    (intent,) = work.intend(create("ana"))
    work.ledger.note(intent, done(intent))
    write = work.journal.write

    def fails(*_: object) -> None:
        raise OSError

    work.journal.write = fails  # type: ignore[method-assign]
    try:
        work.ledger.write()
    except OSError:
        work.journal.write = write  # type: ignore[method-assign]
    work.ledger.write()
    assert work.journal.open_intents() == ()

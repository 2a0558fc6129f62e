import threading
from collections.abc import Callable

import pytest

from dirsync.http.throttle import FIRST_PAUSE, LONGEST_PAUSE, NO_PAUSE, PatienceEnded, Throttle


class Watch:
    """A clock that goes on while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.during_sleep: Callable[[], None] = lambda: None


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def throttle(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> Throttle:
    throttle = Throttle(lambda: watch.now)

    def sleep(seconds: float) -> None:
        assert seconds > 0
        watch.now += seconds
        watch.during_sleep()

    monkeypatch.setattr(throttle, "sleep", sleep)
    return throttle


def test_nobody_waits_as_long_as_nothing_is_refused(throttle: Throttle, watch: Watch) -> None:
    assert [throttle.enter() for _ in range(5)] == [1000.0] * 5


def test_a_refusal_to_one_holds_all(throttle: Throttle, watch: Watch) -> None:
    throttle.refused(throttle.enter(), 7.0)
    assert throttle.enter() == 1007.0


def test_the_longest_wish_counts(throttle: Throttle, watch: Watch) -> None:
    sent = throttle.enter()
    throttle.refused(sent, 7.0)
    throttle.refused(sent, 2.0)
    assert throttle.enter() == 1007.0


def test_a_refusal_meanwhile_holds_those_who_wait_already(throttle: Throttle, watch: Watch) -> None:
    throttle.refused(throttle.enter(), 7.0)
    again = [lambda: throttle.refused(1000.0, 3.0)]
    watch.during_sleep = lambda: again.pop()() if again else None
    assert throttle.enter() == 1010.0


def test_a_wish_beyond_all_reason_is_slept_in_parts(throttle: Throttle, watch: Watch) -> None:
    throttle.refused(throttle.enter(), 1e12)
    slept: list[float] = []
    watch.during_sleep = lambda: slept.append(watch.now) if len(slept) < 3 else throttle.end()
    with pytest.raises(PatienceEnded):
        throttle.enter()
    assert slept == [1060.0, 1120.0, 1180.0]


def test_after_a_refusal_there_is_a_pause_between_any_two(throttle: Throttle, watch: Watch) -> None:
    throttle.refused(throttle.enter(), 0.5)
    turns = [throttle.enter() for _ in range(3)]
    assert turns == pytest.approx([1000.5, 1000.5 + FIRST_PAUSE, 1000.5 + 2 * FIRST_PAUSE])


def test_refusals_of_those_on_their_way_together_count_as_one(throttle: Throttle, watch: Watch) -> None:
    sent = [throttle.enter() for _ in range(8)]
    watch.now += 0.1
    for one in sent:
        throttle.refused(one, 0.5)
    assert throttle.pause == FIRST_PAUSE
    throttle.refused(throttle.enter(), 0.5)
    assert throttle.pause == 2 * FIRST_PAUSE


def test_the_pause_has_an_end_and_good_answers_shorten_it_until_it_is_gone(throttle: Throttle, watch: Watch) -> None:
    for _ in range(20):
        throttle.refused(throttle.enter(), 0.5)
    assert throttle.pause == LONGEST_PAUSE
    throttle.answered()
    assert throttle.pause == LONGEST_PAUSE * 0.95
    answers = 1
    while throttle.pause:
        assert throttle.pause >= NO_PAUSE
        throttle.answered()
        answers += 1
    assert answers == 135
    throttle.answered()
    assert throttle.pause == 0.0


def test_at_the_end_nobody_waits_any_longer_and_whoever_need_not_wait_goes_on() -> None:
    throttle = Throttle()
    assert not throttle.is_ending
    throttle.refused(throttle.enter(), 3600.0)
    ended: list[str] = []

    def wait() -> None:
        try:
            throttle.enter()
        except PatienceEnded:
            ended.append("patience")

    waiting = [threading.Thread(target=wait) for _ in range(3)]
    for thread in waiting:
        thread.start()
    throttle.end()
    for thread in waiting:
        thread.join(10)
    assert ended == ["patience"] * 3
    assert throttle.is_ending
    free = Throttle()
    free.end()
    assert free.enter() > 0

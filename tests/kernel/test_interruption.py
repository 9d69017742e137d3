"""Ctrl-C reaches the run that it is meant for, whichever of signal, request and run comes first."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from ormtutor.kernel.interruption import Interruption


@pytest.fixture
def interruption() -> Iterator[Interruption]:
    before = signal.getsignal(signal.SIGINT)
    interruption = Interruption()
    interruption.listen()
    yield interruption
    signal.signal(signal.SIGINT, before)


def test_a_signal_interrupts_a_run(interruption: Interruption) -> None:
    interruption.begin()

    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_signal_that_comes_before_its_run_and_its_words_is_not_lost(
    interruption: Interruption,
) -> None:
    signal.raise_signal(signal.SIGINT)
    interruption.expect()
    interruption.begin()

    with pytest.raises(KeyboardInterrupt):
        interruption.confirm()


def test_a_signal_that_comes_with_its_words_before_its_run_is_not_lost(
    interruption: Interruption,
) -> None:
    interruption.expect()
    interruption.confirm()
    signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        interruption.begin()


def test_a_signal_that_comes_after_its_run_does_not_reach_the_next(
    interruption: Interruption,
) -> None:
    interruption.begin()
    interruption.end()
    signal.raise_signal(signal.SIGINT)
    interruption.confirm()

    interruption.expect()
    interruption.begin()

    assert interruption.running

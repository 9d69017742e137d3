"""The worker: one job after the other, and a fault does not end it."""

from __future__ import annotations

import threading

from ormtutor.repl.worker import Worker

SECONDS = 10.0


def test_jobs_are_done_in_order() -> None:
    worker, done, end = Worker(), [], threading.Event()
    for number in range(3):
        worker.do(lambda number=number: done.append(number))
    worker.do(end.set)
    assert end.wait(SECONDS)
    assert done == [0, 1, 2]


def test_it_is_busy_while_a_job_runs() -> None:
    worker, begun, go_on = Worker(), threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        go_on.wait(SECONDS)

    assert not worker.is_busy
    assert worker.busy_seconds == 0.0
    worker.do(job)
    assert begun.wait(SECONDS)
    assert worker.is_busy
    go_on.set()


def test_who_watches_is_told_after_each_job() -> None:
    worker, told = Worker(), threading.Event()
    worker.on_change = told.set
    worker.do(lambda: None)
    assert told.wait(SECONDS)


def test_a_fault_is_handed_over_and_the_next_job_runs() -> None:
    worker, end = Worker(), threading.Event()
    worker.do(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    worker.do(end.set)
    assert end.wait(SECONDS)
    assert [type(fault) for fault in worker.faults] == [ZeroDivisionError]


def test_it_stops() -> None:
    worker = Worker()
    worker.stop(SECONDS)
    assert not any(
        thread.name == "ormtutor-worker" and thread is worker._thread
        for thread in threading.enumerate()
    )

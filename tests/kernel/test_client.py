"""The parent's side: start, interrupt, death and replacement."""

from __future__ import annotations

import pytest

from ormtutor.errors import KernelError
from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import Message
from tests.kernel.conftest import finished, interrupted, make_kernel


def test_a_kernel_tells_its_engine_and_version(shared: Kernel) -> None:
    assert shared.ready is not None
    assert (shared.ready.engine, shared.ready.version) == ("miniorm", "1.4.54+ormtutor")


def test_the_installed_sqlalchemy_can_be_the_engine() -> None:
    with make_kernel("sqlalchemy 1.4") as kernel:
        assert kernel.start().version == "1.4.54"


def test_a_kernel_that_cannot_start_says_why() -> None:
    with pytest.raises(KernelError) as caught:
        Kernel(executable="/nowhere/python").start()
    assert "/nowhere/python" in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    "loop",
    [
        "while True: pass",
        "import time; time.sleep(600)",
        "import threading; threading.Event().wait()",
        "input()",
    ],
)
def test_an_interrupt_ends_what_waits_or_loops(kernel: Kernel, loop: str) -> None:
    kernel.run("kept = 1")
    replies = interrupted(kernel, f"print('begun', flush=True)\n{loop}")
    assert finished(replies).status == "interrupted"
    assert finished(kernel.run("kept")).value == "1"


def test_an_interrupt_ends_a_running_statement(kernel: Kernel) -> None:
    kernel.run(
        "from sqlalchemy import create_engine, text\nconnection = create_engine('sqlite://').connect()"
    )
    slow = (
        "print('begun', flush=True)\n"
        "connection.execute(text('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 1000000000) SELECT count(*) FROM n')).scalar()"
    )
    assert finished(interrupted(kernel, slow)).status == "interrupted"
    assert finished(kernel.run("connection.execute(text('SELECT 1')).scalar()")).value == "1"


@pytest.mark.parametrize(
    "source",
    [
        "sum(range(10**13))",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nsum(range(10**13))",
    ],
)
def test_what_hears_no_interrupt_ends_by_the_deadline(kernel: Kernel, source: str) -> None:
    replies = kernel.run(source, deadline=0.3)
    assert finished(replies).status != "ok"
    assert not kernel.alive
    kernel.restart()
    assert finished(kernel.run("1 + 1")).value == "2"


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ("import os; os._exit(3)", "exit code 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "killed by SIGSEGV"),
    ],
)
def test_a_dead_kernel_is_told_and_replaced(kernel: Kernel, source: str, end: str) -> None:
    replies = kernel.run(source)
    assert finished(replies).status == "error"
    assert kernel.exit == end
    kernel.restart()
    assert finished(kernel.run("1 + 1")).value == "2"


def test_a_forked_child_never_answers(kernel: Kernel) -> None:
    replies = kernel.run("import os\npid = os.fork()\nprint('twice?')")
    assert [type(reply).__name__ for reply in replies].count("Finished") == 1
    assert finished(kernel.run("1 + 1")).value == "2"


def test_stop_is_idempotent_and_leaves_no_child(kernel: Kernel) -> None:
    kernel.run("import subprocess; subprocess.Popen(['sleep', '99'])")
    kernel.stop()
    kernel.stop()
    assert not kernel.alive


def test_replies_are_told_as_they_come(shared: Kernel) -> None:
    heard: list[Message] = []
    replies = shared.run("print('now')", on_reply=heard.append)
    assert heard == replies

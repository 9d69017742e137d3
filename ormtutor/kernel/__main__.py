"""The kernel's loop: read a request, answer it.

Before: client.py starts this process as `python -I -X utf8 -c ...` and hands over its settings.
Here:   the main thread answers one request after the other; a control thread reads them, so that
        an Interrupt or an Input is heard while the learner's code runs. When the parent's end of
        the pipe closes, the process and all that it started end.
After:  executor.py runs source; facts.py, views.py and completion.py answer questions.
"""

from __future__ import annotations

import gc
import importlib
import os
import queue
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any, ClassVar

from ormtutor.kernel import alias
from ormtutor.kernel.channel import Channel, take_over
from ormtutor.kernel.completion import Completer
from ormtutor.kernel.connections import Connections
from ormtutor.kernel.executor import Executor
from ormtutor.kernel.facts import Facts
from ormtutor.kernel.failure import with_objects
from ormtutor.kernel.interruption import Interruption, OutOfTime
from ormtutor.kernel.limits import MemoryLimit
from ormtutor.kernel.messages import (
    Answers,
    Ask,
    BeginStep,
    Complete,
    Completions,
    Input,
    Inspect,
    Interrupt,
    Message,
    MessageError,
    Ready,
    Run,
    View,
    decode,
)
from ormtutor.kernel.recorder import Recorder
from ormtutor.kernel.streams import Terminal, adapt_debugger
from ormtutor.kernel.views import Views
from ormtutor.records import record, replace


@record
class Settings:
    """What the parent hands over, as JSON, on the command line."""

    engine: alias.EngineName
    seed: int
    mark: str
    directories: tuple[str, ...]
    allow_files: bool


class Kernel:
    """The parts of the child process, and its two loops."""

    def __init__(self, settings: Settings, channel: Channel) -> None:
        self.settings = settings
        self.channel = channel
        self.interruption = Interruption()
        self.terminal = Terminal(channel, self.interruption)
        self.memory = MemoryLimit()
        self.executor = Executor(channel, self.terminal, self.interruption, self.memory)
        self.connections = Connections(
            self.interruption, settings.directories, allow_files=settings.allow_files
        )
        self.recorder = Recorder(
            channel,
            self.terminal.outlet,
            self.executor.namespace,
            self.connections,
            settings.engine,
        )
        self.facts = Facts(self.executor.namespace, self.recorder, self.connections)
        self.views = Views(self.facts)
        self.completer = Completer(self.executor.namespace, self.recorder)
        self._requests: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def start(self) -> None:
        """Take the terminal's place, make `import sqlalchemy` work, and send Ready.

        Raises: ImportError: the engine is not installed.
        """
        self.interruption.listen()
        self.terminal.install()
        sys.modules["__main__"] = self.executor.module
        package = alias.PACKAGE[self.settings.engine]
        alias.open_door(
            self.settings.engine,
            {
                package: self.recorder.attach_engine,
                f"{package}.orm": self._attach_orm,
                "random": self._seed_random,
                "uuid": self._seed_uuid,
                "pdb": adapt_debugger,
            },
        )
        version = alias.version_of(self.settings.engine)
        if not version:
            raise ImportError(f"there is no {package} to import")
        threading.Thread(target=self._listen, name="ormtutor control", daemon=True).start()
        self.channel.send(Ready(self.settings.engine, version, os.getpid()))

    def _attach_orm(self, module: ModuleType) -> None:
        self.recorder.attach_orm(module)
        # The engine is never freed: spare the garbage collector from scanning it each time.
        gc.freeze()

    def _seed_random(self, module: ModuleType) -> None:
        module.seed(self.settings.seed)

    def _seed_uuid(self, module: ModuleType) -> None:
        """Let uuid4 give the same values in each replay."""
        source = importlib.import_module("random").Random(self.settings.seed)
        uuid = module.UUID

        def uuid4() -> Any:
            """Generate a random UUID (the same ones in each run of the lesson)."""
            return uuid(int=source.getrandbits(128), version=4)

        module.uuid4 = uuid4  # type: ignore[attr-defined]

    # --- the control thread -----------------------------------------------------------------------

    def _listen(self) -> None:
        """Read requests until the parent is gone; hand most of them to the main thread."""
        for line in self.channel.lines():
            try:
                request = decode(line)
            except MessageError:
                continue  # only our own client writes here: nothing to bother the learner with
            if isinstance(request, Interrupt):
                self.interruption.confirm()
            elif isinstance(request, Input):
                self.terminal.keyboard.answer(request.run, request.text)
            else:
                if isinstance(request, Run):
                    self.interruption.expect()
                self._requests.put(request)
        self.channel.end_process()

    # --- the main thread --------------------------------------------------------------------------

    def serve(self) -> None:
        """Answer requests for ever; the control thread ends the process."""
        self._warm_up()
        gc.enable()  # client.py has switched it off for the start
        while True:
            try:
                request = self._requests.get()
                self._answer(request)
            except (KeyboardInterrupt, OutOfTime):
                continue  # a late one, between two requests

    def _warm_up(self) -> None:
        """Import the engine while the learner reads; an error will show up in their own import."""
        if not self._requests.empty():
            return
        package = alias.PACKAGE[self.settings.engine]
        try:
            importlib.import_module(f"{package}.orm")
        except Exception:
            return

    def _answer(self, request: Message) -> None:
        answer = self._answers.get(type(request))
        if answer is not None:
            answer(self, request)

    def _run(self, request: Run) -> None:
        place = self.executor.next_place(request)
        self.recorder.begin_run(place, is_setup=request.mode == "setup")
        finished = self.executor.run(request)
        if finished.status == "interrupted":
            self.recorder.recover_sessions()
        omitted, threads = self.recorder.end_run(), self.terminal.outlet.threads()
        if finished.failure is not None and self.recorder.refused:
            failed = with_objects(finished.failure, self.recorder.refused)
            finished = replace(finished, failure=failed)
        truncated = self.terminal.outlet.end()
        self.channel.mark(request.run)
        self.channel.send(replace(finished, truncated=truncated, omitted=omitted, threads=threads))

    def _begin_step(self, request: BeginStep) -> None:
        self.executor.begin_step(request.step)
        self.recorder.begin_step()
        self.terminal.outlet.printed = ""

    def _ask(self, request: Ask) -> None:
        self.channel.send(Answers(request.run, self.facts.ask(request.expressions)))

    def _inspect(self, request: Inspect) -> None:
        content = self.views.view(request.what, request.budget / 1000, request.about)
        self.channel.send(View(request.run, request.what, content))

    def _complete(self, request: Complete) -> None:
        items = self.completer.complete(request.source, request.cursor)
        self.channel.send(Completions(request.run, items))

    _answers: ClassVar[dict[type[Message], Callable[[Kernel, Any], None]]] = {
        Run: _run,
        BeginStep: _begin_step,
        Ask: _ask,
        Inspect: _inspect,
        Complete: _complete,
    }


def main(settings: dict[str, Any]) -> None:
    """Run the kernel until the parent is gone."""
    folder = settings.pop("own_directory")
    channel = take_over(settings["mark"], folder)
    channel.watch_over()
    if folder:  # made here, not by the parent, so that there is always a process to remove it
        os.mkdir(folder, 0o700)
        os.chdir(folder)
    settings["directories"] = tuple(settings["directories"])
    kernel = Kernel(Settings(**settings), channel)
    try:
        kernel.start()
    except Exception as error:
        # sys.stderr is the learner's by now and dies with us; the parent reads descriptor 2.
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)
    kernel.serve()

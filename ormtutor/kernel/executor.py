"""Executor: compile and run one input in the learner's own `__main__`.

Before: __main__.py received a Run.
Here:   source -> syntax tree -> code, run in one namespace; the value of a final expression is
        shown as at the interactive prompt; whatever goes wrong becomes a Failure. Nothing else in
        the tutor runs source.
After:  Finished, with value or failure; the recorder has reported the statements meanwhile.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import gc
import linecache
import re
import sys
import time
from types import CodeType, ModuleType
from typing import Any

from ormtutor.kernel import failure
from ormtutor.kernel.channel import Channel
from ormtutor.kernel.interruption import Interruption
from ormtutor.kernel.limits import MemoryLimit
from ormtutor.kernel.messages import Failure, Finished, Run, Status
from ormtutor.kernel.stories import Place
from ormtutor.kernel.streams import HEAD, TAIL, Terminal

_FUTURES = 0
for _name in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _name).compiler_flag

# A compiler flag: say "incomplete input" if more lines could complete the source.
_ALLOW_INCOMPLETE = 0x4000

LEAVING = "This ends a program. Here it ends the input; :quit leaves the tutor."


_Outcome = tuple[Status, str | None, Failure | None]


class Executor:
    """Holds the learner's namespace, and runs one input at a time in it."""

    def __init__(
        self,
        channel: Channel,
        terminal: Terminal,
        interruption: Interruption,
        memory: MemoryLimit,
    ) -> None:
        self.channel = channel
        self.terminal = terminal
        self.interruption = interruption
        self.memory = memory
        self.module = ModuleType("__main__")
        self.namespace: dict[str, Any] = vars(self.module)
        self.step = ""
        self._inputs = 0
        self._future_flags = 0
        self._kernel_limit = sys.getrecursionlimit()
        self._learner_limit = self._kernel_limit + failure.recursion_depth() + 8

    def begin_step(self, step: str) -> None:
        """Number the inputs from 1 again, under the step's name."""
        self.step = step
        self._inputs = 0

    def run(self, request: Run) -> Finished:
        """Run the input and return how it ended. No exception escapes."""
        self._prepare(request)
        started = time.perf_counter()
        status, value, failed = self._run(request)
        milliseconds = (time.perf_counter() - started) * 1000
        self._leave_forked_child()
        if "class " in request.source:
            # The registry knows a class that was refused or replaced until it is freed.
            gc.collect()
        return Finished(request.run, status, value, failed, 0, milliseconds)

    def next_place(self, request: Run) -> Place:
        """Return the file name and first line that the input has when it is run next."""
        name = failure.file_name(request.step or self.step, self._inputs + 1)
        return Place(name, request.first_line)

    def _prepare(self, request: Run) -> None:
        """Repair what an earlier input may have broken, and number this one."""
        self.terminal.restore()
        self.interruption.listen()
        sys.modules["__main__"] = self.module
        self.namespace["__builtins__"] = builtins
        self._inputs += 1
        self.terminal.outlet.begin(request.run)

    def _run(self, request: Run) -> _Outcome:
        try:
            self.interruption.begin()
            return self._run_and_describe(request, request.step or self.step)
        except KeyboardInterrupt:
            # A second one while the first was being described.
            failed = Failure("KeyboardInterrupt", "", "KeyboardInterrupt", "KeyboardInterrupt", 0)
            return "interrupted", None, failed
        except MemoryError:
            # Too little memory was left even to describe what had gone wrong.
            return "error", None, Failure("MemoryError", "", "MemoryError", "MemoryError", 0)
        finally:
            self.interruption.end()
            self._recover_limits()

    def _run_and_describe(self, request: Run, step: str) -> _Outcome:
        """Run, and describe what went wrong; interruptible, for that runs the learner's __str__."""
        name = failure.file_name(step, self._inputs)
        try:
            try:
                statements, last = self._compile(request, name)
            except _Incomplete as error:
                return "incomplete", None, failure.describe(error.syntax_error, step)
            return "ok", self._execute(statements, last), None
        except KeyboardInterrupt as error:
            return "interrupted", None, failure.describe(error, step, self.namespace)
        except SystemExit as error:
            return "error", None, _leaving(failure.describe(error, step, self.namespace))
        except BaseException as error:
            return "error", None, failure.describe(error, step, self.namespace)

    # --- from source to code ----------------------------------------------------------------------

    def _compile(self, request: Run, name: str) -> tuple[CodeType, CodeType | None]:
        """Return the code of the input, and separately that of a last statement to be shown."""
        _remember(name, request.source, request.first_line - 1)
        tree = self._parse(request.source, name, request.first_line - 1)
        if request.mode != "learner" or not tree.body:
            return self._to_code(tree, name, "exec"), None
        last = tree.body.pop()
        statements = self._to_code(tree, name, "exec")
        if isinstance(last, ast.Expr):
            return statements, self._to_code(ast.Expression(last.value), name, "eval")
        # As at a prompt, which shows the values of expressions inside a loop, too.
        return statements, self._to_code(ast.Interactive([last]), name, "single")

    def _parse(self, source: str, name: str, before: int) -> ast.Module:
        try:
            tree: ast.Module = compile(
                source, name, "exec", ast.PyCF_ONLY_AST | self._future_flags, dont_inherit=True
            )
        except SyntaxError as error:
            incomplete = self._is_incomplete(source, name)
            _shift(error, before)
            if incomplete:
                raise _Incomplete(error) from None
            raise
        except (ValueError, UnicodeError, MemoryError, RecursionError) as error:
            raise SyntaxError(_why_not_source(source, error)) from None
        return ast.increment_lineno(tree, before) if before else tree

    def _is_incomplete(self, source: str, name: str) -> bool:
        try:
            flags = _ALLOW_INCOMPLETE | self._future_flags
            compile(source, name, "exec", flags, dont_inherit=True)
        except SyntaxError as error:
            return "incomplete input" in str(error)
        except (ValueError, UnicodeError, MemoryError, RecursionError):
            return False
        return False

    def _to_code(self, tree: Any, name: str, mode: str) -> CodeType:
        try:
            code: CodeType = compile(tree, name, mode, self._future_flags, dont_inherit=True)
        except SyntaxError as error:
            if error.text is None and error.lineno is not None:
                error.text = linecache.getline(name, error.lineno)
            raise
        except (ValueError, UnicodeError, MemoryError, RecursionError) as error:
            raise SyntaxError(_why_not_source("", error)) from None
        # `from __future__ import annotations` holds for the inputs after it, as at a prompt.
        self._future_flags |= code.co_flags & _FUTURES
        return code

    # --- from code to value -----------------------------------------------------------------------

    def _execute(self, statements: CodeType, last: CodeType | None) -> str | None:
        """Run the code; return what the prompt shows for the value of its last expression."""
        sys.setrecursionlimit(self._learner_limit)
        with self.memory.for_learner():
            exec(statements, self.namespace)
            # `eval` runs statements compiled as `single` too; their value is None.
            return None if last is None else self._show(eval(last, self.namespace))

    def _show(self, value: Any) -> str | None:
        """Return what the prompt shows for a value; None if the learner's displayhook shows it."""
        hook = sys.displayhook
        if hook is not sys.__displayhook__ and callable(hook):
            hook(value)
            return None
        if value is None:
            return None
        text = repr(value)
        vars(builtins)["_"] = value
        return failure.shorten(text, HEAD, TAIL)

    def _recover_limits(self) -> None:
        """Set the kernel's recursion limit, keep the learner's for later; stop any debugger."""
        self._learner_limit = sys.getrecursionlimit()
        sys.setrecursionlimit(self._kernel_limit)
        sys.settrace(None)

    def _leave_forked_child(self) -> None:
        """End a process that the learner's code forked: there must not be a second prompt."""
        if not self.channel.is_mine():
            import os

            os._exit(0)


class _Incomplete(Exception):
    def __init__(self, syntax_error: SyntaxError) -> None:
        self.syntax_error = syntax_error


def evaluate(tree: ast.expr, namespace: dict[str, Any]) -> Any:
    """Return the value of one parsed expression of a check."""
    expression = ast.fix_missing_locations(ast.Expression(tree))
    return eval(compile(expression, "<check>", "eval", dont_inherit=True), namespace)


def _remember(name: str, source: str, before: int) -> None:
    """Let tracebacks, warnings and `inspect.getsource` find the source under its name."""
    lines = ["\n"] * before + [line + "\n" for line in re.split(r"\r\n|\r|\n", source)]
    linecache.cache[name] = (len(source), None, lines, name)


def _shift(error: SyntaxError, before: int) -> None:
    """Let the error count lines from the step's first one."""
    if error.lineno is not None:
        error.lineno += before
    if error.end_lineno is not None:
        error.end_lineno += before


def _why_not_source(source: str, error: BaseException) -> str:
    if "\x00" in source:
        return "source code cannot contain null bytes"
    if isinstance(error, UnicodeError):
        return "source code contains half a character (a lone surrogate), which UTF-8 cannot hold"
    if isinstance(error, MemoryError | RecursionError):
        return "source code is nested too deeply to be compiled"
    return str(error)


def _leaving(failed: Failure) -> Failure:
    text = f"SystemExit: {failed.message}" if failed.message else "SystemExit"
    return Failure("SystemExit", failed.message, f"{text}\n{LEAVING}", failed.full, failed.line)

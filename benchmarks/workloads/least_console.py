"""The least full-screen console that prompt_toolkit can make; none of its kind is quicker."""

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl
from prompt_toolkit.layout.processors import BeforeInput

shown = ["ready"]


def accept(entered: Buffer) -> bool:
    """Show what Python says of the line, and clear it."""
    shown.append(str(eval(entered.text)))
    return False


buffer = Buffer(accept_handler=accept, multiline=False)
Application(
    Layout(
        HSplit(
            [
                Window(FormattedTextControl(lambda: "\n".join(shown[-20:]))),
                Window(BufferControl(buffer, [BeforeInput(">>> ")]), height=1),
            ]
        ),
        focused_element=buffer,
    ),
    full_screen=True,
).run()

"""The terminal: the only room that knows prompt_toolkit and pygments.

events.py      what can happen; dialog.py makes it happen, commands.py holds all `:commands`
panels.py      values -> styled lines; frame.py puts them side by side
screen.py      the full screen; stage.py paints it, prompt.py edits, worker.py runs jobs
console.py     what the console has shown
views.py       session and tables as panels
line.py        line mode: the same events, one fact a line
cells.py       text as cells; prose.py Markdown, highlight.py colours, theme.py looks
source.py      what is typed: complete or not; statements.py SQL ready to be read
advice.py      a known error -> what to do next; history.py what was typed before
"""

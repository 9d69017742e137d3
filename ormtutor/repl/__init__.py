"""The terminal: the only room that knows prompt_toolkit and pygments.

launch.py      puts a session together; opening.py shows the first frame while that goes on
events.py      what can happen; dialog.py makes it happen, commands.py has all `:commands`
asking.py      the commands that explain; forecast.py, lives.py, otherwise.py, queryplan.py and
               schema.py word and draw their answers, glossary.py, listing.py and notes.py the rest
catalogue.py   what learners stumble over -> what happened; advice.py: a known error -> what to do
panels.py      values -> styled lines; views.py: session and tables as panels
screen.py      the full screen: display.py is its state, composer.py and frame.py lay it out,
               stage.py paints it, prompt.py and keys.py read keys, worker.py runs jobs
console.py     what the console has shown
line.py        line mode: the same events, one fact a line
cells.py       text as cells; prose.py Markdown, highlight.py colours, theme.py their looks
source.py      what is typed: complete or not; statements.py: SQL made readable
history.py     what was typed before; watch.py: whether a lesson file has changed
"""

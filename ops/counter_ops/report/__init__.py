"""What an owner sees of the visits in a terminal.

`table` reads the visits from a stack's table, and `url` from a counter's URL. `visits` has what
both return, and `terminal` shows it.
"""

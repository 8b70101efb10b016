"""What workflows and developers do with a stack: `python -m release`.

`engine` runs the pulumi CLI; `preview`, `deploy` and `drift` are a command each.
"""

"""What people and workflows do with a stack.

`pulumi_cli` runs the Pulumi CLI; `preview`, `deploy`, `drift` and `url` are a command each.
"""

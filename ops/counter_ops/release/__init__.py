"""The commands about a stack, for people and for workflows.

`pulumi_cli` runs the Pulumi CLI; `preview`, `deploy`, `drift` and `url` are a command each.
"""

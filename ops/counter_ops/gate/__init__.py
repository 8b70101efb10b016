"""The gate between a preview and its deployment: what isn't in table.yaml needs an entry.

`preview_output` reads the output of `pulumi preview --json`, and `changes` compares the states of a
step. `table` and `checks` say which changes pass, where `resources` knows what is the stack's own.
`findings` collects the others, `allowed` reads the entries, `verdict` decides, `summary` writes
Markdown, and `command` is `counter gate`.
"""

"""The gate between a preview and its deployment: what isn't in table.yaml needs an entry.

`preview_output` reads the output of `pulumi preview --json`, and `values` the values in it.
`changes` compares the states of a step, `table` and `checks` say which changes pass (with
`contract` and `resources`), and `findings` collects the others. `allowed` reads the entries,
`verdict` decides, `summary` writes Markdown, and `command` is `counter gate`.
"""

"""The gate between a preview and its deployment: `python -m gate`.

`preview` reads what `pulumi preview --json` printed. `removal`, `safeguards` and `access` (with
`policies`) find what is dangerous in it, and `allowed` reads the reviewed exceptions. `verdict`
decides, and `summary` (with `diff`) says it in Markdown.
"""

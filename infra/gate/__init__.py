"""The gate between a preview and its deployment: `python -m gate`.

`preview` reads what `pulumi preview --json` printed, `rules` and `access` find what is dangerous in
it, `allowed` has the reviewed exceptions, `verdict` decides, and `summary` says it in Markdown.
"""

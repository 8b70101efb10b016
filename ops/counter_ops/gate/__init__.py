"""The gate between a preview and its deployment.

`preview_output` reads what `pulumi preview --json` printed. `removal`, `safeguards` and `access`
(with `policies`) find what is dangerous in it, and `allowed` reads the reviewed exceptions.
`verdict` decides, `summary` (with `diff`) says it in Markdown, and `command` is `counter gate`.
"""

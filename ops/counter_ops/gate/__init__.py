"""The gate between a preview and its deployment.

`preview_output` reads the output of `pulumi preview --json`. `removal`, `safeguards` and `access`
(with `policies`) find dangerous changes in it, and `allowed` reads the reviewed exceptions.
`verdict` decides, `summary` (with `diff`) writes Markdown, and `command` is `counter gate`.
"""

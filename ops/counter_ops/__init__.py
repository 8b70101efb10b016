"""The project's tools: one command line, `counter`, for people, `make` and workflows.

`cli` finds a command; each command is a module with `configure` (its arguments) and `run`:

* `release`: previews, deployments and drift detection, with the Pulumi CLI and the `gate`.
* `workflows`: the calls of workflows to GitHub.
* `cost`: the costs of a stack.
* `package`, `sbom`: the function's archive, and the list of its contents.
* `audit`, `plugin`: advisories for the locked packages, and Pulumi's AWS provider.

The product doesn't need it: handler, stack, account and element work without these tools.
"""

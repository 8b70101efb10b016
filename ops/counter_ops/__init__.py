"""The project's tools: one command line, `counter`, for people, `make` and workflows.

`cli` finds a command; each command is a module with `configure` (its arguments) and `run`:

* `release`: preview, deploy and drift, by the Pulumi CLI and through the `gate`.
* `workflows`: what workflows ask of GitHub.
* `cost`: what a stack costs.
* `package`, `sbom`: the function's archive, and the list of what is in it.
* `audit`, `plugin`: advisories for the locked packages, and the checksums of Pulumi's provider.

Nothing in the product needs it: handler, stack, account and element work without.
"""

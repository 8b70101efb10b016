"""The costs of a stack: a month of visits, and the most that a day of attack adds.

`prices` reads the prices and assumptions in prices.yaml. `usage` computes quantities, `bill` their
costs, and `page` formats them. Nothing here calls AWS.
"""

"""The ledger: the truth about every submission, subject and act.

Entry points: `Ledger` (ledger.py, with an example of a step), `upgrade` (schema.py) and
`Event` (transitions.py).
"""

"""What the service needs from outside, one page a context.

`assets` (assets and what was analysed of them), `catalogue` (datasets and classes), `review` (samples),
`snapshots` (snapshots and what goes into them), `rights` (statements, ledger, audit). Every write is
idempotent or compares before it sets. What a method costs follows from what it returns, not from what is
stored; a method that returns an iterator reads one batch after another.
"""

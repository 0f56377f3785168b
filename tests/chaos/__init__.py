"""The mesh's promises about events, tried on the real broker, the real database and real processes.

    make chaos                   every row, with its table; exit 1 if a row is not clean
    make chaos CHAOS="--only kills"    one row
    make chaos CHAOS=--short           less of everything, two minutes; `make test` runs the same

A row (`rows/`) breaks one thing: it prepares its own `environment` (topics, database, folder), starts
services built on the public kit (`workloads/`), loads them (`load`), does harm (`processes`, `servers`) and
hands what was seen (`observer`, `journal`) to `checkers`, which are pure. `broken` holds the runtimes that
break a promise, for the test that every checker notices.
"""

"""Every patch of, and every reach into, a client library: one module each, with its upstream issue.

Each has a test in `libs/kit/tests/test_aiokafka_compat.py` that fails once the library
does it by itself: then the module goes.
"""

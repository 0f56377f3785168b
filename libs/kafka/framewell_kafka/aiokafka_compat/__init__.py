"""What aiokafka lacks and we patch in or add, one module each.

Each has a test in `tests/test_aiokafka_compat.py` that fails once aiokafka does it by itself: then the module
goes. No issue of aiokafka asked for either of the two in November 2026 (0.14).
"""

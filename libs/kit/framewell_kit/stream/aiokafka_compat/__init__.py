"""What the stream runtime patches in a client library, or reaches into: one module each.

Each names its upstream issue, and has a test in `test_aiokafka_compat.py` or `test_lost_connection.py` that
fails once the library does it by itself: then the module goes. What any reader of a topic needs stands in
`framewell_kafka.aiokafka_compat`.
"""

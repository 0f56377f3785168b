"""Services built on the public kit, made to be harmed: `python -m chaos.workloads NAME`."""

SERVICE_OF = {"backlog": "ingest", "chain": "ingest", "heavy": "transcode"}
"""The service of the mesh whose name (database, ports) a workload goes by."""

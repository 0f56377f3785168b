"""Services built on the public kit, made to be harmed: `python -m chaos.workloads NAME`."""

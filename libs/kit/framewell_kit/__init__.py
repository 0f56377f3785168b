"""The runtime of every service: streams, jobs, outbox, fan-in, gRPC, documents, objects, lifecycle."""

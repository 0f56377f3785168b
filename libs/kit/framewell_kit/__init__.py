"""What every service stands on: stream, jobs, outbox, fan-in, rpc, documents, objects, lifecycle."""

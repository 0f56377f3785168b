"""The event backbone against the client libraries it stands on and the frameworks it stands beside.

Every contestant does the same work on the same bytes: it reads 1 KiB protobuf events from the embedded
broker, makes an event of 1 KiB from each, writes it (acks=all, idempotent) with the headers of a CloudEvent,
and commits explicitly what it has finished. `work` says what that is, `environment` prepares the broker and
looks afterwards whether every input has its output, `rounds` has the method, `report` the table.
"""

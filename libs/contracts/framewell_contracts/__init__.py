"""Wire types of the mesh: generated messages, fact types, groups and topics, the CloudEvents codec."""

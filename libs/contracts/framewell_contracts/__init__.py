"""Wire types of the mesh: generated messages, the catalogue of facts and topics, the CloudEvents codec."""

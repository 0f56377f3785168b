"""What several handlers, commands and queries share: the rights gate, changes of samples and snapshots."""

"""Plain types and rules of the dataset service: rights, samples, snapshots, money. No I/O."""

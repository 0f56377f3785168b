"""Who is it, or nobody known: heads over stored face embeddings."""

"""From what stands in a file to rights statements: words, properties and protocols, read and never guessed.

ingest parses, dataset decides: nothing here weighs one statement against another.
"""

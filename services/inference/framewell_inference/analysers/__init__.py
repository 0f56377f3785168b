"""The service's craft: analysers, each a folder or a file. Pure: they run the models they are given."""

"""The service's craft: rules that turn what models saw into samples. They work on values alone."""

"""Fakes, contract suites and fixtures for the tests of every service."""

"""Fixtures for other people's test suites."""

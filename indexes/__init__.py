"""Finds what was said: transcripts redacted, indexed (`indexes.build`), searched and contrasted (`indexes.search`)."""

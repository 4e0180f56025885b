"""Readers of what strangers write, fed with what nobody would write; see README.md."""

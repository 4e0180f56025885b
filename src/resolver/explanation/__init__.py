"""Why there is no solution: the proof that is told, in the words of the packaging world, and hints."""

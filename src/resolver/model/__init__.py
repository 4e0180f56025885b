"""Values of the packaging world: names, versions, specifiers, markers, environments, file names.

Nothing here waits, reads a clock or keeps state that outlives its object.
"""

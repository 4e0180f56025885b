"""Where listings and metadata come from: everything that touches network, disk or a subprocess."""

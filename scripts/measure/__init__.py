"""Measurements: engine, run, preview and site, each beside a peer in the same run."""

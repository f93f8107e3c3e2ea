"""What runs in the reader's browser, and what the build puts there for it."""

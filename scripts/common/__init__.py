"""What every room shares: the problem that is reported, files written whole, and how a door behaves."""

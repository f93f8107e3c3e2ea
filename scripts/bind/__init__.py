"""The book to take away: the notes as chapters of an e-book and of a printed one."""

"""Notes to pages: prose, math, glossary, versions, the book's look, the site and its preview."""

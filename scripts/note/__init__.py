"""The format and what stands in it: reads, writes, tangles, compares, records. Knows neither Jupyter nor MkDocs."""

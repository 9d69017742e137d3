"""The same workloads for each library: a function prepares, and returns what is timed."""

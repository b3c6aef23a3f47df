"""The command line: parse, call an operation or a query, print."""

"""The civic budget: the municipality's budget as data that anybody can walk through, and the lines of citizens' projects in it."""

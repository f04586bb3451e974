"""One pass over a package in a child process: structure, elements, identifiers, facts, staging."""

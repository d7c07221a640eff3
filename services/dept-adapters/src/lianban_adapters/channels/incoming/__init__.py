"""Acts that lie with a department until they are fetched: in its tables, behind its API, in its folders."""

"""What NumPy's functions mean, where it is more than an operation of the array standard under another name: one file
for each of its chapters, and `names`, the table of them all."""

"""What NumPy's functions mean, where it is more than an operation of the array standard under another name: one file
for each of its chapters. `fastgrad.numpy` is the table of their names."""

# Where only the door's names are wanted, its import leaves tensors as they are.
import_opens_door = True

# Whether hooks other than a module's own forward ones may exist: those of all modules, and of backward passes. Where none
# were ever registered, a call does not look for them.
cdef bint rare_hooks
cdef bint has_rare_hooks(dict own) except -1

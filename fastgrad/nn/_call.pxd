# Whether calls of modules look for more than a module's own forward hooks: 1 once others were registered (those of all
# modules, and of backward passes), and 2 for each block of `fg.profile`. Where it is 0, they do not look.
cdef int rare_hooks
cdef bint has_rare_hooks(dict own) except -1

cdef object call_user(object function, tuple arguments)

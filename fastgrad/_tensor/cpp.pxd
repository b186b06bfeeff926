# What Cython sees of the C++ core.
from libc.stdint cimport int64_t, uint8_t, uint64_t
from cpython.object cimport PyObject, PyTypeObject
from libcpp.string cimport string


cdef extern from "bindings/bridge.h" namespace "fastgrad::bindings":
    void translate_exception()


cdef extern from "array/dtype.h" namespace "fastgrad" nogil:
    cdef enum class DType(uint8_t):
        Bool, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64
    cdef enum class Kind(uint8_t):
        Bool, Unsigned, Signed, Float
    const char* name(DType)
    size_t itemsize(DType)
    Kind kind(DType)
    bint is_floating(DType)
    bint is_integer(DType)
    bint is_computing_float(DType)
    bint is_narrow_float(DType)


cdef extern from "array/dims.h" namespace "fastgrad" nogil:
    cdef const int kMaxDims
    cdef cppclass Dims:
        Dims()
        Dims(int)
        Dims(int, int64_t)
        int size()
        bint empty()
        int64_t& operator[](int)
        void resize(int)
        void push_back(int64_t) except +translate_exception
        void insert(int, int64_t) except +translate_exception
        void erase(int)
        bint operator==(const Dims&)


cdef extern from "array/storage.h" namespace "fastgrad" nogil:
    cdef cppclass Storage:
        int64_t refs
        char* bytes
        size_t nbytes
        uint64_t version
        void* owner
        bint writable
    void lend(Storage*)
    void end_loan(Storage*)
    void lend_for_good(Storage*)
    bint sees_every_write(const Storage*)
    cdef cppclass StorageRef:
        StorageRef()
        StorageRef(Storage*)
        Storage* get()


cdef extern from "array/array.h" namespace "fastgrad" nogil:
    cdef cppclass Array:
        Array()
        Array(const Array&)
        Array(StorageRef, char*, DType, const Dims&, const Dims&) except +translate_exception
        @staticmethod
        Array empty(const Dims&, DType) except +translate_exception
        @staticmethod
        Array empty_with_layout(const Dims&, DType, const Dims&) except +translate_exception
        @staticmethod
        Array zeros(const Dims&, DType) except +translate_exception
        int ndim()
        int64_t size()
        size_t nbytes()
        DType dtype()
        const Dims& shape()
        const Dims& strides()
        int64_t shape(int)
        int64_t stride(int)
        StorageRef& storage()
        bint defined()
        void let_go()
        char* bytes()
        bint is_contiguous()
        bint is_dense()
        bint is_channels_last()
        bint has_overlap()
        bint writable()
        uint64_t version()
        void bump_version()
        Array view(const Dims&, const Dims&, int64_t) except +translate_exception
        Array view_as(DType)
        Array permute(const Dims&)
        Array swap_axes(int, int)
        Array slice(int, int64_t, int64_t, int64_t) except +translate_exception
        Array select(int, int64_t) except +translate_exception
        Array expand_dims(int) except +translate_exception
        Array squeeze(int)
        Array broadcast_to(const Dims&) except +translate_exception
        bint try_reshape(const Dims&, Array*) except +translate_exception
    int64_t count(const Dims&) except +translate_exception
    Dims contiguous_strides(const Dims&)
    Dims broadcast_shapes(const Dims&, const Dims&, const char*) except +translate_exception
    int normalize_axis(int64_t, int, const char*) except +translate_exception
    bint may_share_memory(const Array&, const Array&)
    bint same_view(const Array&, const Array&)
    string to_string(const Dims&)


cdef extern from "bindings/attributes.h" namespace "fastgrad::bindings":
    cdef cppclass Attributes:
        T* set[T]() noexcept
        T* get[T]() except +translate_exception
        void clear() noexcept


cdef extern from "array/promotion.h" namespace "fastgrad" nogil:
    DType promote(DType, DType, const char*) except +translate_exception
    DType promote_weak(DType, Kind, const char*) except +translate_exception
    DType sum_type(DType)
    void set_zero_dimensional_weak(bint)
    bint zero_dimensional_weak()


cdef extern from "bindings/bridge.h" namespace "fastgrad::bindings":
    cdef enum:
        UNRECORDED_MODE "fastgrad::bindings::kUnrecorded"
        TRACED_MODE "fastgrad::bindings::kTraced"
    const uint8_t mode "fastgrad::bindings::mode()"
    const bint grad_off "fastgrad::bindings::is_grad_off()"
    cdef enum class Recording(uint8_t):
        AsContext, Off, On
    Recording force_recording(Recording) noexcept
    bint (*grad_off_in_context)() noexcept
    int64_t mode_reasons
    const int64_t tracers
    cdef cppclass Here:
        PyObject* tracer
    const Here here
    PyObject* set_tracer(PyObject*) noexcept
    const uint64_t newest_node
    uint64_t next_sequence() noexcept
    PyObject* dtype_objects[13]
    DType dtype_from_python(object) except +translate_exception

    ctypedef object (*UnarySlot)(object)
    ctypedef object (*BinarySlot)(object, object)
    ctypedef object (*TernarySlot)(object, object, object)
    cdef cppclass OperatorSlots:
        BinarySlot add, subtract, multiply, divide, floor_divide, remainder, power, matmul
        BinarySlot bitwise_and, bitwise_or, bitwise_xor, left_shift, right_shift
        BinarySlot iadd, isubtract, imultiply, idivide, ifloor_divide, iremainder, ipower, iand, ior, ixor
        BinarySlot ilshift, irshift
        UnarySlot negative, positive, absolute, invert
        TernarySlot compare
        BinarySlot getitem
        TernarySlot setitem
        UnarySlot repr
    OperatorSlots operator_slots
    cdef cppclass TensorBridge:
        PyTypeObject* type
        Array* (*array)(PyObject*) noexcept
        PyObject* (*wrap)(Array*) noexcept
    TensorBridge tensor_bridge

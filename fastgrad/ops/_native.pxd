# The operations of the C++ core, as Cython calls them.
from libc.stdint cimport int64_t, uint64_t, uint8_t
from libcpp cimport bool as cbool
from libcpp.pair cimport pair
from libcpp.vector cimport vector
from fastgrad._cpp cimport Array, Dims, DType, Kind, translate_exception


cdef extern from "kernels/elementwise/elementwise.h" namespace "fastgrad" nogil:
    cdef enum class UnaryOp(uint8_t):
        Abs, Negative, Sign, Square, Relu, Floor, Ceil, Round, Trunc
        BitwiseInvert
        IsNan, IsInf, IsFinite, LogicalNot
        Sqrt, Rsqrt, Reciprocal
        Exp, Exp2, Expm1, Log, Log1p, Log2, Log10
        Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh
        Erf, Sigmoid, LogSigmoid, Softplus, Silu, Gelu
        LeakyRelu
    cdef enum class BinaryOp(uint8_t):
        Add, Subtract, Multiply, FloorDivide, Remainder, Pow, Maximum, Minimum
        BitwiseAnd, BitwiseOr, BitwiseXor, LeftShift, RightShift
        Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual
        LogicalAnd, LogicalOr, LogicalXor
        Divide, Atan2, Hypot
        ReluGrad, SigmoidGrad, TanhGrad
        LeakyReluGrad, SoftplusGrad, SiluGrad, GeluGrad, LogSigmoidGrad


cdef extern from "ops/copy.h" namespace "fastgrad::ops":
    cdef cppclass Scalar:
        Scalar()
        double as_double()
    Scalar scalar_from_bool "fastgrad::ops::Scalar::of_bool"(cbool)
    Scalar scalar_from_int "fastgrad::ops::Scalar::of_int"(int64_t)
    Scalar scalar_from_uint "fastgrad::ops::Scalar::of_unsigned"(uint64_t)
    Scalar scalar_from_float "fastgrad::ops::Scalar::of_float"(double)
    Scalar scalar_from_huge "fastgrad::ops::Scalar::of_huge"(int64_t)
    bint fits(Scalar, DType)
    void store_scalar(Scalar, DType, void*, const char*) except +translate_exception
    Array scalar_array(Scalar, DType, const char*) except +translate_exception
    Array contiguous(const Array&) except +translate_exception
    Array clone(const Array&) except +translate_exception
    Array to_layout(const Array&, const Dims&) except +translate_exception
    Array cast(const Array&, DType) except +translate_exception
    void copy_into(const Array&, const Array&) except +translate_exception
    void fill(const Array&, Scalar) except +translate_exception


cdef extern from "ops/elementwise.h" namespace "fastgrad::ops":
    Array unary(UnaryOp, const Array&) except +translate_exception
    Array unary_with "fastgrad::ops::unary"(UnaryOp, const Array&, double) except +translate_exception
    Array binary(BinaryOp, const Array&, const Array&) except +translate_exception
    Array binary_with "fastgrad::ops::binary"(BinaryOp, const Array&, const Array&, double) except +translate_exception
    Array binary_scalar(BinaryOp, const Array&, Scalar, bint) except +translate_exception
    void unary_into(const Array&, UnaryOp, const Array&) except +translate_exception
    void binary_into(const Array&, BinaryOp, const Array&, const Array&) except +translate_exception
    void binary_scalar_into(const Array&, BinaryOp, const Array&, Scalar) except +translate_exception
    Array where(const Array&, const Array&, const Array&) except +translate_exception
    Array clip(const Array&, const Scalar*, const Scalar*) except +translate_exception


cdef extern from "kernels/reduce/reduce.h" namespace "fastgrad" nogil:
    cdef enum class ReduceOp(uint8_t):
        Sum, Mean, Prod, Max, Min, Norm, Var, Std, LogSumExp, CountNonzero, All, Any


cdef extern from "ops/reduce.h" namespace "fastgrad::ops":
    Array reduce(ReduceOp, const Array&, const Dims&, bint) except +translate_exception
    Array reduce_corrected "fastgrad::ops::reduce"(ReduceOp, const Array&, const Dims&, bint, double) except +translate_exception
    Array scale_of(const Array&, const Dims&, double) except +translate_exception
    bint within(const Array&, double, double) except +translate_exception
    Array arg_reduce(bint, const Array&, int, bint) except +translate_exception
    Array sum_to(const Array&, const Dims&) except +translate_exception
    Array cumulative_sum(const Array&, int, bint) except +translate_exception


cdef extern from "kernels/gemm/gemm.h" namespace "fastgrad" nogil:
    cdef enum class Activation(uint8_t):
        Relu


cdef extern from "ops/matmul.h" namespace "fastgrad::ops":
    Array matmul(const Array&, const Array&) except +translate_exception
    Array linear(const Array&, const Array&, const Array*, Activation) except +translate_exception


cdef extern from "ops/normalization.h" namespace "fastgrad::ops":
    cdef cppclass BatchNormArrays:
        Array weight, bias, running_mean, running_var


cdef extern from "ops/conv.h" namespace "fastgrad::ops":
    cdef cppclass Conv2dParams:
        int64_t stride[2]
        int64_t padding[2]
        int64_t dilation[2]
        int64_t groups
    Array conv2d(const Array&, const Array&, const Array*, const Conv2dParams&, const BatchNormArrays*, double, bint, bint) except +translate_exception
    Array conv2d_grad_input(const Array&, const Array&, const Conv2dParams&, int64_t, int64_t) except +translate_exception
    cdef cppclass Conv2dGradients:
        Array x, w, bias
    Conv2dGradients conv2d_grad_weight(const Array&, const Array&, const Conv2dParams&, int64_t, int64_t, bint) except +translate_exception
    Conv2dGradients conv2d_gradients(const Array&, const Array&, const Array&, const Conv2dParams&, bint) except +translate_exception


cdef extern from "ops/pool.h" namespace "fastgrad::ops":
    cdef cppclass Pool2dParams:
        int64_t kernel[2]
        int64_t stride[2]
        int64_t padding[2]
        int64_t dilation[2]
        bint ceil_mode
        bint count_include_pad
        int64_t divisor_override
    bint pools_channels_last(const Array&)
    pair[Array, Array] max_pool2d(const Array&, const Pool2dParams&) except +translate_exception
    Array max_pool2d_backward(const Array&, const Array&, const Pool2dParams&, int64_t, int64_t, bint) except +translate_exception
    Array max_pool2d_gather(const Array&, const Array&, const Pool2dParams&) except +translate_exception
    Array avg_pool2d(const Array&, const Pool2dParams&) except +translate_exception
    Array avg_pool2d_backward(const Array&, const Pool2dParams&, int64_t, int64_t, bint) except +translate_exception
    Array adaptive_avg_pool2d(const Array&, int64_t, int64_t) except +translate_exception
    Array adaptive_avg_pool2d_backward(const Array&, int64_t, int64_t, bint) except +translate_exception


cdef extern from "ops/normalization.h" namespace "fastgrad::ops":
    cdef cppclass NormResult:
        Array out, mean, rstd
    cdef cppclass NormGrads:
        Array x, weight, bias
    cdef cppclass BatchNormParams:
        bint training
        double momentum, eps
        bint relu, pool
        int64_t kernel[2]
    cdef cppclass BatchNormResult:
        Array out, statistics, indices
    BatchNormResult batch_norm(const Array&, const BatchNormArrays&, const BatchNormParams&) except +translate_exception
    bint batch_norm_scales(const Array&) except +translate_exception
    Array batch_norm_again(const Array&, const Array&) except +translate_exception
    NormGrads batch_norm_backward(const Array&, const Array&, const Array&, const BatchNormResult&, const BatchNormParams&, bint, bint, bint, bint) except +translate_exception
    bint batch_norm_pools(const Array&, int64_t, int64_t)
    NormResult layer_norm(const Array&, int, const Array&, const Array&, double) except +translate_exception
    NormGrads layer_norm_backward(const Array&, const Array&, int, const Array&, const Array&, const Array&, double, bint, bint, bint) except +translate_exception


cdef extern from "ops/softmax.h" namespace "fastgrad::ops":
    Array softmax(const Array&, int64_t) except +translate_exception
    Array log_softmax(const Array&, int64_t) except +translate_exception
    Array softmax_backward(const Array&, const Array&, int64_t) except +translate_exception
    Array log_softmax_backward(const Array&, const Array&, int64_t) except +translate_exception


cdef extern from "ops/index.h" namespace "fastgrad::ops":
    Dims index_shape(const Array&, const vector[Array]&) except +translate_exception
    Array index_get(const Array&, const vector[Array]&) except +translate_exception
    void index_put(const Array&, const vector[Array]&, const Array&, bint) except +translate_exception
    Array take(const Array&, const Array&, int) except +translate_exception
    void index_add(const Array&, int, const Array&, const Array&) except +translate_exception
    Array take_along_axis(const Array&, const Array&, int) except +translate_exception
    void put_along_axis(const Array&, const Array&, const Array&, int, bint) except +translate_exception
    vector[Array] nonzero(const Array&) except +translate_exception
    Array one_hot(const Array&, int64_t, DType) except +translate_exception


cdef extern from "kernels/loss/loss.h" namespace "fastgrad" nogil:
    cdef enum class PairLoss:
        SquaredError, AbsoluteError, BinaryCrossEntropy, BinaryCrossEntropyWithLogits


cdef extern from "ops/loss.h" namespace "fastgrad::ops":
    cdef enum class Reduction:
        Mean
        Sum
    cdef cppclass ClassLoss:
        Array loss, stats
        double total_weight
    ClassLoss cross_entropy(const Array&, const Array&, const Array&, int64_t, double, Reduction) except +translate_exception
    Array cross_entropy_backward(const Array&, const Array&, const Array&, const Array&, const Array&, int64_t, double, Reduction, double) except +translate_exception
    ClassLoss nll_loss(const Array&, const Array&, const Array&, int64_t, Reduction) except +translate_exception
    Array nll_loss_backward(const Array&, const Dims&, bint, const Array&, const Array&, int64_t, Reduction, double) except +translate_exception
    bint classes_innermost(const Array&) except +translate_exception
    void check_pair(PairLoss, const Array&, const Array&) except +translate_exception
    Array pair_loss(PairLoss, const Array&, const Array&, Reduction) except +translate_exception
    Array pair_loss_backward(PairLoss, const Array&, const Array&, const Array&, Reduction) except +translate_exception


cdef extern from "ops/random.h" namespace "fastgrad::ops":
    cdef cppclass Generator:
        uint64_t seed, offset
    Array dropout(const Generator&, const Array&, double) except +translate_exception
    Generator dropout_state(Generator&, int64_t) except +translate_exception

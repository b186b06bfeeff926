"""PyTorch's public names that are not in the door, by reason."""

from __future__ import annotations

_SPARSE = "there are no sparse tensors; a dense one computes the same"
_COMPLEX = "there are no complex numbers"
_QUANTIZED = "there are no quantized tensors, nor numbers of less than 8 bits"
_COMPILER = "it belongs to PyTorch's compilers; operations run when they are called"
_INSIDE = "it is how PyTorch works inside, and no operation"
_ACCELERATOR = "fastgrad computes on the CPU alone"
_SCIPY = "SciPy has it where no gradient is needed: scipy.special of x.numpy()"
_STRIDES = "views are made by indexing, x.unfold and x.permute"
_COPIES = "it is PyTorch's own spelling of a copy; x.clone() of the view is one"
_RECURRENT = "the layer computes it: torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN"
_INDEFINITE = "torch.linalg.solve solves systems of any matrix, torch.linalg.eigh decomposes symmetric ones"
_DEPRECATED = "PyTorch has removed it"

# Reason -> names, below a path of PyTorch's.
ABSENT: dict[str, dict[str, str]] = {
    "": {
        _SPARSE: """
            sparse_bsc sparse_bsr sparse_csc sparse_bsc_tensor sparse_bsr_tensor
            sparse_compressed_tensor sparse_csc_tensor smm
            hsmm hspmm saddmm sspaddmm ccol_indices_copy col_indices_copy crow_indices_copy
            row_indices_copy indices_copy values_copy resize_as_sparse_ masked
        """,
        _COMPLEX: """
            complex
            conj_physical_ polar view_as_complex view_as_complex_copy view_as_real
            view_as_real_copy stft istft
        """,
        _QUANTIZED: """
            dequantize empty_quantized int_repr q_per_channel_axis q_per_channel_scales
            q_per_channel_zero_points q_scale q_zero_point qscheme quantize_per_channel
            quantize_per_tensor quantize_per_tensor_dynamic quantized_batch_norm quantized_gru
            quantized_gru_cell quantized_lstm quantized_lstm_cell quantized_max_pool1d
            quantized_max_pool2d quantized_max_pool3d quantized_rnn_relu_cell quantized_rnn_tanh_cell
            choose_qparams_optimized
            fbgemm_linear_fp16_weight fbgemm_linear_fp16_weight_fp32_activation fbgemm_linear_int8_weight
            fbgemm_linear_int8_weight_fp32_activation fbgemm_linear_quantize_weight
            fbgemm_pack_gemm_matrix_fp16 fbgemm_pack_quantized_matrix fused_moving_avg_obs_fake_quant
            quantization ao bit bits16 bits1x8 bits2x4 bits4x2 bits8 float4_e2m1fn_x2 float8_e4m3fn
            float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu int1 int2 int3 int4 int5 int6 int7
            uint1 uint2 uint3 uint4 uint5 uint6 uint7 per_channel_affine per_channel_affine_float_qparams
            per_channel_symmetric per_tensor_affine per_tensor_symmetric qint32 qint8 quint2x4 quint4x2
            quint8 QInt32Storage QInt8Storage QUInt2x4Storage QUInt4x2Storage QUInt8Storage
        """,
        _COMPILER: """
            AliasDb AnyType Argument ArgumentSpec AwaitType BenchmarkConfig BenchmarkExecutionStats Block
            BoolType BufferDict CallStack Capsule ClassType Code CompilationUnit CompleteArgumentSpec
            ComplexType ConcreteModuleType ConcreteModuleTypeBuilder DeepCopyMemoTable
            DeserializationStorageContext DeviceObjType DictType EnumType ErrorReport ExecutionPlan
            FileCheck FloatType FunctionSchema FutureType Gradient Graph GraphExecutorState
            IODescriptor InferredType IntType InterfaceType JITException ListType LiteScriptModule
            LockingLogger LoggerBase ModuleDict Node NoneType NoopLogger NumberType OperatorInfo
            OptionalType ParameterDict PyObjectType PyTorchFileReader PyTorchFileWriter RRefType
            ScriptClass ScriptClassFunction ScriptDict ScriptDictIterator ScriptDictKeyIterator
            ScriptFunction ScriptList ScriptListIterator ScriptMethod ScriptModule ScriptModuleSerializer
            ScriptObject ScriptObjectProperty SerializationStorageContext StaticModule StreamObjType
            StringType SymBool SymBoolType SymFloat SymInt SymIntType TensorType ThroughputBenchmark
            TracingState TupleType Type UnionType Use Value AggregationType cond while_loop fork wait
            import_ir_module import_ir_module_from_buffer merge_type_from_type_comment parse_ir
            parse_schema parse_type_comment unify_type_list sym_constrain_range
            sym_constrain_range_for_size sym_float sym_fresh_size sym_int sym_ite sym_max sym_min sym_not
            sym_sqrt sym_sum export package AcceleratorError get_file_path cpp
            Tag library ops classes
        """,
        _INSIDE: """
            DisableTorchFunction DisableTorchFunctionSubclass DispatchKey DispatchKeySet
            ExcludeDispatchKeyGuard FatalError BFloat16Storage BoolStorage ByteStorage CharStorage
            ComplexDoubleStorage ComplexFloatStorage DoubleStorage FloatStorage HalfStorage IntStorage
            LongStorage ShortStorage Storage StorageBase
            affine_grid_generator autocast_decrement_nesting autocast_increment_nesting
            batch_norm_backward_elemt batch_norm_backward_reduce batch_norm_elemt batch_norm_gather_stats
            batch_norm_gather_stats_with_counts batch_norm_stats batch_norm_update_stats
            conv_tbc convolution embedding_renorm_
            get_autocast_ipu_dtype get_autocast_xla_dtype
            get_deterministic_debug_mode get_device_module grid_sampler grid_sampler_2d grid_sampler_3d
            hash_tensor init_num_threads
            is_autocast_ipu_enabled
            is_autocast_xla_enabled is_vulkan_available is_warn_always_enabled max_pool1d_with_indices
            mkldnn_adaptive_avg_pool2d mkldnn_convolution mkldnn_linear_backward_weights
            mkldnn_max_pool2d mkldnn_max_pool3d mkldnn_rnn_layer native_batch_norm native_channel_shuffle
            native_dropout native_group_norm native_layer_norm native_norm norm_except_dim
            prepare_multiprocessing_environment set_autocast_cache_enabled
            set_autocast_cpu_dtype set_autocast_cpu_enabled set_autocast_dtype set_autocast_enabled
            set_autocast_gpu_dtype set_autocast_ipu_dtype set_autocast_ipu_enabled set_autocast_xla_dtype
            set_autocast_xla_enabled thread_safe_generator empty_permuted
            classproperty from_file torch_version
            slice_inverse monitor nested AVG SUM PRIVATE_OPS TYPE_CHECKING USE_GLOBAL_DEPS
            USE_RTLD_GLOBAL_WITH_LIBTORCH has_lapack has_mkl has_openmp has_spectral torch
            windows quasirandom jagged legacy_contiguous_format get_device feature_dropout_
            feature_alpha_dropout_ alpha_dropout_ embedding_bag
        """,
        _ACCELERATOR: """
            Event Stream cudnn_affine_grid_generator cudnn_batch_norm cudnn_convolution
            cudnn_convolution_add_relu cudnn_convolution_relu cudnn_convolution_transpose
            cudnn_grid_sampler cudnn_is_acceptable miopen_batch_norm miopen_convolution
            miopen_convolution_add_relu miopen_convolution_relu miopen_convolution_transpose
            miopen_ctc_loss miopen_depthwise_convolution miopen_rnn
            profiler_allow_cudagraph_cupti_lazy_reinit_cuda12 mtia cpu
        """,
        _RECURRENT: "gru gru_cell lstm lstm_cell rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell",
        _COPIES: "alias_copy slice_copy split_copy split_with_sizes_copy unbind_copy",
        _STRIDES: "as_strided_",
        "there are no complex numbers, which Fourier transforms give": "fft",
        "torch.linalg.eigh computes all eigenvalues": "lobpcg",
        _DEPRECATED: "eig lstsq matrix_rank solve symeig",
    },
    "Tensor": {
        _SPARSE: """
            ccol_indices col_indices crow_indices row_indices dense_dim sparse_dim
            sparse_mask sparse_resize_ sparse_resize_and_clear_ resize_as_sparse_ smm
            sspaddmm to_padded_tensor to_sparse_bsc to_sparse_bsr to_sparse_csc
        """,
        _COMPLEX: "chalf conj_physical_ istft stft",
        _QUANTIZED: """
            dequantize int_repr q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale
            q_zero_point qscheme
        """,
        _INSIDE: """
            as_subclass const_data_ptr dim_order grad_dtype hash_tensor index map2_ module_load name
            new_empty_strided output_nr record_stream reinforce resize resize_as slice_inverse
            storage_type volatile
        """,
        _ACCELERATOR: "ipu mtia",
        _COPIES: "narrow_copy",
        _STRIDES: "as_strided_",
        _DEPRECATED: "eig lstsq solve symeig",
    },
    "nn": {
        _QUANTIZED: "quantized quantizable qat intrinsic",
        _COMPILER: "grad",
    },
    "utils": {
        _COMPILER: """
            backend_registration benchmark bottleneck bundled_inputs collect_env cpp_backtrace
            cpp_extension jit mkldnn mobile_optimizer model_dump serialization
            show_pickle throughput_benchmark viz weak backcompat file_baton hipify
        """,
    },
    "special": {
        _SCIPY: """
            airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 erfcx modified_bessel_i0
            modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 scaled_modified_bessel_k0
            scaled_modified_bessel_k1 spherical_bessel_j0 zeta
        """,
        _INSIDE: "common_args multi_dot",
    },
    "distributions": {
        "it is rarely used; another distribution with a transform, or its density by hand, stands for it": """
            GeneralizedPareto generalized_pareto
        """,
    },
    "linalg": {
        _INSIDE: "common_notes",
        _COMPLEX: "eig eigvals",
        _INDEFINITE: "ldl_factor ldl_factor_ex ldl_solve",
    },
}


def reason(path: str, name: str) -> str:
    """Why a name is not there; empty where nobody has said."""
    for why, names in ABSENT.get(path, {}).items():
        if name in names.split():
            return why
    return ""

"""PyTorch's public names that fastgrad does not have, with the reason: a line for a reason, the names before it.

The tests hold this to both libraries: a name that neither is here nor there, or is in both, is an error.
"""

from __future__ import annotations

_DEVICES = "there is one device, the CPU"
_TYPING = "what annotations of PyTorch's sources are made of"
_SHORT = "deprecated in PyTorch for many releases; the name with an underscore at its end is the function"
_INTERNAL = "workings of PyTorch's that its namespace happens to show"
_DEPRECATED = "deprecated in PyTorch for many releases, and superseded by another name that is here"
_QUANTIZED = "networks of integers are not trained, and PyTorch itself is moving this out"
_COMPILED = "operations run when they are called; there is nothing to compile"
_DISPATCH = "how PyTorch's functions ask arguments of other classes, for which fastgrad has NumPy's protocols"
_INPLACE = "the name of the function with inplace=True, which is here"
_SPARSE = "there are no sparse tensors"
_NO_FORMATS = "the memory of a tensor is described by its strides alone"
_STORAGE = "memory that processes share is a matter of NumPy's and DLPack's tensors, whose memory fastgrad takes"
_SELECTIVE = "which operations' results are kept is not chosen one by one: saved_tensors_hooks sees each saved tensor"
_NO_FORWARD = "rules are of backward passes, of which those of forward mode are made"
_SCALED = "products of 8-bit floats on graphics processors"

ABSENT: dict[str, dict[str, str]] = {
    "nn": {
        "Container": _DEPRECATED,
        "CrossMapLRN2d": "PyTorch's own documentation lists it no more; LocalResponseNorm is that layer",
        "DataParallel parallel": _DEVICES,
        "factory_kwargs": _INTERNAL,
        "common_types": _TYPING,
        "modules": "the layers are in nn itself",
        "grad": "gradients of convolutions with respect to one operand are those of autograd.grad",
        "intrinsic qat quantizable quantized": _QUANTIZED,
    },
    "nn.functional": {
        "ScalingType SwizzleType Tensor": _TYPING,
        "boolean_dispatch assert_int_or_pair": _INTERNAL,
        "handle_torch_function has_torch_function has_torch_function_unary has_torch_function_variadic": _DISPATCH,
        "native_channel_shuffle": _INTERNAL,
        "scaled_mm scaled_grouped_mm grouped_mm": _SCALED,
    },
    "nn.init": {
        "constant dirac eye kaiming_normal kaiming_uniform normal orthogonal sparse uniform": _SHORT,
        "xavier_normal xavier_uniform": _SHORT,
    },
    "nn.utils": {
        "clip_grad_norm": _SHORT,
        "convert_conv2d_weight_memory_format convert_conv3d_weight_memory_format memory_format": _NO_FORMATS,
    },
    "nn.Module": {
        "call_super_init dump_patches T_destination": _INTERNAL,
        "ipu mtia xpu": _DEVICES,
        "register_backward_hook": "gave wrong gradients for modules of several operations; register_full_backward_hook",
    },
    "optim": {
        "SparseAdam": _SPARSE,
        "swap_in_optimizer_params_and_state": "for steps that are traced as functions; load_state_dict swaps a state",
    },
    "optim.Optimizer": {
        "OptimizerPostHook OptimizerPreHook": _TYPING,
        "profile_hook_step": _INTERNAL,
    },
    "autograd": {
        "NestedIOFunction": _INTERNAL,
        "Variable variable": "a tensor is a variable",
        "enforce_grad_layout_policy": "gradients have their parameters' layout, always",
        "set_multithreading_enabled": "a backward pass runs in the thread that calls it",
        "grad_mode": "what it holds is in autograd itself",
        "profiler profiler_legacy profiler_util": "measures PyTorch's operations; Python's profilers see these",
    },
    "autograd.graph": {
        "GradientEdge get_gradient_edge": "edges of the graph are Node.next_functions",
        "allow_mutation_on_saved_tensors": "a saved value that is written to is an error; clone() it before",
        "increment_version": "every write to a tensor's memory by its own methods is counted",
        "register_multi_grad_hook": "which gradients a pass will compute is not known before; register_hook sees each",
        "region_activation_memory_budget": _COMPILED,
        "set_override_stale_capture_stream set_warn_on_accumulate_grad_stream_mismatch": _DEVICES,
    },
    "utils.checkpoint": {
        "CheckpointFunction check_backward_validity detach_variable noop_context_fn": _INTERNAL,
        "DefaultDeviceType get_device_states set_device_states": _DEVICES,
        "CheckpointPolicy SelectiveCheckpointContext create_selective_checkpoint_contexts": _SELECTIVE,
        "GraphExecGroup set_checkpoint_early_stop set_checkpoint_debug_enabled": _INTERNAL,
    },
    "autograd.Function": {
        "jvp saved_for_forward": _NO_FORWARD,
        "vmap generate_vmap_rule": "functions are not mapped over batches",
        "boxed_grads_call clear_saved_tensors_on_access dirty_tensors mark_shared_storage": _INTERNAL,
        "maybe_clear_saved_tensors metadata name needs_input_grad next_functions non_differentiable": _INTERNAL,
        "register_hook register_prehook requires_grad saved_variables to_save materialize_grads": _INTERNAL,
    },
}

# Arguments that differ, and why.
SIGNATURES: dict[str, str] = {
    "nn.ModuleList.pop": "the last one is taken, as from a list, where none is named",
    "nn.Sequential.pop": "the last one is taken, as from a list, where none is named",
    "autograd.gradcheck": "what the others choose has no counterpart: forward mode, gradients of batches",
    "autograd.gradgradcheck": "what the others choose has no counterpart: forward mode, gradients of batches",
    "autograd.detect_anomaly": "more is looked for where it is asked for: infinities, and the forward pass",
    "nn.Module.to": "PyTorch's reads the same words from *args and **kwargs",
    "optim.Optimizer": "a subclass may also give hyperparameters by name",
}


def absent(namespace: str) -> dict[str, str]:
    """The names that a namespace does not have, with reasons."""
    return {name: reason for names, reason in ABSENT.get(namespace, {}).items() for name in names.split()}

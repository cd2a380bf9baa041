package io.github.vanillanet.model.checkpoint;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A name that a pickle refers to. It is compared with the list of names that torch, numpy and the
 * official trainer write; it is never imported, looked up or called.
 */
record Global(String module, String name) {

  /** The meaning of an allowed global when the pickle calls it. */
  enum Use {
    /** {@code (storage, offset, size, stride, ...)}. */
    REBUILD_TENSOR,
    /** {@code (storage, offset, size, stride, requires_grad, hooks, dtype, ...)}. */
    REBUILD_TENSOR_WITH_DTYPE,
    /** {@code (tensor, ...)}: the tensor itself. */
    REBUILD_PARAMETER,
    /** {@code (function, type, arguments, state)}: the function's result. */
    REBUILD_FROM_TYPE,
    /** A dict, possibly from a list of pairs. */
    DICT,
    /** A dict after one argument for missing keys. */
    DEFAULT_DICT,
    SIZE,
    /** A path given in parts, read as text. */
    PATH,
    ENCODE,
    /** {@code (dtype, bytes)}. */
    NUMPY_SCALAR,
    /** A storage class. Only persistent ids name it. */
    STORAGE,
    /** Any other object beside the weights. Only its name and arguments are kept. */
    INERT
  }

  private static final Map<String, Use> BY_NAME =
      Map.ofEntries(
          entry("torch._utils._rebuild_tensor", Use.REBUILD_TENSOR),
          entry("torch._utils._rebuild_tensor_v2", Use.REBUILD_TENSOR),
          entry("torch._utils._rebuild_tensor_v3", Use.REBUILD_TENSOR_WITH_DTYPE),
          entry("torch._utils._rebuild_parameter", Use.REBUILD_PARAMETER),
          entry("torch._utils._rebuild_parameter_with_state", Use.REBUILD_PARAMETER),
          entry("torch._tensor._rebuild_from_type_v2", Use.REBUILD_FROM_TYPE),
          entry("torch.nn.parameter.Parameter", Use.INERT),
          entry("torch.nn.parameter.Buffer", Use.INERT),
          entry("torch.Tensor", Use.INERT),
          entry("torch.Size", Use.SIZE),
          entry("torch.device", Use.INERT),
          entry("torch.storage.UntypedStorage", Use.STORAGE),
          entry("torch.UntypedStorage", Use.STORAGE),
          entry("collections.OrderedDict", Use.DICT),
          entry("collections.Counter", Use.DICT),
          entry("collections.defaultdict", Use.DEFAULT_DICT),
          entry("argparse.Namespace", Use.INERT),
          entry("_codecs.encode", Use.ENCODE),
          entry("numpy.dtype", Use.INERT),
          entry("numpy.ndarray", Use.INERT),
          entry("numpy.core.multiarray.scalar", Use.NUMPY_SCALAR),
          entry("numpy._core.multiarray.scalar", Use.NUMPY_SCALAR),
          entry("numpy.core.multiarray._reconstruct", Use.INERT),
          entry("numpy._core.multiarray._reconstruct", Use.INERT),
          entry("numpy.core.numeric._frombuffer", Use.INERT),
          entry("numpy._core.numeric._frombuffer", Use.INERT));

  /** The last three are Python 2's names of str, int and range, which protocol 2 writes. */
  private static final Set<String> BUILTIN_TYPES =
      Set.of(
          ("set frozenset bytearray complex list tuple int float bool str bytes slice range object"
                  + " unicode long xrange")
              .split(" "));

  private static final Set<String> PATH_TYPES =
      Set.of("Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath");

  /** The meaning of this global; empty if it is not allowed. */
  Optional<Use> use() {
    return switch (module) {
      case "builtins", "__builtin__" ->
          name.equals("dict") ? Optional.of(Use.DICT) : only(BUILTIN_TYPES, Use.INERT);
      case "pathlib", "pathlib._local" -> only(PATH_TYPES, Use.PATH);
      case "torch", "torch.cuda" -> torchUse();
      case "__torch__" -> Optional.of(Use.INERT); // a TorchScript archive's own classes
      default -> Optional.ofNullable(BY_NAME.get(toString()));
    };
  }

  private Optional<Use> only(Set<String> names, Use use) {
    return names.contains(name) ? Optional.of(use) : Optional.empty();
  }

  /** Classes like {@code torch.FloatStorage}, dtypes like {@code torch.float32}. */
  private Optional<Use> torchUse() {
    if (name.endsWith("Storage") && name.chars().allMatch(Character::isLetterOrDigit)) {
      return Optional.of(Use.STORAGE);
    }
    boolean dtype =
        module.equals("torch")
            && (ScalarType.ofTorchName(name).isPresent()
                || name.matches("(complex|uint|float)[0-9a-z_]+"));
    return dtype ? Optional.of(Use.INERT) : Optional.ofNullable(BY_NAME.get(toString()));
  }

  @Override
  public String toString() {
    return module + '.' + name;
  }
}

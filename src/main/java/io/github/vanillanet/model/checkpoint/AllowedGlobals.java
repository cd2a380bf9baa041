package io.github.vanillanet.model.checkpoint;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The globals a checkpoint may name: what torch, numpy and the official trainer write. A name is
 * only ever compared; none is imported, looked up or called.
 */
final class AllowedGlobals {

  private static final Map<String, GlobalUse> BY_NAME =
      Map.ofEntries(
          entry("torch._utils._rebuild_tensor", GlobalUse.REBUILD_TENSOR),
          entry("torch._utils._rebuild_tensor_v2", GlobalUse.REBUILD_TENSOR),
          entry("torch._utils._rebuild_tensor_v3", GlobalUse.REBUILD_TENSOR_WITH_DTYPE),
          entry("torch._utils._rebuild_parameter", GlobalUse.REBUILD_PARAMETER),
          entry("torch._utils._rebuild_parameter_with_state", GlobalUse.REBUILD_PARAMETER),
          entry("torch._tensor._rebuild_from_type_v2", GlobalUse.REBUILD_FROM_TYPE),
          entry("torch.nn.parameter.Parameter", GlobalUse.INERT),
          entry("torch.nn.parameter.Buffer", GlobalUse.INERT),
          entry("torch.Tensor", GlobalUse.INERT),
          entry("torch.Size", GlobalUse.SIZE),
          entry("torch.device", GlobalUse.INERT),
          entry("torch.storage.UntypedStorage", GlobalUse.STORAGE),
          entry("torch.UntypedStorage", GlobalUse.STORAGE),
          entry("collections.OrderedDict", GlobalUse.DICT),
          entry("collections.Counter", GlobalUse.DICT),
          entry("collections.defaultdict", GlobalUse.DEFAULT_DICT),
          entry("argparse.Namespace", GlobalUse.INERT),
          entry("_codecs.encode", GlobalUse.ENCODE),
          entry("numpy.dtype", GlobalUse.INERT),
          entry("numpy.ndarray", GlobalUse.INERT),
          entry("numpy.core.multiarray.scalar", GlobalUse.NUMPY_SCALAR),
          entry("numpy._core.multiarray.scalar", GlobalUse.NUMPY_SCALAR),
          entry("numpy.core.multiarray._reconstruct", GlobalUse.INERT),
          entry("numpy._core.multiarray._reconstruct", GlobalUse.INERT),
          entry("numpy.core.numeric._frombuffer", GlobalUse.INERT),
          entry("numpy._core.numeric._frombuffer", GlobalUse.INERT));

  private static final Set<String> BUILTIN_TYPES =
      Set.of(
          "set",
          "frozenset",
          "bytearray",
          "complex",
          "list",
          "tuple",
          "int",
          "float",
          "bool",
          "str",
          "bytes",
          "slice",
          "range",
          "object",
          // Python 2 names that protocol 2 writes for str, int and range
          "unicode",
          "long",
          "xrange");

  private static final Set<String> PATH_TYPES =
      Set.of("Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath");

  private AllowedGlobals() {}

  /** Empty if the global must be refused. */
  static Optional<GlobalUse> use(Global global) {
    String name = global.name();
    return switch (global.module()) {
      case "builtins", "__builtin__" -> builtin(name);
      case "pathlib", "pathlib._local" ->
          PATH_TYPES.contains(name) ? Optional.of(GlobalUse.PATH) : Optional.empty();
      case "torch", "torch.cuda" -> torch(global);
      case "__torch__" -> Optional.of(GlobalUse.INERT); // a TorchScript archive's own classes
      default -> Optional.ofNullable(BY_NAME.get(global.toString()));
    };
  }

  private static Optional<GlobalUse> builtin(String name) {
    if (name.equals("dict")) {
      return Optional.of(GlobalUse.DICT);
    }
    return BUILTIN_TYPES.contains(name) ? Optional.of(GlobalUse.INERT) : Optional.empty();
  }

  /** Classes like {@code torch.FloatStorage}, dtypes like {@code torch.float32}. */
  private static Optional<GlobalUse> torch(Global global) {
    String name = global.name();
    if (name.endsWith("Storage") && name.chars().allMatch(Character::isLetterOrDigit)) {
      return Optional.of(GlobalUse.STORAGE);
    }
    boolean dtype =
        global.module().equals("torch")
            && (ElementTypes.of(name).isPresent()
                || name.matches("(complex|uint|float)[0-9a-z_]+"));
    return dtype
        ? Optional.of(GlobalUse.INERT)
        : Optional.ofNullable(BY_NAME.get(global.toString()));
  }
}

package io.github.vanillanet.model.checkpoint;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;

/**
 * A name that a pickle refers to. It is compared with the list of names that build tensors, dicts
 * and plain values; it is never imported, looked up or called. Any other name makes an inert value,
 * except the names of functions that run programs: only malicious files have those.
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
    /** Any other object beside the weights. Only its name, arguments and state are kept. */
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
          entry("torch.Size", Use.SIZE),
          entry("torch.storage.UntypedStorage", Use.STORAGE),
          entry("torch.UntypedStorage", Use.STORAGE),
          entry("collections.OrderedDict", Use.DICT),
          entry("collections.Counter", Use.DICT),
          entry("collections.defaultdict", Use.DEFAULT_DICT),
          entry("_codecs.encode", Use.ENCODE),
          entry("numpy.core.multiarray.scalar", Use.NUMPY_SCALAR),
          entry("numpy._core.multiarray.scalar", Use.NUMPY_SCALAR));

  private static final Set<String> PATH_TYPES =
      Set.of("Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath");

  /** Modules whose functions run programs or code. */
  private static final Set<String> PROGRAM_RUNNERS =
      Set.of(
          ("os posix nt subprocess runpy pty popen2 commands code codeop ctypes importlib imp sys"
                  + " shutil socket webbrowser pip pdb bdb timeit cProfile profile")
              .split(" "));

  private static final Set<String> CODE_FUNCTIONS =
      Set.of("eval", "exec", "execfile", "compile", "__import__", "open", "input", "breakpoint");

  /** The meaning of this global when it is called. */
  Use use() {
    return switch (module) {
      case "builtins", "__builtin__" -> name.equals("dict") ? Use.DICT : Use.INERT;
      case "pathlib", "pathlib._local" -> PATH_TYPES.contains(name) ? Use.PATH : Use.INERT;
      case "torch", "torch.cuda" -> isStorage() ? Use.STORAGE : known();
      default -> known();
    };
  }

  private Use known() {
    return BY_NAME.getOrDefault(toString(), Use.INERT);
  }

  /** Classes like {@code torch.FloatStorage}. */
  private boolean isStorage() {
    return name.endsWith("Storage") && name.chars().allMatch(Character::isLetterOrDigit);
  }

  /** Whether Python would run a program or code if it called this global. */
  boolean runsCode() {
    boolean builtin = module.equals("builtins") || module.equals("__builtin__");
    return PROGRAM_RUNNERS.contains(module.split("\\.", 2)[0])
        || builtin && CODE_FUNCTIONS.contains(name);
  }

  @Override
  public String toString() {
    return module + '.' + name;
  }
}

package io.github.vanillanet.model.checkpoint;

/** What an allowed global stands for when the pickle calls it. */
enum GlobalUse {
  /** {@code (storage, offset, size, stride, ...)}. */
  REBUILD_TENSOR,
  /** {@code (storage, offset, size, stride, requires_grad, hooks, dtype, ...)}. */
  REBUILD_TENSOR_WITH_DTYPE,
  /** {@code (tensor, ...)}: the tensor itself. */
  REBUILD_PARAMETER,
  /** {@code (function, type, arguments, state)}: the function's result. */
  REBUILD_FROM_TYPE,
  /** A dict, perhaps from a list of pairs. */
  DICT,
  /** A dict after one argument for missing keys. */
  DEFAULT_DICT,
  /** A tuple of its one argument. */
  SIZE,
  /** A path of parts, read as text. */
  PATH,
  /** Text to bytes. */
  ENCODE,
  /** {@code (dtype, bytes)}. */
  NUMPY_SCALAR,
  /** A storage class; named by persistent ids only. */
  STORAGE,
  /** Anything else that may lie beside weights; only its name and arguments are kept. */
  INERT
}

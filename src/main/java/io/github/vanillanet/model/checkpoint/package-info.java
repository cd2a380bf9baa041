/**
 * Floor 1. Tensors and state dicts in host memory; reading official {@code .pth} files without
 * executing anything in them; writing the archives that torch reads. May import {@code error}.
 *
 * <p>Reading, from the file inwards: {@code FileWindows} maps it, {@code ZipFormat} (with {@code
 * ZipDirectory}) or {@code LegacyFormat} finds the pickle and the storages, {@code Unpickler} makes
 * inert values of the pickle, {@code StateDictChoice} picks the state dict among them, {@code
 * TensorReader} loads its tensors and {@code WeightCheck} looks at every value. A file may be
 * hostile: each length is compared with what is there before memory is taken, each allocation is
 * paid from an {@code Allowance}, nothing recurses, and every refusal is one line.
 */
package io.github.vanillanet.model.checkpoint;

/**
 * Tensors and state dicts in host memory. Reads {@code .pth} and {@code .safetensors} files without
 * executing anything in them, and writes them and the archives that torch reads. May import {@code
 * base.error} and {@code base.files}.
 *
 * <p>Reading proceeds from the file inwards: {@code FileWindows} maps it, {@code ZipFormat} or
 * {@code LegacyFormat} finds the pickle and the storages, {@code Unpickler} converts the pickle to
 * inert values, {@code StateDictChoice} selects the state dict or finds the net's weights, {@code
 * TensorReader} loads its tensors, and {@code WeightCheck} checks every value. A file may be
 * hostile: each length is compared with the bytes present before memory is allocated, each
 * allocation is charged to an {@code Allowance}, nothing recurses, and each rejection is one line.
 */
package io.github.vanillanet.model.checkpoint;

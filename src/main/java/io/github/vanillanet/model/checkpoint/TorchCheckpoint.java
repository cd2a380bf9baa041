package io.github.vanillanet.model.checkpoint;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The weights of a {@code .pth} file, as {@code torch.save} writes it, and what it says of the
 * training. Immutable; nothing to close.
 *
 * <p>Nothing in the file is executed and nothing but tensors of the chosen state dict is loaded.
 * Dense tensors are views of a read-only mapping of the file, so <b>the file must not be truncated
 * or overwritten in place while they are in use</b>: the operating system answers an access beyond
 * the new end with a signal that can end the JVM. Replacing it by a rename, or deleting it, is
 * harmless.
 */
public final class TorchCheckpoint {

  private static final int HEAD = 512;

  private final StateDict weights;
  private final String key;
  private final OptionalInt epoch;
  private final Map<String, Object> trainingArguments;

  private TorchCheckpoint(StateDict weights, String key, Object root) {
    this.weights = weights;
    this.key = key;
    this.epoch =
        member(root, "epoch") instanceof Long number && number.intValue() == number
            ? OptionalInt.of(number.intValue())
            : OptionalInt.empty();
    this.trainingArguments = TrainingArguments.of(member(root, "args"));
  }

  /**
   * Reads the state dict under {@code key}; without one, under the first present of {@code
   * model_ema}, {@code model}, {@code module}, {@code state_dict}; else the file itself is the
   * state dict.
   *
   * <p>Takes at most about 200 MB of heap for the pickle, whatever the file. Tensors that cannot be
   * views (deflated or strided) and inflated records take mapped scratch memory, each at most 64
   * MiB plus four times the file's size.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is damaged, hostile, of another
   *     kind, holds NaN, infinities or negative variances, or has no such key
   */
  public static TorchCheckpoint read(Path file, Optional<String> key) {
    String name = Refusal.quote(String.valueOf(file.getFileName()));
    try {
      return open(file, key);
    } catch (ServiceException e) {
      throw new ServiceException(ErrorCode.BAD_CHECKPOINT, name + ": " + e.getMessage(), e);
    } catch (IOException | UncheckedIOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CHECKPOINT, name + ": cannot be read: " + Refusal.quote(e.toString()), e);
    } catch (RuntimeException e) {
      // No known file comes here. One that does is no bug of the caller's: it is refused.
      throw new ServiceException(
          ErrorCode.BAD_CHECKPOINT,
          name + ": cannot be understood: " + e.getClass().getSimpleName(),
          e);
    } catch (InternalError e) {
      // What the JVM makes of a page fault beyond the end of a mapped file.
      throw new ServiceException(
          ErrorCode.BAD_CHECKPOINT,
          name + ": changed while it was read, or no scratch space left",
          e);
    }
  }

  private static TorchCheckpoint open(Path file, Optional<String> key) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw Refusal.of("expected a file, found %s", Files.exists(file) ? "something else" : "none");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      FileWindows windows = new FileWindows(channel);
      long size = windows.size();
      TensorMemory memory =
          new TensorMemory(Allowance.forFile("unpacked and strided tensors", size));
      Unpickled unpickled = unpickle(windows, memory);
      StateDictChoice choice = StateDictChoice.of(unpickled.root(), key);
      TensorReader reader =
          new TensorReader(
              unpickled.storages(), memory, Allowance.forFile("the state dict's tensors", size));
      Map<String, HostTensor> tensors = new LinkedHashMap<>();
      choice.tensors().forEach((name, tensor) -> tensors.put(name, reader.read(name, tensor)));
      StateDict weights = new StateDict(tensors);
      WeightCheck.requireSane(weights);
      return new TorchCheckpoint(weights, choice.key(), unpickled.root());
    }
  }

  private static Unpickled unpickle(FileWindows windows, TensorMemory memory) {
    ByteBuffer head = windows.slice(0, Math.min(HEAD, windows.size()));
    if (head.capacity() < Integer.BYTES) {
      throw Refusal.of("expected a checkpoint, found a file of %d bytes", head.capacity());
    }
    if (ZipFormat.matches(head)) {
      return ZipFormat.read(windows, memory);
    }
    if (LegacyFormat.matches(head)) {
      return LegacyFormat.read(windows);
    }
    if (head.capacity() == HEAD && head.getInt(257) == 0x61747375) { // "usta" of "ustar"
      throw Refusal.of("expected a zip or a pickle, found the tar format of torch before 0.1.10");
    }
    throw Refusal.of(
        "expected a zip or a pickle, found a file that begins with %08x",
        Integer.reverseBytes(head.getInt(0)));
  }

  private static Object member(Object root, String name) {
    return root instanceof PickleDict dict
        ? dict.get(name).orElse(PickleNone.NONE)
        : PickleNone.NONE;
  }

  /** All tensors, dense, in file order, without {@code module.} before every name. */
  public StateDict weights() {
    return weights;
  }

  /** Where the weights stood, e.g. {@code model_ema}; empty if the file is the state dict. */
  public String key() {
    return key;
  }

  /** The last trained epoch, if the file tells. */
  public OptionalInt epoch() {
    return epoch;
  }

  /**
   * The trainer's arguments that are strings (paths among them), integers (Long, BigInteger),
   * floats (Double) or Booleans; empty if the file has none. The slope of the activations is not
   * among them: no checkpoint tells it, but {@code epoch} and {@code decay_epochs} do.
   */
  public Map<String, Object> trainingArguments() {
    return trainingArguments;
  }
}

package io.github.vanillanet.model.checkpoint;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The weights of a {@code .pth} file that {@code torch.save} wrote, and its facts about the
 * training. Immutable; nothing to close.
 *
 * <p>Nothing in the file is executed, and only tensors of the chosen state dict are loaded. Dense
 * tensors are views of a read-only mapping of the file, so <b>the file must not be truncated or
 * overwritten in place while they are in use</b>: an access beyond the new end raises a signal that
 * can end the JVM. Renaming another file over it, or deleting it, is safe.
 *
 * @param weights dense tensors in file order; a common prefix {@code module.} is removed
 * @param key the key of the weights, e.g. {@code model_ema}; empty if the file is the state dict
 * @param epoch the last trained epoch, if the file contains it
 * @param trainingArguments the trainer's arguments that are strings (paths among them), integers
 *     (Long, BigInteger), floats (Double) or Booleans; empty if the file has none. No checkpoint
 *     contains the slope of the activations; it follows from {@code epoch} and {@code
 *     decay_epochs}.
 */
public record TorchCheckpoint(
    StateDict weights, String key, OptionalInt epoch, Map<String, Object> trainingArguments) {

  private static final int HEAD = 512;

  /**
   * Reads the state dict under {@code key}. Without a key, reads the first one present of {@code
   * model_ema}, {@code model}, {@code module}, {@code state_dict}, or the file itself as the state
   * dict.
   *
   * <p>The pickle takes at most about 200 MB of heap for any file. Inflated records and strided
   * tensors take mapped scratch memory, at most 64 MiB plus four times the file's size.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is damaged, hostile or of another
   *     kind, holds NaN, infinities or negative variances, or does not have the key
   */
  public static TorchCheckpoint read(Path file, Optional<String> key) {
    String name = Rejection.quote(String.valueOf(file.getFileName()));
    try {
      return open(file, key);
    } catch (ServiceException e) {
      throw BAD_CHECKPOINT.error(e, "%s: %s", name, e.getMessage());
    } catch (InternalError e) {
      // The JVM throws this for a page fault beyond the end of a mapped file.
      throw BAD_CHECKPOINT.error(
          e, "%s: the file changed during reading, or the scratch space is full", name);
    } catch (IOException | RuntimeException e) {
      // No known file causes a RuntimeException other than UncheckedIOException.
      throw BAD_CHECKPOINT.error(e, "%s: cannot be read: %s", name, Rejection.quote(e.toString()));
    }
  }

  private static TorchCheckpoint open(Path file, Optional<String> key) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw Rejection.of(
          "expected a file, found %s", Files.exists(file) ? "something else" : "none");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      FileWindows windows = new FileWindows(channel);
      long size = windows.size();
      TensorMemory memory =
          new TensorMemory(Allowance.forFile("unpacked and strided tensors", size));
      Unpickled unpickled = unpickle(windows, memory);
      StateDictChoice choice = StateDictChoice.of(unpickled.root(), key);
      Allowance allowance = Allowance.forFile("the state dict's tensors", size);
      StateDict weights =
          new TensorReader(unpickled.storages(), memory, allowance).readAll(choice.tensors());
      WeightCheck.requireSane(weights);
      Map<String, Object> arguments = simpleValues(member(unpickled.root(), "args"));
      return new TorchCheckpoint(weights, choice.key(), epoch(unpickled.root()), arguments);
    }
  }

  private static Unpickled unpickle(FileWindows windows, TensorMemory memory) {
    ByteBuffer head = windows.slice(0, Math.min(HEAD, windows.size()));
    if (head.capacity() < Integer.BYTES) {
      throw Rejection.of("expected a checkpoint, found a file of %d bytes", head.capacity());
    }
    if (ZipFormat.matches(head)) {
      return ZipFormat.read(windows, memory);
    }
    if (LegacyFormat.matches(head)) {
      return LegacyFormat.read(windows);
    }
    if (head.capacity() == HEAD && head.getInt(257) == 0x61747375) { // "usta" of "ustar"
      throw Rejection.of("expected a zip or a pickle, found the tar format of torch before 0.1.10");
    }
    throw Rejection.of(
        "expected a zip or a pickle, found a file that begins with %08x",
        Integer.reverseBytes(head.getInt(0)));
  }

  private static OptionalInt epoch(Object root) {
    return member(root, "epoch") instanceof Long number && number.intValue() == number
        ? OptionalInt.of(number.intValue())
        : OptionalInt.empty();
  }

  private static Object member(Object root, String name) {
    return root instanceof PickleDict dict ? dict.get(name).orElse(Unpickler.NONE) : Unpickler.NONE;
  }

  /** The strings and numbers of an argparse.Namespace or a dict; empty for any other value. */
  private static Map<String, Object> simpleValues(Object arguments) {
    Object attributes =
        arguments instanceof PickleObject object
                && object.type().toString().equals("argparse.Namespace")
            ? object.state()
            : arguments;
    Map<String, Object> simple = new LinkedHashMap<>();
    if (attributes instanceof PickleDict dict) {
      dict.entries()
          .forEach(
              (key, value) -> {
                if (key instanceof String name
                    && (value instanceof String
                        || value instanceof Number
                        || value instanceof Boolean)) {
                  simple.put(name, value);
                }
              });
    }
    return Collections.unmodifiableMap(simple);
  }
}

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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The weights of a {@code .pth} file that {@code torch.save} wrote, or of a {@code .safetensors}
 * file, and the file's facts about the training. Immutable; nothing to close.
 *
 * <p>Nothing in the file is executed, and only tensors of the chosen state dict are loaded. Dense
 * tensors are views of a read-only mapping of the file, so <b>the file must not be truncated or
 * overwritten in place while they are in use</b>: an access beyond the new end raises a signal that
 * can end the JVM. Renaming another file over it, or deleting it, is safe.
 *
 * @param weights dense tensors in file order; a common prefix such as {@code module.} is removed
 * @param key the key of the weights, e.g. {@code model_ema}; empty if the file is the state dict
 * @param epoch the last trained epoch, if the file contains it
 * @param trainingArguments the trainer's arguments that are strings (paths among them), integers
 *     (Long, BigInteger), floats (Double) or Booleans; empty if the file has none. No checkpoint
 *     contains the slope of the activations; it follows from {@code epoch} and {@code
 *     decay_epochs}.
 * @param metadata texts about the model, of a safetensors file or of an export of this service
 * @param notes what was chosen, renamed and left out, one line each
 */
public record TorchCheckpoint(
    StateDict weights,
    String key,
    OptionalInt epoch,
    Map<String, Object> trainingArguments,
    Map<String, String> metadata,
    List<String> notes) {

  /** The key of texts about the model. */
  public static final String METADATA = SafetensorsHeader.METADATA;

  private static final int HEAD = 512;

  /**
   * Reads the state dict under {@code key}, a dotted path. Without a key, reads the first one
   * present of {@code model_ema}, {@code model}, {@code module}, {@code state_dict}, or the file
   * itself as the state dict. Its values must all be tensors.
   *
   * @throws ServiceException as {@link #read(Path, WeightRequest)}
   */
  public static TorchCheckpoint read(Path file, Optional<String> key) {
    return read(file, WeightRequest.any(key));
  }

  /**
   * Reads the weights of a net from a {@code .pth} or {@code .safetensors} file. Without a key,
   * takes averaged weights if there are any, otherwise those under the first usual key.
   *
   * <p>The pickle takes at most about 200 MB of heap for any file. Inflated records and strided
   * tensors take mapped scratch memory, at most 64 MiB plus four times the file's size.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is damaged, hostile or of another
   *     kind, holds NaN, infinities or negative variances, or does not have the key
   */
  public static TorchCheckpoint read(Path file, WeightRequest request) {
    String name = Rejection.quote(String.valueOf(file.getFileName()));
    try {
      return open(file, request);
    } catch (ServiceException e) {
      e.rethrowUnless(BAD_CHECKPOINT);
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

  private static TorchCheckpoint open(Path file, WeightRequest request) throws IOException {
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
      StateDictChoice choice = StateDictChoice.of(unpickled.root(), request);
      Allowance allowance = Allowance.forFile("the state dict's tensors", size);
      StateDict weights =
          new TensorReader(unpickled.storages(), memory, allowance).readAll(choice.tensors());
      WeightCheck.requireSane(weights);
      Map<String, Object> arguments = simpleValues(member(unpickled.root(), "args"));
      return new TorchCheckpoint(
          weights,
          choice.key(),
          epoch(unpickled.root()),
          arguments,
          strings(unpickled.root()),
          choice.notes());
    }
  }

  private static Unpickled unpickle(FileWindows windows, TensorMemory memory) {
    ByteBuffer head = windows.slice(0, Math.min(HEAD, windows.size()));
    if (SafetensorsFormat.matches(head)) {
      return SafetensorsFormat.read(windows);
    }
    if (head.capacity() > Integer.BYTES && ZipFormat.matches(head)) {
      return ZipFormat.read(windows, memory);
    }
    if (head.capacity() > Integer.BYTES && LegacyFormat.matches(head)) {
      return LegacyFormat.read(windows);
    }
    throw Rejection.of(
        "expected a .pth or .safetensors file with weights, found %s",
        FileKind.of(head, windows.size()));
  }

  private static OptionalInt epoch(Object root) {
    return member(root, "epoch") instanceof Long number && number.intValue() == number
        ? OptionalInt.of(number.intValue())
        : OptionalInt.empty();
  }

  private static Object member(Object root, String name) {
    return root instanceof PickleDict dict ? dict.get(name).orElse(Unpickler.NONE) : Unpickler.NONE;
  }

  /** The texts that an export of this service, or a safetensors file, has beside the weights. */
  private static Map<String, String> strings(Object root) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (member(root, METADATA) instanceof PickleDict dict) {
      dict.entries()
          .forEach(
              (key, value) -> {
                if (key instanceof String name && value instanceof String text) {
                  texts.put(name, text);
                }
              });
    }
    return Collections.unmodifiableMap(texts);
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

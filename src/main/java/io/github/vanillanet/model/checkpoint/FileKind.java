package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** Names the format of a file that has no weights, by its first bytes, and says what to do. */
final class FileKind {

  private static final int SHOWN_TEXT = 40;

  /** {@code magic} is Latin-1 text at an offset. */
  private record Magic(int offset, String magic, String description) {

    boolean matches(ByteBuffer head) {
      byte[] bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
      if (offset + bytes.length > head.capacity()) {
        return false;
      }
      byte[] found = new byte[bytes.length];
      head.get(offset, found);
      return Arrays.equals(found, bytes);
    }
  }

  private static final String DOWNLOAD = "; download the file itself";
  private static final String UNPACK = "; unpack it";
  private static final String EXPORTED =
      ", which has a graph and not a PyTorch state dict; import the checkpoint that it was made"
          + " from";

  private static final List<Magic> MAGICS =
      List.of(
          new Magic(
              0,
              "\u0089HDF",
              "HDF5, the format of Keras (.h5); convert it to a" + " PyTorch state dict"),
          new Magic(0, "\u001f\u008b", "a gzip archive" + UNPACK),
          new Magic(0, "BZh", "a bzip2 archive" + UNPACK),
          new Magic(0, "\u00fd7zXZ\0", "an xz archive" + UNPACK),
          new Magic(0, "(\u00b5/\u00fd", "a Zstandard archive" + UNPACK),
          new Magic(0, "\u0004\"M\u0018", "an LZ4 archive" + UNPACK),
          new Magic(0, "7z\u00bc\u00af'\u001c", "a 7z archive" + UNPACK),
          new Magic(0, "Rar!\u001a\u0007", "a RAR archive" + UNPACK),
          new Magic(
              257,
              "ustar",
              "a tar archive, or the tar format of torch before 0.1.10; unpack"
                  + " it, or save it again with a newer torch"),
          new Magic(
              0,
              "version https://git-lfs",
              "a Git LFS pointer, which only names the file; run" + " git lfs pull"),
          new Magic(0, "GGUF", "GGUF, the format of llama.cpp; import the PyTorch checkpoint"),
          new Magic(0, "lmgg", "GGML, the format of llama.cpp; import the PyTorch checkpoint"),
          new Magic(0, "\u0093NUMPY", "a numpy array (.npy); save a state dict with torch.save"),
          new Magic(4, "TFL3", "TensorFlow Lite" + EXPORTED),
          new Magic(4, "ET1", "ExecuTorch" + EXPORTED),
          new Magic(0, "ptrt", "a TensorRT engine" + EXPORTED),
          new Magic(0, "ftrt", "a TensorRT engine" + EXPORTED),
          new Magic(0, "\u007fELF", "a program; import a checkpoint"),
          new Magic(0, "MZ", "a Windows program; import a checkpoint"),
          new Magic(0, "%PDF", "a PDF document; import a checkpoint"),
          new Magic(0, "\u0089PNG", "a PNG image; import a checkpoint"),
          new Magic(0, "\u00ff\u00d8\u00ff", "a JPEG image; import a checkpoint"),
          new Magic(
              0,
              "W\u00fb\u0080\u008b$uG\u00db",
              "a TensorFlow" + " checkpoint index; convert the weights to a PyTorch state dict"),
          new Magic(
              0,
              "\u0012\u0001\0\0",
              "MXNet parameters; convert them to a PyTorch state" + " dict"));

  /** Entries by which the kind of a zip is known. */
  private static final Map<String, Predicate<String>> ZIPS = new LinkedHashMap<>();

  static {
    ZIPS.put(
        "a Keras archive (.keras); convert the weights to a PyTorch state dict",
        name -> name.endsWith("weights.h5"));
    ZIPS.put(
        "a TensorFlow SavedModel in a zip; convert the weights to a PyTorch state dict",
        name -> name.endsWith("saved_model.pb"));
    ZIPS.put(
        "numpy arrays in a zip (.npz); save a state dict with torch.save",
        name -> name.endsWith(".npy"));
    ZIPS.put(
        "a zip that holds a checkpoint" + UNPACK,
        name -> name.matches("(?i).*\\.(pth|pt|ckpt|bin|tar|safetensors)"));
    ZIPS.put("an Office document", name -> name.equals("[Content_Types].xml"));
    ZIPS.put("a Java archive", name -> name.equals("META-INF/MANIFEST.MF"));
  }

  private FileKind() {}

  /** A description of the file that begins with these bytes, and what to do. */
  static String of(ByteBuffer head, long size) {
    if (size == 0) {
      return "an empty file; the download or the copy may have failed";
    }
    for (Magic magic : MAGICS) {
      if (magic.matches(head)) {
        return magic.description();
      }
    }
    String text = text(head);
    String lower = text.strip().toLowerCase(Locale.ROOT);
    if (lower.startsWith("<!doctype html") || lower.contains("<html")) {
      return "an HTML page, perhaps an error or a log-in page" + DOWNLOAD;
    }
    if (lower.startsWith("<?xml") || lower.startsWith("<")) {
      return "XML, perhaps an error message" + DOWNLOAD;
    }
    if (lower.startsWith("{") || lower.startsWith("[")) {
      return lower.contains("weight_map")
          ? "the JSON index of a checkpoint in several files; merge them into one file"
          : "JSON; import the file with the weights";
    }
    if (isOnnx(head, text)) {
      return "ONNX" + EXPORTED;
    }
    if (isSavedModel(head, text)) {
      return "a TensorFlow graph or SavedModel; convert the weights to a PyTorch state dict";
    }
    if (isZero(head)) {
      return "a file that begins with zeros; the download or the copy may have failed";
    }
    if (isPrintable(text)) {
      return "text that begins with '%s'%s"
          .formatted(
              Rejection.quote(text.substring(0, Math.min(SHOWN_TEXT, text.length())).strip()),
              DOWNLOAD);
    }
    return "%d bytes of an unknown format; save a state dict with torch.save".formatted(size);
  }

  /** A description of a zip without a pickle. */
  static String ofZip(Collection<String> names) {
    for (Map.Entry<String, Predicate<String>> kind : ZIPS.entrySet()) {
      if (names.stream().anyMatch(kind.getValue())) {
        return kind.getKey();
      }
    }
    return "a zip without a pickle (data.pkl)";
  }

  private static String text(ByteBuffer head) {
    return StandardCharsets.ISO_8859_1.decode(head.duplicate().rewind()).toString();
  }

  /** Field 1 of an ONNX model is a small number, its version; the producer or the graph follows. */
  private static boolean isOnnx(ByteBuffer head, String text) {
    return head.capacity() > 4
        && head.get(0) == 8
        && head.get(1) > 2
        && head.get(1) < 32
        && (head.get(2) == 0x12
            || head.get(2) == 0x3a
            || head.get(2) == 0x42
            || text.contains("onnx"));
  }

  /** A SavedModel starts with its schema version, a frozen graph with a node and its operator. */
  private static boolean isSavedModel(ByteBuffer head, String text) {
    return text.startsWith("\u0008\u0001\u0012")
        || text.contains("saved_model")
        || head.get(0) == 0x0a && (text.contains("Placeholder") || text.contains("Const"));
  }

  private static boolean isZero(ByteBuffer head) {
    for (int i = 0; i < head.capacity(); i++) {
      if (head.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPrintable(String text) {
    return text.chars()
        .allMatch(c -> c >= ' ' && (c < 0x7f || c > 0x9f) || c == '\n' || c == '\r' || c == '\t');
  }
}

package io.github.vanillanet.model.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of another format is rejected with the name of the format. */
class OtherFormatsTest {

  private final Attempt attempt;

  OtherFormatsTest(@TempDir Path folder) {
    attempt = new Attempt(folder);
  }

  @Test
  void theFormatIsNamed() {
    rejects("\u0089HDF\r\n____", "HDF5");
    rejects("\u001f\u008b\b\0", "gzip");
    rejects("BZh91AY", "bzip2");
    rejects("\u00fd7zXZ\0", "xz");
    rejects("(\u00b5/\u00fd__", "Zstandard");
    rejects("version https://git-lfs.github.com/spec/v1", "Git LFS");
    rejects(" \n<!DOCTYPE html><html>", "HTML");
    rejects("<html lang=\"en\">", "HTML");
    rejects("<?xml version=\"1.0\"?><Error/>", "XML");
    rejects("{\"a\": 1}", "JSON");
    rejects("{\"weight_map\": {}}", "index");
    rejects("GGUF\3\0\0\0", "GGUF");
    rejects("\u0093NUMPY\1\0", "numpy");
    rejects("\b\b\22\7pytorch\32", "ONNX");
    rejects("\b\1\22\u00ff\"\6Const", "TensorFlow");
    rejects("\34\0\0\0TFL3____", "TensorFlow Lite");
    rejects("%PDF-1.7 ____", "PDF");
    rejects("\u0089PNG\r\n____", "PNG");
    rejects("MZ______________", "program");
    rejects("plain words", "plain words");
    rejects("\1\2\3\4\5", "unknown");
    rejects("P", "text");
    rejects("", "empty");
  }

  private void rejects(String content, String format) {
    attempt.rejects(content.getBytes(StandardCharsets.ISO_8859_1), format);
  }

  @Test
  void zipsWithoutAPickleAreNamed() throws IOException {
    rejectsZip("weights.npy", "numpy");
    rejectsZip("model.weights.h5", "Keras");
    rejectsZip("m/saved_model.pb", "TensorFlow");
    rejectsZip("best.pth", "unpack");
    rejectsZip("readme.txt", "without a pickle");
  }

  private void rejectsZip(String entry, String format) throws IOException {
    attempt.rejects(new ZipBytes().stored(entry, new byte[1]).finish(), format, entry);
  }

  @Test
  void tarPicklesAndTruncatedZipsAreNamed() throws IOException {
    byte[] tar = new byte[1024];
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    byte[] zip = new ZipBytes().stored("a/data.pkl", new byte[100]).finish();

    attempt.rejects(tar, "tar");
    attempt.rejects(new byte[4096], "zeros");
    attempt.rejects(new PickleBytes().op('}').stop(), "torch.save");
    attempt.rejects(Arrays.copyOf(zip, zip.length / 2), "truncated");
  }
}

package io.github.vanillanet.base.image;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/**
 * The functions of libjpeg-turbo's TurboJPEG API, version 2.0 or later, that decode. A handle
 * belongs to one thread at a time.
 *
 * @see <a href="https://rawcdn.githack.com/libjpeg-turbo/libjpeg-turbo/main/doc/turbojpeg/">the
 *     API</a>
 */
final class TurboJpegLibrary {

  /** Interleaved red, green, blue. */
  static final int TJPF_RGB = 0;

  /** Interleaved cyan, magenta, yellow, black, as they are stored. */
  static final int TJPF_CMYK = 11;

  private TurboJpegLibrary() {}

  /**
   * Finds the library as the dynamic linker does, and binds this class to it.
   *
   * @return its name
   * @throws LinkageError if there is none, or one that is too old, or none can be used here
   */
  static String bind() {
    if (NativeLong.SIZE != Long.BYTES) {
      throw new UnsatisfiedLinkError("a C long has %d bytes here".formatted(NativeLong.SIZE));
    }
    String name = Platform.isLinux() ? "libturbojpeg.so.0" : "turbojpeg";
    Native.register(TurboJpegLibrary.class, NativeLibrary.getInstance(name));
    return name;
  }

  static native Pointer tjInitDecompress();

  /**
   * Decodes all of a picture. The sizes choose the scale; rows have no padding if {@code pitch} is
   * 0.
   *
   * @return 0, or -1 after an error or a warning
   */
  static native int tjDecompress2(
      Pointer handle,
      Pointer jpeg,
      long jpegBytes,
      Pointer pixels,
      int width,
      int pitch,
      int height,
      int pixelFormat,
      int flags);

  static native int tjDestroy(Pointer handle);
}

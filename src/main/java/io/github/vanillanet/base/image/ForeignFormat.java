package io.github.vanillanet.base.image;

import static io.github.vanillanet.base.error.ErrorCode.UNSUPPORTED_IMAGE;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Names the formats that are not supported, with a way to convert them. */
public final class ForeignFormat {

  static final String CONVERT_RAW =
      "develop it to JPEG, for example with darktable-cli photo.raw photo.jpg";

  private static final String EXPECTED = "expected a JPEG, PNG, GIF, BMP, WebP or TIFF image";
  private static final String TO_JPEG =
      "convert it to JPEG, for example with ImageMagick: magick photo.%1$s photo.jpg";
  private static final String TO_PNG =
      "convert it to PNG, for example with ImageMagick: magick image.%1$s image.png";
  private static final String FRAME =
      "send one frame of it, for example from ffmpeg -i video.%1$s -frames:v 1 frame.png";
  private static final String UNPACK = "unpack it and send an image";
  private static final int SEARCHED_BYTES = 4096;
  private static final int SHOWN_BYTES = 8;
  private static final int BRAND_START = 8;

  /**
   * A signature.
   *
   * @param at its offset
   * @param advice a format string with the usual suffix
   */
  private record Signature(int at, String text, String name, String suffix, String advice) {}

  private static final List<Signature> SIGNATURES =
      List.of(
          of(0, "\0\0\0\fjP  \r\n", "a JPEG 2000 image", "jp2", TO_PNG),
          of(0, "\u00ffO\u00ffQ", "a JPEG 2000 image", "j2k", TO_PNG),
          of(0, "\0\0\0\fJXL ", "a JPEG XL image", "jxl", "convert it: djxl photo.jxl photo.png"),
          of(0, "\u00ff\n", "a JPEG XL image", "jxl", "convert it: djxl photo.jxl photo.png"),
          of(0, "II\u00bc", "a JPEG XR image", "jxr", TO_PNG),
          of(0, "8BPS", "a Photoshop image", "psd", TO_PNG),
          of(0, "gimp xcf", "a GIMP image", "xcf", "export it from GIMP as PNG"),
          of(0, "\0\0\2\0\0\0\0\0", "a TGA image", "tga", TO_PNG),
          of(0, "\0\0\n\0\0\0\0\0", "a TGA image", "tga", TO_PNG),
          of(0, "\n\5\1", "a PCX image", "pcx", TO_PNG),
          of(0, "\1\u00da", "an SGI image", "sgi", TO_PNG),
          of(0, "\0\0\1\0", "an icon (ICO)", "ico", TO_PNG),
          of(0, "\0\0\2\0", "a cursor (CUR)", "cur", TO_PNG),
          of(0, "icns", "an icon (ICNS)", "icns", TO_PNG),
          of(0, "v/1\1", "an OpenEXR image", "exr", TO_PNG),
          of(0, "#?RADIANCE", "a Radiance HDR image", "hdr", TO_PNG),
          of(0, "DDS ", "a DirectDraw texture", "dds", TO_PNG),
          of(0, "qoif", "a QOI image", "qoi", TO_PNG),
          of(0, "FLIF", "a FLIF image", "flif", TO_PNG),
          of(0, "BPG\u00fb", "a BPG image", "bpg", "convert it: bpgdec -o image.png image.bpg"),
          of(0, "\u008aMNG", "an MNG animation", "mng", TO_PNG),
          of(0, "\u008bJNG", "a JNG image", "jng", TO_PNG),
          of(0, "/* XPM", "an XPM image", "xpm", TO_PNG),
          of(0, "#define ", "an XBM image", "xbm", TO_PNG),
          of(0, "\u00d7\u00cd\u00c6\u009a", "a Windows metafile", "wmf", TO_PNG),
          of(40, " EMF", "a Windows metafile", "emf", TO_PNG),
          of(128, "DICM", "a DICOM image", "dcm", "convert it: dcmj2pnm +on image.dcm image.png"),
          of(0, "SIMPLE  =", "a FITS image", "fits", TO_PNG),
          of(0, "AT&TFORM", "a DjVu document", "djvu", "convert it: ddjvu -format=tiff"),
          of(0, "%!PS", "a PostScript document", "eps", TO_PNG),
          of(0, "\u00c5\u00d0\u00d3\u00c6", "an EPS document", "eps", TO_PNG),
          of(0, "FUJIFILMCCD-RAW", "a camera raw image", "raf", CONVERT_RAW),
          of(0, "IIRO", "a camera raw image", "orf", CONVERT_RAW),
          of(0, "IIRS", "a camera raw image", "orf", CONVERT_RAW),
          of(0, "MMOR", "a camera raw image", "orf", CONVERT_RAW),
          of(0, "IIU\0", "a camera raw image", "rw2", CONVERT_RAW),
          of(8, "CR\2", "a camera raw image", "cr2", CONVERT_RAW),
          of(6, "HEAPCCDR", "a camera raw image", "crw", CONVERT_RAW),
          of(0, "\0MRM", "a camera raw image", "mrw", CONVERT_RAW),
          of(0, "FOVb", "a camera raw image", "x3f", CONVERT_RAW),
          of(8, "AVI ", "a video (AVI)", "avi", FRAME),
          of(0, "\u001aE\u00df\u00a3", "a video (Matroska or WebM)", "webm", FRAME),
          of(0, "\0\0\1\u00ba", "a video (MPEG)", "mpg", FRAME),
          of(0, "FLV", "a video (Flash)", "flv", FRAME),
          of(0, "OggS", "a video or a sound (Ogg)", "ogv", FRAME),
          of(0, "0&\u00b2u", "a video (Windows Media)", "wmv", FRAME),
          of(8, "WAVE", "a sound", "wav", "send an image"),
          of(0, "ID3", "a sound", "mp3", "send an image"),
          of(0, "PK\3\4", "a zip archive", "zip", UNPACK),
          of(0, "\u001f\u008b", "a gzip file", "gz", UNPACK),
          of(0, "7z\u00bc\u00af", "a 7-Zip archive", "7z", UNPACK),
          of(0, "Rar!", "a RAR archive", "rar", UNPACK),
          of(257, "ustar", "a tar archive", "tar", UNPACK),
          of(0, "\u0089HDF", "an HDF5 file", "h5", "send an image"),
          of(0, "\u0093NUMPY", "a NumPy array", "npy", "save it as PNG"),
          of(0, "version https://git-lfs", "a Git LFS pointer", "", "fetch the file: git lfs pull"),
          of(0, "data:image/", "a data URI", "", "send the bytes that its base64 encodes"),
          of(0, "/9j/", "a JPEG in base64", "", "send the bytes that it encodes"),
          of(0, "iVBORw0KGgo", "a PNG in base64", "", "send the bytes that it encodes"));

  private ForeignFormat() {}

  private static Signature of(int at, String text, String name, String suffix, String advice) {
    return new Signature(at, text, name, suffix, advice);
  }

  /** The error for a format that is known by name. */
  static ServiceException unsupported(String name, String advice) {
    return UNSUPPORTED_IMAGE.error("%s, found %s; %s".formatted(EXPECTED, name, advice));
  }

  /** The error for bytes without a supported format. */
  static ServiceException unsupported(byte[] encoded) {
    byte[] start = Arrays.copyOf(encoded, Math.min(SHOWN_BYTES, encoded.length));
    String bytes =
        "%s, found %d bytes%s%s"
            .formatted(
                EXPECTED,
                encoded.length,
                encoded.length == 0 ? "" : " that start with ",
                HexFormat.ofDelimiter(" ").formatHex(start));
    return UNSUPPORTED_IMAGE.error(
        named(encoded).map(name -> EXPECTED + ", found " + name).orElse(bytes));
  }

  /**
   * The format of a file that is not a supported image, and what to do with it, in one line.
   *
   * @param start the first bytes of the file
   */
  public static String of(byte[] start) {
    return named(start).orElse("an unknown format");
  }

  private static Optional<String> named(byte[] encoded) {
    int searched = Math.min(SEARCHED_BYTES, encoded.length);
    String text = new String(encoded, 0, searched, StandardCharsets.ISO_8859_1);
    if (text.startsWith("ftyp", 4)) {
      return Optional.of(container(text));
    }
    for (Signature signature : SIGNATURES) {
      if (text.startsWith(signature.text(), signature.at())) {
        return Optional.of(
            signature.name() + "; " + signature.advice().formatted(signature.suffix()));
      }
    }
    String start = text.strip();
    if (text.contains("%PDF-")) {
      return Optional.of("a PDF document; convert a page: pdftoppm -png -r 150 file.pdf page");
    }
    if (text.contains("<svg")) {
      return Optional.of("an SVG drawing; convert it: rsvg-convert image.svg -o image.png");
    }
    if (start.matches("P[1-7]\\s(?s:.*)")) {
      return Optional.of("a PNM image; " + TO_PNG.formatted("pnm"));
    }
    if (start.matches("(?is)<(!doctype html|html|head|body).*")) {
      return Optional.of("an HTML page; send the image itself, not the page that shows it");
    }
    boolean isText = !text.isEmpty() && text.chars().allMatch(ForeignFormat::isText);
    return isText ? Optional.of("text; send an image") : Optional.empty();
  }

  /** Names a file of ISO's base media format by its brands. */
  private static String container(String text) {
    int end = text.length() < 4 ? 0 : text.charAt(2) << 8 | text.charAt(3);
    String brands =
        text.substring(BRAND_START, Math.max(BRAND_START, Math.min(end, text.length())));
    String major = text.substring(BRAND_START, Math.min(text.length(), BRAND_START + 4));
    if (major.startsWith("avi") || brands.contains("avif")) {
      return "an AVIF image; convert it: avifdec photo.avif photo.png";
    }
    if (HeicDecoder.isHeic(text)) {
      return "a HEIC image; convert it to JPEG, for example with heif-convert photo.heic photo.jpg,"
          + " or set vanillanet.heic=true if the service may decode it";
    }
    if (major.equals("crx ")) {
      return "a camera raw image; " + CONVERT_RAW;
    }
    if (major.startsWith("jp2") || major.startsWith("jpx")) {
      return "a JPEG 2000 image; " + TO_PNG.formatted("jp2");
    }
    return "a video (MP4 or QuickTime); " + FRAME.formatted("mp4");
  }

  private static boolean isText(int character) {
    return character >= ' ' && character != 0x7f || Character.isWhitespace(character);
  }
}

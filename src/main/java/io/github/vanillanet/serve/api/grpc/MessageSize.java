package io.github.vanillanet.serve.api.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Estimates the heap that a message takes when it is parsed, from its encoded form. An empty
 * submessage has two bytes and becomes an object of a hundred, so the length alone is no limit.
 */
final class MessageSize {

  /** Of a submessage, a string or a byte string, with its place in a list. */
  private static final long OBJECT_BYTES = 128;

  private static final long NUMBER_BYTES = 16;

  private MessageSize() {}

  /**
   * The heap in bytes, without the encoded form and without byte strings, which are views of it.
   *
   * @throws IOException if the message is malformed
   */
  static long of(Descriptor type, CodedInputStream input) throws IOException {
    long bytes = 0;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        input.skipField(tag);
        bytes += field == null ? OBJECT_BYTES : NUMBER_BYTES;
        continue;
      }
      int length = input.readRawVarint32();
      bytes += OBJECT_BYTES;
      if (field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        int limit = input.pushLimit(length);
        bytes += of(field.getMessageType(), input);
        input.popLimit(limit);
      } else {
        input.skipRawBytes(length);
        bytes += field == null ? length : length * perByte(field);
      }
    }
    return bytes;
  }

  /** Bytes of the heap for each encoded byte: one may encode a whole number, and lists double. */
  private static long perByte(FieldDescriptor field) {
    return switch (field.getType()) {
      case BYTES -> 0;
      case STRING, FLOAT, DOUBLE, FIXED32, FIXED64, SFIXED32, SFIXED64 -> 2;
      case INT32, UINT32, SINT32, BOOL, ENUM -> 8;
      default -> 16;
    };
  }
}

package io.github.vanillanet.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostilePickleTest {

  private final Attempt attempt;

  HostilePickleTest(@TempDir Path folder) {
    attempt = new Attempt(folder);
  }

  @ParameterizedTest
  @CsvSource({
    "posix,system",
    "os,system",
    "builtins,eval",
    "builtins,getattr",
    "builtins,__import__",
    "subprocess,Popen",
    "torch.storage,_load_from_bytes",
    "torch,load",
    "torch.hub,load",
    "numpy,load",
    "runpy,_run_code",
    "pathlib,os.system"
  })
  void codeIsRejectedByName(String module, String name) {
    byte[] pickle = new PickleBytes().global(module, name).op('(').text("id").op('t', 'R').stop();
    byte[] stackGlobal =
        new PickleBytes().text(module).text(name).op(0x93).text("id").op(0x85, 'R').stop();

    attempt.rejectsPickle(pickle, module + "." + name);
    attempt.rejectsPickle(stackGlobal, module + "." + name);
  }

  @Test
  void lineBreaksInAGlobalAreReplaced() {
    attempt.rejectsPickle(
        new PickleBytes().text("a\nb\u2028\u202e").text("c\r").op(0x93).stop(), "a?b??.c?");
  }

  @ParameterizedTest
  @CsvSource({"I", "S", "P", "i", "o", "g", "p", "\u0082", "\u0097", "\u00ff"})
  void otherOpcodesAreRejected(char opcode) {
    attempt.rejectsPickle(new PickleBytes().op(opcode).stop(), "0x%02x".formatted((int) opcode));
  }

  @Test
  void lengthsBeyondTheFileAreRejectedBeforeMemoryIsAllocated() {
    attempt.rejectsPickle(new PickleBytes().op('X').i32(-1).stop(), "4294967295");
    attempt.rejectsPickle(
        new PickleBytes().op(0x8d).i64(Long.MAX_VALUE).stop(), "9223372036854775807");
    attempt.rejectsPickle(new PickleBytes().op(0x8d).i64(-1).stop(), "18446744073709551615");
    attempt.rejectsPickle(new PickleBytes().op(0x8b).i32(-1).stop(), "64");
    attempt.rejectsPickle(new PickleBytes().op(0x96).i64(1L << 40).stop(), "1099511627776");
    attempt.rejectsPickle(new PickleBytes().op(0x95).i64(99).stop(), "99");
  }

  @Test
  void billionLaughsAreNotExpanded() throws IOException {
    PickleBytes laughs = new PickleBytes().op('}', '(').text("args");
    laughs.text("ha").op('q', 0, '0');
    for (int i = 1; i < 200; i++) {
      laughs.op('h', i - 1, 'h', i - 1, 'h', i - 1, 0x87, 'q', i, '0');
    }
    byte[] pickle = laughs.op('h', 199).text("w").floats("0", 2).op('u', '.').bytes();

    attempt.rejectsPickle(pickle, new int[] {8}, "args");
  }

  @Test
  void cyclesAreNotFollowed() {
    byte[] self = new PickleBytes().op('}', 'q', 0).text("model").op('h', 0, 's').stop();
    byte[] list = new PickleBytes().op(']', 'q', 0, 'h', 0, 'a').stop();

    attempt.rejectsPickle(self, "model (a dict)");
    attempt.rejectsPickle(list, "dict", "list");
  }

  @Test
  void aCyclicTupleAsKeyIsNotHashed() {
    byte[] pickle = new PickleBytes().op('}', ']', 'q', 0, 'h', 0, 'a', 0x85, 'N', 's').stop();

    attempt.rejectsPickle(pickle);
  }

  @Test
  void nestingAMillionDeepDoesNotOverflowTheStack() {
    PickleBytes nested = new PickleBytes().op('}').text("model");
    for (int i = 0; i < 1_000_000; i++) {
      nested.op(']');
    }
    for (int i = 0; i < 999_999; i++) {
      nested.op('a');
    }

    attempt.rejectsPickle(nested.op('s').stop(), "model");
  }

  @Test
  void objectsBeyondTheAllowanceAreRejected() {
    byte[] lists = new byte[40_000_000];
    java.util.Arrays.fill(lists, (byte) '}');

    attempt.rejectsPickle(new PickleBytes().raw(lists).stop(), Long.toString(128L << 20));
  }

  @Test
  void equalHugeKeysAreRejected() {
    attempt.rejectsPickle(
        new PickleBytes().op('}').text("x".repeat(5000)).op('N', 's').stop(), "4096");
  }

  @Test
  void invalidPicklesAreRejected() {
    attempt.rejectsPickle(new PickleBytes().stop(), "stack");
    attempt.rejectsPickle(new PickleBytes().op('(', '0').stop(), "stack");
    attempt.rejectsPickle(new PickleBytes().op('t').stop(), "mark");
    attempt.rejectsPickle(new PickleBytes().op('h', 9).stop(), "memo");
    attempt.rejectsPickle(new PickleBytes().op('N', 'N', 'R').stop(), "call");
    attempt.rejectsPickle(new PickleBytes().op('N', 'N', 'b').stop(), "state");
    attempt.rejectsPickle(new PickleBytes().op('N', 'N', 'a').stop(), "append");
    attempt.rejectsPickle(new PickleBytes().op('}', '(', 'N', 'u').stop(), "pairs");
    attempt.rejectsPickle(new PickleBytes().op('N', 'Q').stop(), "persistent id");
    attempt.rejectsPickle(new PickleBytes().op('}').bytes());
    attempt.rejectsPickle(new byte[0]);
    attempt.rejectsPickle(new byte[] {(byte) 0x80, 9, '.'}, "protocol");
  }

  @ParameterizedTest
  @CsvSource({
    "4, 0, 5, 1", // one beyond
    "4, 4, 1, 1",
    "4, -1, 1, 1",
    "4, 0, -1, 1",
    "4, 0, 2, -1",
    "4, 0, 2, 9223372036854775807",
    "4, 9223372036854775807, 2, 1",
    "4, 0, 9223372036854775807, 9223372036854775807",
    "9223372036854775807, 0, 1, 1",
    "4611686018427387904, 0, 1, 1",
    "5, 0, 4, 1",
    "3, 0, 3, 1",
    "4, 0, 4294967297, 0",
    "4, 0, 500000000, 0",
  })
  void aTensorThatItsStorageCannotHoldIsRejected(long elements, long offset, long n, long stride) {
    byte[] pickle =
        new PickleBytes()
            .op('}')
            .text("w")
            .tensor(
                "FloatStorage", "0", elements, offset, new long[] {n, 1}, new long[] {stride, 1})
            .op('s')
            .stop();

    attempt.rejectsPickle(pickle, new int[] {16});
  }

  @Test
  void aShapeWhoseProductOverflowsIsRejected() {
    long[] shape = {1L << 32, 1L << 32, 1};
    byte[] pickle =
        new PickleBytes()
            .op('}')
            .text("w")
            .tensor("FloatStorage", "0", 4, 0, shape, new long[] {0, 0, 0})
            .op('s')
            .stop();

    attempt.rejectsPickle(pickle, new int[] {16}, "2 GiB");
  }

  @Test
  void manyTensorsOfOneStorageAreBoundByTheFile() {
    PickleBytes pickle = new PickleBytes().op('}', '(');
    for (int i = 0; i < 40; i++) {
      pickle.text("w" + i).tensor("FloatStorage", "0", 4, 0, new long[] {1 << 20}, new long[] {0});
    }

    attempt.rejectsPickle(pickle.op('u').stop(), new int[] {16}, "tensors");
  }

  @Test
  void aStorageDescribedTwiceDifferentlyIsRejected() {
    byte[] pickle =
        new PickleBytes()
            .op('}', '(')
            .text("a")
            .floats("0", 4)
            .text("b")
            .floats("0", 3)
            .op('u')
            .stop();

    attempt.rejectsPickle(pickle, new int[] {16}, "storage 0");
  }

  @Test
  void unknownElementTypesAreRejectedOnlyAmongTheWeights() throws IOException {
    PickleBytes pickle = new PickleBytes().op('}', '(').text("other").op('}').text("c");
    pickle.tensor("ComplexFloatStorage", "1", 1, 0, new long[0], new long[0]).op('s');
    pickle.text("model").op('}').text("w").floats("0", 4).op('s', 'u');
    byte[] beside =
        new ZipBytes()
            .stored("a/data.pkl", pickle.stop())
            .stored("a/data/0", new byte[16])
            .finish();
    byte[] among =
        new PickleBytes()
            .op('}')
            .text("c")
            .tensor("ComplexFloatStorage", "0", 1, 0, new long[0], new long[0])
            .op('s')
            .stop();

    assertThat(attempt.read(beside).weights().tensors()).containsOnlyKeys("w");
    attempt.rejectsPickle(among, new int[] {8}, "ComplexFloatStorage");
  }

  @Test
  void anEmptyStateDictIsRejected() {
    attempt.rejectsPickle(new PickleBytes().op('}').stop());
  }
}

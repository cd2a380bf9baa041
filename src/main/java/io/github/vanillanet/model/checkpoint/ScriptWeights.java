package io.github.vanillanet.model.checkpoint;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the weights back out of a TorchScript archive as {@link TorchArchive} writes it. The code
 * in the archive is passed over; nothing in the file is executed.
 */
public final class ScriptWeights {

  private ScriptWeights() {}

  private record Module(String prefix, PickleDict attributes) {}

  /**
   * Tensors of all submodules under their dotted names. What lies in the outermost module itself,
   * mean and standard deviation of the pixels, is none of the weights.
   *
   * @return views of a mapping of the file, as {@link TorchCheckpoint} has them
   * @throws ServiceException {@code BAD_ARTIFACT} if it is no such archive
   */
  public static StateDict read(Path archive) {
    try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ)) {
      FileWindows windows = new FileWindows(channel);
      Allowance allowance = Allowance.forFile("the artifact's tensors", windows.size());
      TensorMemory memory = new TensorMemory(allowance);
      Unpickled unpickled = ZipFormat.readModule(windows, memory);
      TensorReader reader =
          new TensorReader(
              unpickled.storages(),
              memory,
              Allowance.forFile("the artifact's tensors", windows.size()));
      Map<String, HostTensor> weights = new LinkedHashMap<>();
      tensors(unpickled.root())
          .forEach((name, tensor) -> weights.put(name, reader.read(name, tensor)));
      return new StateDict(weights);
    } catch (ServiceException | IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_ARTIFACT, "%s: %s".formatted(archive, e.getMessage()), e);
    }
  }

  private static Map<String, TensorRef> tensors(Object root) {
    Map<String, TensorRef> tensors = new LinkedHashMap<>();
    Deque<Module> modules = new ArrayDeque<>();
    modules.add(module("", root));
    while (!modules.isEmpty()) {
      Module module = modules.removeFirst();
      module
          .attributes()
          .entries()
          .forEach(
              (key, value) -> {
                String name = module.prefix() + key;
                if (value instanceof PickleObject) {
                  modules.add(module(name + '.', value));
                } else if (value instanceof TensorRef tensor && !module.prefix().isEmpty()) {
                  tensors.put(name, tensor);
                }
              });
    }
    return tensors;
  }

  private static Module module(String prefix, Object value) {
    if (value instanceof PickleObject object && object.state() instanceof PickleDict attributes) {
      return new Module(prefix, attributes);
    }
    throw Refusal.of("expected a module in the archive, found %s", Refusal.kind(value));
  }
}

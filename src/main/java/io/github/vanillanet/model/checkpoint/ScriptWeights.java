package io.github.vanillanet.model.checkpoint;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

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
 * Reads the weights of a TorchScript archive that {@link TorchArchive} wrote. The code in the
 * archive is ignored; nothing in the file is executed.
 */
public final class ScriptWeights {

  private ScriptWeights() {}

  private record Module(String prefix, PickleDict attributes) {}

  /**
   * Reads the tensors of all submodules under their dotted names. The tensors of the outermost
   * module, mean and standard deviation of the pixels, are not weights.
   *
   * @return views of a mapping of the file, like those of {@link TorchCheckpoint}
   * @throws ServiceException {@code BAD_ARTIFACT} if the file is not such an archive
   */
  public static StateDict read(Path archive) {
    try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ)) {
      FileWindows windows = new FileWindows(channel);
      String what = "the artifact's tensors";
      TensorMemory memory = new TensorMemory(Allowance.forFile(what, windows.size()));
      Unpickled unpickled = ZipFormat.readModule(windows, memory);
      Allowance allowance = Allowance.forFile(what, windows.size());
      return new TensorReader(unpickled.storages(), memory, allowance)
          .readAll(tensors(unpickled.root()));
    } catch (ServiceException | IOException e) {
      throw BAD_ARTIFACT.error(e, "%s: %s", archive, e.getMessage());
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
    throw Rejection.of("expected a module in the archive, found %s", Rejection.kind(value));
  }
}

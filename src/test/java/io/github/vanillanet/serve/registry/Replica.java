package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.scheduler.Lane;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A service without its routes, with the model {@code narrow}. */
final class Replica {

  final ModelRegistry registry = new ModelRegistry();
  final List<ModelId> loads = new ArrayList<>();
  final Set<Integer> unloadable = new HashSet<>();
  final VersionSwitch versions;
  final RepositoryFollower follower;

  Replica(ModelRepository repository, Ticker ticker) {
    versions = new VersionSwitch(repository, this::load, registry, new SwapGuard.Limits(10, 2), 2);
    follower = new RepositoryFollower(repository, Map::of, versions, registry, ticker);
  }

  ServedModel load(StoredVersion version) {
    loads.add(version.id());
    if (unloadable.contains(version.id().version())) {
      throw BAD_ARTIFACT.error("%s cannot be loaded", version.id());
    }
    return PublishedModels.served(version, new Lane(version.id().toString(), new Zeros(), 1));
  }

  void poll() {
    follower.poll(() -> false);
  }

  Optional<Integer> live() {
    return registry.live("narrow").map(ModelId::version);
  }

  private record Zeros() implements ModelInstance {
    @Override
    public void attachToThread() {}

    @Override
    public float[] forward(InputKind kind, ByteBuffer input, int samples) {
      return new float[samples * PublishedModels.CLASSES];
    }

    @Override
    public void close() {}
  }
}

package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.certify.EquivalenceCheck;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.Float64Reference;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.fuse.Reparameterizer;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import io.github.vanillanet.model.network.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Publishes weights as a version: select, fuse, write the artifact, certify, publish. A failure
 * leaves the repository unchanged. So does a candidate with the same weights, network,
 * preprocessing and labels as an existing version, if this release would write its artifact in the
 * same format.
 *
 * @param threads of the certificate's forward passes
 * @param progress receives the name of each step
 */
public record ModelPublisher(
    TorchRuntime runtime, ModelRepository repository, int threads, Consumer<String> progress) {

  /**
   * @return the new version, or the existing one
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_CHECKPOINT} if the weights
   *     do not fit their network
   * @throws io.github.vanillanet.base.error.ServiceException {@code NOT_EQUIVALENT} if the slope is
   *     not 1 or the certificate does not hold
   */
  public StoredVersion publish(Candidate candidate) {
    Network source = candidate.network();
    StateDict weights = ParameterTable.of(source).select(candidate.weights());
    CandidateIdentity identity = CandidateIdentity.of(candidate, weights);
    VersionPublisher publisher = new VersionPublisher(repository);
    Optional<StoredVersion> existing = publisher.find(candidate.name(), identity::matches);
    if (existing.isPresent()) {
      return existing.get();
    }
    Network deployed = Network.of(source.architecture(), Form.DEPLOYED);
    try (Float64Reference reference = new Float64Reference(runtime)) {
      runtime.setThreads(threads);
      progress.accept("fusing");
      StateDict fused =
          source.form() == Form.DEPLOYED
              ? weights
              : Reparameterizer.fuse(source, weights, candidate.slope(), reference::product);
      EquivalenceCheck.Fuse fuse = new EquivalenceCheck.Fuse(source, weights, deployed, fused);
      return publisher
          .publish(
              candidate.name(),
              candidate.labels(),
              identity::matches,
              folder -> write(folder, candidate, fuse, reference))
          .version();
    }
  }

  private Manifest write(
      Path folder, Candidate candidate, EquivalenceCheck.Fuse fuse, Float64Reference reference)
      throws IOException {
    progress.accept("writing");
    Path artifact = folder.resolve(StoredVersion.ARTIFACT);
    DeployedModule.of(
            fuse.deployed(), fuse.fusedWeights(), candidate.preprocessing(), Arithmetic.PUBLISHED)
        .write(artifact);
    TorchArchive.writeCheckpoint(
        folder.resolve(StoredVersion.CHECKPOINT), Map.of("model", fuse.sourceWeights().tensors()));

    progress.accept("proving");
    Certificate certificate = certify(artifact, candidate, fuse, reference);
    Architecture architecture = fuse.deployed().architecture();
    Cost cost = Cost.of(fuse.deployed());
    return new Manifest(
        Manifest.FORMAT,
        candidate.name(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        candidate.trained(),
        architecture,
        architecture.depth(),
        cost.parameters(),
        cost.macs(),
        candidate.preprocessing(),
        Precision.FLOAT32,
        candidate.origin(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        certificate);
  }

  private Certificate certify(
      Path artifact, Candidate candidate, EquivalenceCheck.Fuse fuse, Float64Reference reference)
      throws IOException {
    Architecture net = fuse.deployed().architecture();
    try (ModelInstance instance =
        TorchInstance.load(
            runtime, artifact, Device.CPU, net.inputHeight(), net.inputWidth(), threads)) {
      return EquivalenceCheck.certify(
          reference,
          fuse,
          Sha256.of(artifact),
          instance,
          candidate.preprocessing(),
          Map.of("java", System.getProperty("java.version"), "libtorch", runtime.version()));
    }
  }
}

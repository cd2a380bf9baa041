package io.github.vanillanet.train.loop;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The best candidate of a run with its weights, as a file that {@code torch.load} reads: the
 * weights as {@code model}, its measurements and the specification as {@code args}.
 */
public record CandidateFile(Path path) {

  private static final String MODEL = "model";
  private static final String EPOCH = "candidate_epoch";
  private static final String AVERAGE = "candidate_average";
  private static final String ACCURACY = "candidate_accuracy";
  private static final String LOSS = "candidate_loss";

  /**
   * Replaces the file. After a crash, the file holds the old or the new candidate.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the file cannot be written; the old file
   *     is intact
   */
  void write(Candidate candidate, TrainingState state) {
    Map<String, Object> arguments = new LinkedHashMap<>(state.spec().arguments());
    arguments.put(EPOCH, (long) candidate.epoch());
    arguments.put(AVERAGE, candidate.average());
    arguments.put(ACCURACY, candidate.accuracy());
    arguments.put(LOSS, candidate.loss());
    Map<String, Object> content = new LinkedHashMap<>();
    content.put(MODEL, state.weights(candidate.average()).tensors());
    content.put("epoch", candidate.epoch());
    content.put("args", arguments);
    try {
      DurableFiles.replace(path, file -> TorchArchive.writeCheckpoint(file, content));
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(
          e, "cannot write the candidate %s: %s; the previous candidate is intact", path, e);
    }
  }

  /**
   * Reads the measurements; empty if there is no file.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is damaged
   */
  Optional<Candidate> read() {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    Map<String, Object> arguments = checkpoint().trainingArguments();
    if (arguments.get(EPOCH) instanceof Long epoch
        && arguments.get(AVERAGE) instanceof Boolean average
        && arguments.get(ACCURACY) instanceof Double accuracy
        && arguments.get(LOSS) instanceof Double loss) {
      return Optional.of(new Candidate(Math.toIntExact(epoch), average, accuracy, loss));
    }
    throw BAD_CHECKPOINT.error("%s: expected the measurements of a candidate, found none", path);
  }

  /**
   * Reads the weights of the training form.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is missing or damaged
   */
  public StateDict weights() {
    return checkpoint().weights();
  }

  private TorchCheckpoint checkpoint() {
    return TorchCheckpoint.read(path, Optional.of(MODEL));
  }
}

package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.config.RepositoryLocation;
import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.model.bucket.Bucket;
import io.github.vanillanet.model.bucket.BucketPublisher;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code push}: uploads a version to a bucket, and makes it the active one there. */
@Command(
    name = "push",
    description = "Upload a version to a bucket. All services that read the bucket then serve it.")
final class PushCommand implements Callable<Integer> {

  @Parameters(paramLabel = "MODEL", description = "NAME for its active version, or NAME/VERSION")
  private String model;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "s3://BUCKET/PREFIX",
      description = "where the models are; vanillanet.s3.* chooses the store")
  private RepositoryLocation to;

  @Mixin private Options.RepositoryOption repository;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!to.isBucket()) {
      throw new ParameterException(spec.commandLine(), "--to: expected s3://BUCKET/PREFIX");
    }
    ModelRepository models = repository.open();
    ModelId id =
        Optional.of(model)
            .filter(it -> ModelId.isName(it.split("/", 2)[0]))
            .flatMap(models::find)
            .filter(models::contains)
            .orElseThrow(() -> MODEL_NOT_FOUND.error("%s has no version %s", models.root(), model));
    try (Bucket bucket = Bucket.open(to, Settings.read().s3())) {
      ModelId pushed = new BucketPublisher(bucket).push(models.open(id));
      spec.commandLine().getOut().printf("%s is the active version in %s%n", pushed, to.text());
      return 0;
    }
  }
}

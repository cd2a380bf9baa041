package io.github.vanillanet.train.cluster;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A volume claim for a training's pod, mounted at the same path as in the service's pod, because
 * the files of a job contain absolute paths.
 *
 * @param setting that names the claim, for messages
 * @param claim required by {@link KubernetesExecutor#check}
 */
public record ClaimMount(
    String name, String setting, Optional<String> claim, Path path, boolean readOnly) {}

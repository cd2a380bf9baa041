package io.github.vanillanet.train.jobs;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The command line of a job's process: this Java, this jar, its own heap, a lower priority.
 *
 * @param nice the program of that name, where there is one
 * @param java executable
 * @param heap as {@code -Xmx} takes it: {@code 2g}
 * @param jar that the service was started from
 */
public record ChildCommand(Optional<Path> nice, Path java, String heap, Path jar) {

  private static final String NICENESS = "10";

  /** With the Java that runs this, and {@code nice} if the search path has it. */
  public static ChildCommand of(String heap, Path jar) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    Optional<Path> nice =
        Arrays.stream(path.split(File.pathSeparator))
            .filter(folder -> !folder.isEmpty())
            .map(folder -> Path.of(folder, "nice"))
            .filter(Files::isExecutable)
            .findFirst();
    return new ChildCommand(nice, java, heap, jar);
  }

  /** {@code nice -n 10 java -Xmx2g … -jar quarkus-run.jar train --job DIR}. */
  public List<String> line(Path folder) {
    List<String> line = new ArrayList<>();
    nice.ifPresent(program -> line.addAll(List.of(program.toString(), "-n", NICENESS)));
    line.add(java.toString());
    line.add("-Xmx" + heap);
    line.add("-XX:+ExitOnOutOfMemoryError"); // a half-dead process would keep the job's lock
    line.add("-XX:ErrorFile=" + folder.resolve("crash.log"));
    line.addAll(List.of("-jar", jar.toString(), "train", "--job", folder.toString()));
    return line;
  }
}

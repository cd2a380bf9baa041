package io.github.vanillanet.train.jobs;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The command line of a job's process: the same Java and jar as the service, with its own heap and
 * a lower priority.
 *
 * @param nice path of that program, if it is installed
 * @param java path of the executable
 * @param heap value of {@code -Xmx}, such as {@code 2g}
 * @param jar of the service
 */
public record ChildCommand(Optional<Path> nice, Path java, String heap, Path jar) {

  private static final String NICENESS = "10";

  /** Uses the Java that runs this code, and {@code nice} if it is on the search path. */
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
    line.add("-XX:+ExitOnOutOfMemoryError"); // a process without memory would keep the lock
    line.add("-XX:ErrorFile=" + folder.resolve("crash.log"));
    line.addAll(List.of("-jar", jar.toString(), "train", "--job", folder.toString()));
    return line;
  }
}

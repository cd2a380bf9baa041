package io.github.vanillanet.serve.scheduler;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The time for which a thread and the native threads that it started were ready to run but had no
 * processor, from Linux's scheduler statistics. It is 0 where these do not exist.
 *
 * <p>OpenMP starts the threads of a team from the thread that computes, and the kernel gives a new
 * thread the name of the thread that started it. So the computing thread gets a name that is unique
 * in the process, and all threads with this name are counted. Java keeps its own name of the
 * thread. Used by one thread at a time.
 *
 * @see <a href="https://docs.kernel.org/scheduler/sched-stats.html">schedstat</a>
 */
final class ProcessorWait {

  private static final Path TASKS = Path.of("/proc/self/task");
  private static final Path THIS_TASK = Path.of("/proc/thread-self");

  private final Optional<String> name;
  private final Map<String, Task> counted = new HashMap<>();
  private final Set<String> others = new TreeSet<>();

  private ProcessorWait(Optional<String> name) {
    this.name = name;
  }

  /** Names the calling thread in the kernel. Threads that it starts later are counted with it. */
  static ProcessorWait ofThisThread() {
    try {
      String name = "lane-" + Files.readSymbolicLink(THIS_TASK).getFileName();
      Files.writeString(THIS_TASK.resolve("comm"), name);
      return new ProcessorWait(Optional.of(name));
    } catch (IOException | UnsupportedOperationException e) { // not Linux, or no /proc
      return new ProcessorWait(Optional.empty());
    }
  }

  /**
   * The time that the threads waited since the last call. It can exceed {@code elapsed}, because
   * several threads wait at the same time, and because the first call counts from an earlier time.
   *
   * @param elapsed nanoseconds since the last call
   */
  long nanos(long elapsed) {
    if (name.isEmpty()) {
      return 0;
    }
    long nanos = 0;
    try {
      findThreads(name.get());
      for (Task task : counted.values()) {
        nanos += task.waited(elapsed);
      }
    } catch (IOException e) {
      return nanos; // a thread ended between two of the reads
    }
    return nanos;
  }

  /** The number of threads that the last call counted. */
  int threads() {
    return counted.size();
  }

  private void findThreads(String wanted) throws IOException {
    Set<String> present = new TreeSet<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        String id = task.getFileName().toString();
        present.add(id);
        if (!counted.containsKey(id) && others.add(id) && isNamed(task, wanted)) {
          others.remove(id);
          counted.put(id, new Task(task));
        }
      }
    }
    counted.keySet().retainAll(present);
    others.retainAll(present);
  }

  private static boolean isNamed(Path task, String wanted) {
    try {
      return Files.readString(task.resolve("comm")).strip().equals(wanted);
    } catch (IOException e) {
      return false; // the thread has ended
    }
  }

  /** One thread. The kernel adds a wait only when it ends, so a wait that lasts is estimated. */
  private static final class Task {

    private final Path folder;
    private long ran = -1;
    private long waited;
    private long estimated; // of the wait that lasts

    Task(Path folder) {
      this.folder = folder;
    }

    long waited(long elapsed) throws IOException {
      String[] fields = Files.readString(folder.resolve("schedstat")).strip().split(" ");
      long nowRan = Long.parseLong(fields[0]);
      long nowWaited = Long.parseLong(fields[1]);
      if (nowRan == ran && isRunnable()) {
        estimated += elapsed;
        return elapsed;
      }
      long more = ran < 0 ? 0 : Math.max(0, nowWaited - waited - estimated);
      ran = nowRan;
      waited = nowWaited;
      estimated = 0;
      return more;
    }

    /** The state follows the name, which is in parentheses. */
    private boolean isRunnable() throws IOException {
      String stat = Files.readString(folder.resolve("stat"));
      return stat.startsWith(" R", stat.lastIndexOf(')') + 1);
    }
  }
}

package io.github.vanillanet.base.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Name, size and time of each file directly in a folder, without hidden ones. Two equal states mean
 * that nothing has changed, without reading the files.
 *
 * @param files sorted by name; empty if the folder cannot be read
 */
public record FolderState(List<Entry> files) {

  /** One file. */
  public record Entry(String name, long bytes, FileTime written) {}

  public FolderState {
    files = List.copyOf(files);
  }

  public static FolderState of(Path folder) {
    List<Entry> files = new ArrayList<>();
    try {
      for (Path file : FolderTree.entries(folder)) {
        String name = file.getFileName().toString();
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!name.startsWith(".") && attributes.isRegularFile()) {
          files.add(new Entry(name, attributes.size(), attributes.lastModifiedTime()));
        }
      }
    } catch (IOException e) {
      return new FolderState(List.of());
    }
    files.sort(Comparator.comparing(Entry::name));
    return new FolderState(files);
  }
}

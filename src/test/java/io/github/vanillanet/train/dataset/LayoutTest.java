package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.train.dataset.PhotoFolder.kinds;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTest {

  private static final ValidationRule RULE =
      new ValidationRule(ValidationRule.Source.FOLDER_IF_PRESENT, 0.25, 1, 7);

  private long seed;

  @TempDir Path root;

  private PhotoFolder photos;

  @BeforeEach
  void open() {
    photos = new PhotoFolder(root);
  }

  @ParameterizedTest
  @CsvSource({
    "train, valid, test",
    "Train, Val, Test",
    "training, validation, testing",
    "TRAIN, dev, test",
    "my photos/train, my photos/val, my photos/test"
  })
  void splitsHaveManyNames(String train, String val, String test) {
    fill(train, val, test);
    photos.text("readme.txt", "hello");

    ImageFolder folder = scan();

    assertThat(folder.classNames()).containsExactly("ant", "bee");
    assertThat(folder.training()).hasSize(8);
    assertThat(folder.validation()).hasSize(8);
    assertThat(folder.test()).hasSize(8);
    assertThat(folder.sources())
        .containsEntry(Split.TRAINING, train)
        .containsEntry(Split.VALIDATION, val)
        .containsEntry(Split.TEST, test);
    assertThat(folder.objections()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "photos"})
  void classFoldersAreSplit(String base) {
    fill(base);

    ImageFolder folder = scan();

    assertThat(folder.classNames()).containsExactly("ant", "bee");
    assertThat(folder.training()).hasSize(6);
    assertThat(folder.validation()).hasSize(2);
    assertThat(folder.sources().get(Split.VALIDATION)).contains("25 %");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file,label\n%s",
        "\ufeffFilename;Class\n%s",
        "id\tImage Path\tcategory\n%s",
        "%s",
      })
  void aTableLabelsFlatFiles(String form) {
    char separator = form.contains(";") ? ';' : form.contains("\t") ? '\t' : ',';
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      picture("set/%d.png".formatted(i));
      String first = form.startsWith("id") ? "7\t" : "";
      rows.append("%s%d.png%s\"%s\"\n".formatted(first, i, separator, i < 4 ? "ant" : "a, b"));
    }
    picture("set/other.png");
    photos.text(
        "set/labels.csv", form.formatted(rows + (form.startsWith("id") ? "" : "no.png,ant\n")));

    ImageFolder folder = scan();

    assertThat(folder.classNames()).containsExactly("a, b", "ant");
    assertThat(folder.training()).hasSize(6);
    assertThat(folder.dropped()).extracting(Dropped::file).containsExactly("set/other.png");
    assertThat(folder.objections()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "metadata.csv | file_name,label~1.png,ant~deeper/2.png,bee",
        "metadata.jsonl |"
            + " {'file_name':'1.png','label':'ant','box':[1,2]}~~{'label':'bee','file_name':'deeper/2.png'}~",
        "Metadata.JSONL | {'file_name':'1.png','label':'ant'}"
            + " {'file_name':'deeper/2.png','label':'bee'}",
      })
  void aTableInEachSplitLabelsItsFiles(String table, String rows) {
    for (String split : List.of("train", "validation")) {
      picture(split + "/1.png");
      picture(split + "/deeper/2.png");
      photos.text(split + "/" + table, rows.replace('~', '\n').replace('\'', '"'));
    }

    ImageFolder folder = scan();

    assertThat(folder.classNames()).containsExactly("ant", "bee");
    assertThat(folder.training()).hasSize(2);
    assertThat(folder.validation()).hasSize(2);
    assertThat(folder.sources()).containsEntry(Split.VALIDATION, "validation/" + table);
  }

  @Test
  void aTableAtTheTopNamesTheSplits() {
    for (String name : List.of("train/1.png", "train/2.png", "val/1.png", "3.png")) {
      picture(name);
    }
    photos.text(
        "metadata.csv",
        """
        file_name,split,label
        train/1.png,,ant
        train/2.png,,bee
        val/1.png,,ant
        3.png,test,bee
        ../secret.png,,ant
        """);

    ImageFolder folder = scan();

    assertThat(folder.training()).hasSize(2);
    assertThat(folder.validation()).hasSize(1);
    assertThat(folder.test()).hasSize(1);
    assertThat(kinds(folder)).contains(Finding.Kind.MISSING_FILE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "labels.csv | x,y~1,2~",
        "metadata.jsonl | {'file':1,'text':'ant'}",
        "metadata.jsonl | {'file_name':'1.png','label':",
        "metadata.jsonl | [1]",
      })
  void aTableWithOtherColumnsIsRejected(String table, String rows) {
    picture("1.png");
    photos.text(table, rows.replace('~', '\n').replace('\'', '"'));

    assertThat(kinds(scan())).contains(Finding.Kind.UNKNOWN_LAYOUT);
    assertThat(scan().objections()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "1.png, 2.png, UNKNOWN_LAYOUT",
    "train/1.png, val/2.png, UNKNOWN_LAYOUT",
    "val/ant/1.png, test/ant/2.png, UNKNOWN_LAYOUT",
    "train/ant/1.png, training/ant/2.png, UNKNOWN_LAYOUT",
    "insects/ant/1.png, birds/jay/2.png, NESTED_CLASSES",
    "train/insects/ant/1.png, train/birds/jay/2.png, NESTED_CLASSES",
    "ant/train/1.png, bee/train/2.png, NESTED_CLASSES"
  })
  void anotherLayoutIsRejectedInOneObjectionAtMostPerFolder(
      String one, String other, Finding.Kind objection) {
    picture(one);
    picture(other);

    assertThat(scan().objections())
        .singleElement()
        .satisfies(finding -> assertThat(finding.kind()).isEqualTo(objection));
  }

  @Test
  void aClassMayHaveTheNameOfASplit() {
    for (int i = 0; i < 4; i++) {
      picture("test/%d.png".formatted(i));
      picture("production/%d.png".formatted(i));
    }

    assertThat(scan().classNames()).containsExactly("production", "test");
  }

  private ImageFolder scan() {
    return photos.scan(RULE);
  }

  private void fill(String... splits) {
    for (String split : splits) {
      for (int i = 0; i < 4; i++) {
        picture("%s/ant/%d.png".formatted(split, i));
        picture("%s/bee/%d.png".formatted(split, i));
      }
    }
  }

  private void picture(String name) {
    photos.photo(name, seed++);
  }
}

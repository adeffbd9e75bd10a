package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code carrel}, wherever its checkout is and whoever runs it. */
class ScriptIT {
  private Path directory;
  private Checkout copy;

  @BeforeEach
  void copyCheckout(@TempDir Path temporary) throws IOException {
    directory = temporary.toRealPath();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Checkout original = Checkout.underTest();
    copy = new Checkout(Files.createDirectory(directory.resolve("a checkout")));
    Files.setPosixFilePermissions(copy.directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Trees.copyForAll(original.script(), copy.script());
    Files.createDirectories(copy.distribution().getParent());
    Trees.copyForAll(original.distribution(), copy.distribution());
  }

  private static Carrel command(Checkout checkout, String... words) {
    return Carrel.command(words).of(checkout);
  }

  private static void works(Carrel command) {
    Carrel.Result result = command.run();
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("works\n");
  }

  private FileTime prepared(Checkout checkout) throws IOException {
    try (Stream<Path> files = Files.walk(checkout.distribution().resolve("java"))) {
      return Files.getLastModifiedTime(files.filter(file -> file.endsWith("options")).findAny().orElseThrow());
    }
  }

  @Test
  void it_works_where_it_was_moved_to() throws IOException {
    works(command(copy, "run", "--no-cwd", "--", "echo", "works"));
    Checkout moved = new Checkout(Files.move(copy.directory(), directory.resolve("moved $HOME 'there'")));
    works(command(moved, "run", "--no-cwd", "--", "echo", "works"));
  }

  @Test
  void another_name_of_the_same_place_prepares_nothing_anew() throws IOException {
    works(command(copy, "run", "--no-cwd", "--", "echo", "works"));
    FileTime before = prepared(copy);
    Path link = Files.createSymbolicLink(directory.resolve("link"), copy.directory());

    works(command(new Checkout(link), "run", "--no-cwd", "--", "echo", "works"));
    works(command(new Checkout(copy.directory().resolve("launcher/..")), "run", "--no-cwd", "--", "echo", "works"));
    assertThat(prepared(copy)).isEqualTo(before);
  }

  @Test
  void names_in_any_script_are_understood_whatever_the_locale() throws IOException {
    Path strange = Files.createDirectory(directory.resolve("Bücher 本"));
    Files.writeString(strange.resolve("file"), "works\n");

    works(command(copy, "run", "--", "cat", "file").in(strange).withVariable("LC_ALL", "C"));
    works(command(copy, "run", "--no-cwd", "--expose=" + strange, "--", "cat", strange + "/file").withVariable("LC_ALL", "POSIX"));
  }

  @Test
  @Tag(User.ROOT)
  void one_that_root_has_built_can_be_run_by_everybody() {
    User user = User.ordinary().orElseGet(() -> abort("needs a user " + User.TEST_USER));
    works(command(copy, "run", "--no-cwd", "--", "echo", "works").as(user));
  }
}

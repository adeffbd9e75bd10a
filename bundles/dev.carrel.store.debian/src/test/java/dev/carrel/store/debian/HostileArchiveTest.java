package dev.carrel.store.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused. Every archive is a real .deb file. */
class HostileArchiveTest {
  @TempDir Path temp;
  Path item;
  /** What a hostile archive would like to write. */
  Path outside;

  @BeforeEach
  void empty_item_beside_a_file_that_must_stay() throws IOException {
    item = Files.createDirectory(temp.resolve("item"));
    outside = Files.writeString(temp.resolve("outside"), "untouched");
  }

  private void unpack(DebBuilder builder) throws IOException {
    new DebArchive("victim 1.0").unpack(builder.build(temp.resolve("victim.deb")), item);
  }

  private void refuses(DebBuilder builder, String... words) {
    assertThatThrownBy(() -> unpack(builder)).isInstanceOf(CarrelException.class)
        .hasMessageContaining("victim 1.0").hasMessageContainingAll(words);
    assertThat(outside).hasContent("untouched");
    assertThat(temp.toFile().list()).containsExactlyInAnyOrder("item", "outside", "victim.deb");
  }

  @Test
  void a_link_of_the_root_to_anywhere_else_is_refused() {
    refuses(new DebBuilder().symlink("./bin", "tmp"), "./bin", "symbolic link");
  }

  @Test
  void absolute_names_are_refused() {
    refuses(new DebBuilder().file("/etc/passwd", "x"), "/etc/passwd", "absolute");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../outside", "./usr/../../outside", "usr/..", ".."})
  void names_that_climb_are_refused(String name) {
    refuses(new DebBuilder().file(name, "x"), name, "'..'");
  }

  @Test
  void a_directory_that_climbs_is_refused() {
    refuses(new DebBuilder().directory("./../evil/"), "'..'");
  }

  @Test
  void relative_links_that_leave_the_package_are_refused() {
    refuses(new DebBuilder().symlink("./etc/a", "../../outside"), "./etc/a", "leaves the package");
  }

  @Test
  void nothing_is_written_through_a_link() {
    refuses(new DebBuilder().symlink("./etc", temp.toString()).file("./etc/outside", "x"), "./etc/outside", "symbolic link");
  }

  @Test
  void no_link_is_replaced_by_a_file_or_directory() {
    refuses(new DebBuilder().symlink("./outside", "/outside").file("./outside", "x"), "./outside", "twice");
  }

  @Test
  void nothing_is_written_through_a_link_that_merging_moved() {
    refuses(new DebBuilder().symlink("./usr/lib", temp.toString()).file("./lib/outside", "x"), "./lib/outside", "symbolic link");
  }

  @Test
  void a_directory_over_a_link_is_refused() {
    refuses(new DebBuilder().symlink("./etc", temp.toString()).directory("./etc/"), "./etc/", "symbolic link");
  }

  @Test
  void names_that_are_there_twice_are_refused() {
    refuses(new DebBuilder().file("./usr/a", "1").file("./usr/a", "2"), "./usr/a", "twice");
  }

  @Test
  void names_that_are_there_twice_after_merging_are_refused() {
    refuses(new DebBuilder().file("./bin/a", "1").file("./usr/bin/a", "2"), "./usr/bin/a", "twice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "../outside", "./etc/missing", "./link", "./etc"})
  void hard_links_to_anything_but_an_earlier_file_are_refused(String target) {
    refuses(new DebBuilder().directory("./etc/").symlink("./link", "etc").hardLink("./etc/hard", target), "./etc/hard", "hard link");
  }

  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO, (byte) 'Z'})
  void devices_and_fifos_and_unknown_kinds_are_refused(byte kind) {
    refuses(new DebBuilder().entry("./dev/x", kind, "", 0666, new byte[0]), "./dev/x");
  }

  @Test
  void names_that_are_no_utf_8_are_refused() {
    refuses(new DebBuilder().data(tar -> DebBuilder.write(tar, "./usr/MARK", TarConstants.LF_NORMAL, "", 0644, new byte[0]))
        .compression("").patch("MARK", new byte[] {'a', (byte) 0xff, (byte) 0xfe, 'b'}), "no UTF-8");
  }

  @Test
  void a_nul_in_a_name_is_refused() {
    byte[] name = "./usr/a\0b\0".getBytes(StandardCharsets.UTF_8);
    refuses(new DebBuilder().data(tar -> DebBuilder.write(tar, "././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME, "", 0644, name))
        .file("./usr/x", "x"), "NUL");
  }

  @Test
  void link_targets_that_are_no_utf_8_are_refused() {
    refuses(new DebBuilder().symlink("./usr/x", "MARK").compression("").patch("MARK", new byte[] {'a', (byte) 0xc3, 'b', 'c'}), "./usr/x", "no UTF-8");
  }

  @Test
  void sparse_files_are_refused() {
    refuses(new DebBuilder().entry("./usr/x", TarConstants.LF_GNUTYPE_SPARSE, "", 0644, new byte[0]), "./usr/x", "sparse");
  }

  @Test
  void control_files_in_the_data_are_refused() {
    refuses(new DebBuilder().file("./DEBIAN/postinst", "evil"), "./DEBIAN/postinst", "control");
  }

  @ParameterizedTest
  @ValueSource(strings = {"./sub/postinst", "../postinst", "/postinst"})
  void control_files_elsewhere_are_refused(String name) {
    refuses(new DebBuilder().control(name, "evil", 0755), name);
  }

  @Test
  void links_among_the_control_files_are_refused() {
    refuses(new DebBuilder().control(tar -> DebBuilder.write(tar, "./postinst", TarConstants.LF_SYMLINK, "/bin/sh", 0777, new byte[0])), "./postinst");
  }

  @Test
  void a_file_of_a_terabyte_is_refused_by_its_header() {
    refuses(new DebBuilder().data(tar -> {
      TarArchiveEntry entry = new TarArchiveEntry("./huge");
      entry.setSize(1L << 40);
      tar.putArchiveEntry(entry);
      // Never written: the archive ends here, as after an attack.
      tar.flush();
      throw new Unfinished();
    }), "./huge", "1099511627776");
  }

  /** Leaves a tar archive as it is. */
  static final class Unfinished extends IOException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void a_bomb_is_stopped() {
    byte[] zeros = new byte[1 << 20];
    DebBuilder bomb = new DebBuilder();
    for (int i = 0; i < 100; i++) {
      bomb.entry("./usr/zeros" + i, TarConstants.LF_NORMAL, "", 0644, zeros);
    }
    refuses(bomb, "unpacks to more than");
  }

  @Test
  void a_name_of_megabytes_is_stopped_before_it_is_in_memory() {
    refuses(new DebBuilder().data(tar -> DebBuilder.write(tar, "././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME, "", 0644, new byte[8 << 20]))
        .file("./x", "x"), "too long");
  }

  @Test
  void a_truncated_archive_is_damaged_not_half_an_item() throws IOException {
    Path deb = new DebBuilder().file("./usr/a", "a".repeat(100_000)).build(temp.resolve("victim.deb"));
    byte[] whole = Files.readAllBytes(deb);
    for (int length : new int[] {0, 7, 60, 70, whole.length / 2, whole.length - 20}) {
      Files.write(deb, Arrays.copyOf(whole, length));
      Path fresh = Files.createTempDirectory(temp, "item");
      assertThatThrownBy(() -> new DebArchive("victim 1.0").unpack(deb, fresh)).as("cut at %s", length)
          .isInstanceOf(CarrelException.class).hasMessageContaining("victim 1.0").hasMessageContaining("damaged");
    }
  }

  /** So large that dpkg-deb decompresses it, where there is one. */
  private static DebBuilder large() {
    byte[] noise = new byte[200_000];
    new java.util.Random(1).nextBytes(noise);
    return new DebBuilder().compression(".xz").entry("./usr/noise", TarConstants.LF_NORMAL, "", 0644, noise).file("./usr/last", "last");
  }

  @Test
  void a_large_archive_is_whole_or_damaged() throws IOException {
    Path deb = large().build(temp.resolve("large.deb"));
    new DebArchive("large 1.0").unpack(deb, item);
    assertThat(item.resolve("usr/noise")).hasSize(200_000);
    assertThat(item.resolve("usr/last")).hasContent("last");

    byte[] whole = Files.readAllBytes(deb);
    for (int length : new int[] {150_000, whole.length - 2000, whole.length - 40}) {
      Files.write(deb, Arrays.copyOf(whole, length));
      assertDamaged(deb);
    }
    byte[] changed = whole.clone();
    changed[150_000] ^= 1;
    Files.write(deb, changed);
    assertDamaged(deb);
  }

  private void assertDamaged(Path deb) throws IOException {
    Path fresh = Files.createTempDirectory(temp, "item");
    assertThatThrownBy(() -> new DebArchive("large 1.0").unpack(deb, fresh)).isInstanceOf(CarrelException.class)
        .hasMessageContaining("large 1.0").hasMessageContaining("damaged");
  }

  @Test
  void what_no_package_has_is_refused_in_a_large_archive_too() {
    refuses(large().file("../outside", "x"), "../outside");
  }

  @Test
  void a_large_bomb_is_stopped() {
    byte[] zeros = new byte[1 << 20];
    DebBuilder bomb = large();
    for (int i = 0; i < 300; i++) {
      bomb.entry("./usr/zeros" + i, TarConstants.LF_NORMAL, "", 0644, zeros);
    }
    refuses(bomb, "unpacks to more than");
  }

  @Test
  void anything_in_an_archive_may_be_noise() throws IOException {
    Path deb = new DebBuilder().compression("").directory("./usr/").file("./usr/a", "content").symlink("./usr/b", "a").hardLink("./usr/c", "./usr/a")
        .control("./control", "Package: victim\n", 0644).build(temp.resolve("victim.deb"));
    byte[] whole = Files.readAllBytes(deb);
    Random random = new Random(42);
    for (int round = 0; round < 2000; round++) {
      byte[] noisy = whole.clone();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        noisy[random.nextInt(noisy.length)] = (byte) random.nextInt(256);
      }
      Files.write(deb, noisy);
      Path fresh = Files.createDirectory(temp.resolve("noise" + round));
      try {
        new DebArchive("victim 1.0").unpack(deb, fresh);
      } catch (CarrelException e) {
        assertThat(e).hasMessageContaining("victim 1.0");
      }
    }
    assertThat(outside).hasContent("untouched");
  }

  @Test
  void what_is_no_deb_is_refused() throws IOException {
    Path deb = temp.resolve("victim.deb");
    DebBuilder.assemble(deb, List.of("control.tar", "debian-binary"), List.of(new byte[1024], "2.0\n".getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> new DebArchive("victim 1.0").unpack(deb, item)).isInstanceOf(CarrelException.class).hasMessageContaining("control.tar");
    refuses(new DebBuilder().format("3.0\n"), "debian-binary");
    DebBuilder.assemble(deb, List.of("debian-binary", "control.tar.lzma"), List.of("2.0\n".getBytes(StandardCharsets.UTF_8), new byte[10]));
    assertThatThrownBy(() -> new DebArchive("victim 1.0").unpack(deb, item)).isInstanceOf(CarrelException.class).hasMessageContaining("control.tar.lzma");
  }

  @Test
  void an_item_that_cannot_be_written_is_not_told_as_a_damaged_archive() throws IOException {
    Files.delete(item);
    assertThatThrownBy(() -> unpack(new DebBuilder().file("./x", "x"))).isInstanceOf(NoSuchFileException.class);
  }
}

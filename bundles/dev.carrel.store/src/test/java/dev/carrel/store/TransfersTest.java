package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static dev.carrel.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.StorePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransfersTest {
  @TempDir Path temporary;
  private DirectoryStore store;
  private DirectoryTransfers transfers;
  private DirectoryStore other;

  @BeforeEach
  void makeStores() {
    store = Samples.store(temporary.resolve("store"));
    transfers = new DirectoryTransfers(store, Samples.host());
    other = Samples.store(temporary.resolve("other"));
    store.realize(List.of(recipe("a", place -> {
      write(place, "usr/bin/a", "a");
      write(place, "usr/share/" + "long".repeat(40) + "/é x", "text");
      Files.createSymbolicLink(place.resolve("usr/share/link"), Path.of("/etc/shadow"));
      Files.setPosixFilePermissions(place.resolve("usr/bin/a"), PosixFilePermissions.fromString("rwxr-xr-x"));
    }, "b"), recipe("b", "a"), recipe("c")), Progress.silent());
  }

  @AfterEach
  void removeStores() throws IOException {
    Freeze.remove(temporary.resolve("store"));
    Freeze.remove(temporary.resolve("other"));
  }

  private byte[] exported(StorePath... items) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    transfers.send(List.of(items), out, Progress.silent());
    return out.toByteArray();
  }

  private List<StorePath> imported(byte[] archive) {
    return new DirectoryTransfers(other, Samples.host()).receive(new ByteArrayInputStream(archive), Progress.silent());
  }

  private void assertSame(StorePath item) throws IOException {
    assertThat(other.isValid(item)).isTrue();
    assertThat(Nar.of(other.locate(item), Samples.host())).isEqualTo(Nar.of(store.locate(item), Samples.host()));
    assertThat(other.closure(item)).isEqualTo(store.closure(item));
  }

  @Test
  void an_archive_brings_items_and_all_they_need() throws IOException {
    byte[] archive = exported(item("a"));
    assertThat(imported(archive)).containsExactlyInAnyOrder(item("a"), item("b"));
    assertSame(item("a"));
    assertThat(other.isValid(item("c"))).isFalse();
    assertThat(imported(archive)).as("again").hasSize(2);
    assertThat(temporary.resolve("other/staging")).isEmptyDirectory();
  }

  @Test
  void the_same_items_are_the_same_bytes() {
    assertThat(exported(item("a"), item("c"))).isEqualTo(exported(item("c"), item("b"), item("a")));
  }

  @Test
  void a_profile_takes_no_space_in_an_archive_and_none_where_it_arrives() throws IOException {
    StorePath profile = store.union("profile", List.of(item("a"), item("b")), Progress.silent());
    byte[] archive = exported(profile);
    assertThat(new String(archive, StandardCharsets.ISO_8859_1)).doesNotContain("items/" + profile.fileName());
    imported(archive);
    assertSame(profile);
    assertThat(Files.isSameFile(other.locate(profile).resolve("usr/bin/a"), other.locate(item("a")).resolve("usr/bin/a"))).isTrue();
  }

  @Test
  void a_configured_profile_arrives_as_it_is_and_shares_its_files_with_its_packages() throws IOException {
    StorePath profile = store.union("profile", List.of(item("a"), item("b")), new Finish("test", (tree, changes, based) -> write(changes, "etc/upper/made", "by a script")),
        Progress.silent());
    imported(exported(profile));
    assertSame(profile);
    assertThat(Files.isSameFile(other.locate(profile).resolve("usr/bin/a"), other.locate(item("a")).resolve("usr/bin/a"))).isTrue();
    DirectoryUpkeep upkeep = new DirectoryUpkeep(other, new DirectoryGenerations(other, Samples.host()));
    assertThat(upkeep.optimise(Progress.silent()).files()).isZero();
    assertThat(upkeep.verify(false, Progress.silent()).damages()).isEmpty();
  }

  @Test
  void what_refers_to_profiles_arrives_with_them() throws IOException {
    StorePath inner = store.union("inner", List.of(item("a"), item("b")), Progress.silent());
    StorePath outer = store.union("outer", List.of(inner, item("c")), Progress.silent());
    Path program = Files.writeString(temporary.resolve("run"), "#!/bin/sh");
    StorePath added = transfers.add(program, "tool", "1", Set.of(outer), Progress.silent());
    imported(exported(added));
    for (StorePath item : List.of(inner, outer, added)) {
      assertSame(item);
    }
    assertThat(Files.isSameFile(other.locate(outer).resolve("usr/bin/a"), other.locate(item("a")).resolve("usr/bin/a"))).isTrue();
    assertThat(new DirectoryUpkeep(other, new DirectoryGenerations(other, Samples.host())).verify(false, Progress.silent()).damages()).isEmpty();
  }

  @Test
  void whatever_byte_of_an_archive_is_changed_or_missing_no_wrong_item_comes_of_it() throws IOException {
    byte[] archive = exported(item("c"));
    int refused = 0;
    for (int at = 0; at < archive.length; at += 97) {
      byte[] changed = archive.clone();
      changed[at] ^= 4;
      refused += attempt(changed);
      refused += attempt(java.util.Arrays.copyOf(archive, at));
    }
    assertThat(refused).isGreaterThan(30);
    imported(archive);
    assertSame(item("c"));
  }

  private int attempt(byte[] archive) throws IOException {
    try {
      imported(archive);
      return 0;
    } catch (CarrelException e) {
      assertThat(e.getMessage()).startsWith("cannot import the archive");
      return 1;
    } finally {
      if (other.isValid(item("c"))) {
        assertThat(Nar.of(other.locate(item("c")), Samples.host()).hash()).isEqualTo(Nar.of(store.locate(item("c")), Samples.host()).hash());
      }
      Freeze.remove(temporary.resolve("other"));
      other.deactivate();
      other = Samples.store(temporary.resolve("other"));
    }
  }

  /** Makes an archive of one item, with something in it that no item has. */
  private byte[] hostile(String name, byte flag, String target) throws IOException {
    StorePath item = item("h");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      String hash = "sha256:" + "0".repeat(64);
      text(tar, "manifest", Archive.FORMAT + "\n" + hash + " " + item.fileName() + "\n");
      text(tar, "about/" + item.fileName(), "carrel-item 1\nhash " + hash + "\nsize 0\nversion 1.0\ntime 0\nfiles\n");
      TarArchiveEntry entry = new TarArchiveEntry(name, flag, true);
      entry.setLinkName(target);
      tar.putArchiveEntry(entry);
      tar.closeArchiveEntry();
      if (flag == TarConstants.LF_SYMLINK) {
        text(tar, name + "/through", "x");
      }
    }
    return out.toByteArray();
  }

  private static void text(TarArchiveOutputStream tar, String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  @Test
  void an_archive_cannot_write_outside() throws IOException {
    String in = "items/" + item("h").fileName() + "/";
    for (byte[] archive : List.of(hostile(in + "../../x", TarConstants.LF_NORMAL, ""), hostile("/etc/x", TarConstants.LF_NORMAL, ""),
        hostile("items/../x", TarConstants.LF_NORMAL, ""), hostile(in + "link", TarConstants.LF_SYMLINK, temporary.toString()),
        hostile(in + "pipe", TarConstants.LF_FIFO, ""), hostile(in + "device", TarConstants.LF_CHR, ""),
        hostile(in + "hard", TarConstants.LF_LINK, "/etc/passwd"), hostile("items/" + item("else").fileName() + "/x", TarConstants.LF_NORMAL, ""))) {
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> imported(archive)).withMessageStartingWith("cannot import");
      assertThat(temporary.resolve("through")).doesNotExist();
      assertThat(temporary.resolve("x")).doesNotExist();
      assertThat(temporary.resolve("other/staging")).isEmptyDirectory();
      assertThat(temporary.resolve("other/items")).isEmptyDirectory();
    }
  }

  @Test
  void what_is_no_archive_is_refused() {
    for (String text : List.of("", "no archive", "x".repeat(5000))) {
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> imported(text.getBytes(StandardCharsets.UTF_8)))
          .withMessageStartingWith("cannot import");
    }
  }

  @Test
  void an_archive_may_be_compressed() throws Exception {
    byte[] archive = exported(item("a"));
    for (String tool : List.of("gzip", "xz", "zstd", "bzip2")) {
      Path plain = Files.write(temporary.resolve("archive"), archive);
      Path packed = temporary.resolve("archive." + tool);
      assertThat(new ProcessBuilder(tool, "-c", plain.toString()).redirectOutput(packed.toFile()).start().waitFor()).as(tool).isZero();
      assertThat(imported(Files.readAllBytes(packed))).as(tool).hasSize(2);
      assertSame(item("a"));
      other.deactivate();
      Freeze.remove(temporary.resolve("other"));
      other = Samples.store(temporary.resolve("other"));
    }
  }

  @Test
  void items_are_copied_into_another_store() throws IOException {
    StorePath profile = store.union("profile", List.of(item("a"), item("b")), Progress.silent());
    transfers.copy(List.of(profile), temporary.resolve("other"), Progress.silent());
    assertSame(profile);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> transfers.copy(List.of(item("none")), temporary.resolve("other"), Progress.silent()))
        .withMessageContaining("not in the store");
  }

  private Resolution resolved(String request) {
    return new AddedPackages().resolve(List.of(PackageRequest.parse(request)), store, Lists.AS_THEY_ARE, Progress.silent());
  }

  private StorePath add(Path what, String version) {
    return transfers.add(what, "tool", version, Set.of(), Progress.silent());
  }

  @Test
  void what_is_added_is_a_package_under_its_name_until_it_is_forgotten() throws IOException {
    String before = new AddedPackages().state(store);
    Path program = Files.writeString(temporary.resolve("run"), "#!/bin/sh");
    StorePath plain = add(program, "1");
    assertThat(store.locate(plain).resolve("opt/tool/run")).hasContent("#!/bin/sh");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    StorePath item = transfers.add(program, "tool", "2", Set.of(item("a")), Progress.silent());

    assertThat(store.locate(item).resolve("usr/bin/run")).isExecutable();
    assertThat(transfers.add(program, "tool", "2", Set.of(item("a")), Progress.silent())).as("the same again").isEqualTo(item);
    assertThat(resolved("tool").items()).extracting(StorePath::name).containsExactlyInAnyOrder("tool", "a", "b");
    assertThat(resolved("tool=1").items()).extracting(StorePath::fileName).containsExactly(plain.fileName());
    assertThat(new AddedPackages().state(store)).isNotEqualTo(before);

    transfers.forget("tool");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> resolved("tool")).withMessageContaining("nothing was added");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> transfers.forget("tool")).withMessageContaining("tool");
  }

  @Test
  void directories_and_archives_are_put_where_programs_look_for_them() throws Exception {
    write(temporary, "prefix/bin/x", "x");
    write(temporary, "root/etc/x", "x");
    write(temporary, "any/x", "x");
    write(temporary, "wrapped/tool-1/bin/x", "x");
    assertThat(store.locate(add(temporary.resolve("prefix"), "1")).resolve("usr/bin/x")).exists();
    assertThat(store.locate(add(temporary.resolve("root"), "2")).resolve("etc/x")).exists();
    assertThat(store.locate(add(temporary.resolve("any"), "3")).resolve("opt/tool/x")).exists();
    for (String end : List.of("tar", "tar.gz", "tgz", "tar.bz2", "tar.xz", "tar.zst")) {
      Path tar = temporary.resolve("tool." + end);
      assertThat(new ProcessBuilder("tar", "-C", temporary.resolve("wrapped").toString(), "-caf", tar.toString(), "tool-1").start().waitFor()).isZero();
      assertThat(store.locate(add(tar, "4")).resolve("usr/bin/x")).as(end).exists();
    }
  }

  /** A tarball with one entry, after a directory and a link out of it. */
  private Path tarball(String name, byte flag, String target, int mode) throws IOException {
    Path tar = temporary.resolve("hostile.tar");
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      out.putArchiveEntry(new TarArchiveEntry("usr/bin/", TarConstants.LF_DIR));
      out.closeArchiveEntry();
      TarArchiveEntry link = new TarArchiveEntry("usr/out", TarConstants.LF_SYMLINK);
      link.setLinkName(temporary.toString());
      out.putArchiveEntry(link);
      out.closeArchiveEntry();
      TarArchiveEntry entry = new TarArchiveEntry(name, flag, true);
      entry.setLinkName(target);
      entry.setMode(mode);
      out.putArchiveEntry(entry);
      out.closeArchiveEntry();
    }
    return tar;
  }

  @Test
  void hostile_members_of_a_tarball_are_refused_by_their_names_and_nothing_is_left() throws IOException {
    record Member(String name, byte flag, String target) {}
    for (Member member : List.of(new Member("usr/../../x", TarConstants.LF_NORMAL, ""), new Member("../x", TarConstants.LF_DIR, ""),
        new Member("usr/out/x", TarConstants.LF_NORMAL, ""), new Member("usr/out/x/", TarConstants.LF_DIR, ""),
        new Member("usr/out", TarConstants.LF_NORMAL, ""), new Member("usr/bin", TarConstants.LF_SYMLINK, "/"),
        new Member("usr/hard", TarConstants.LF_LINK, "/etc/passwd"), new Member("usr/hard", TarConstants.LF_LINK, "../../etc/passwd"),
        new Member("usr/hard", TarConstants.LF_LINK, "usr/out"), new Member("usr/null", TarConstants.LF_CHR, ""),
        new Member("usr/disk", TarConstants.LF_BLK, ""), new Member("usr/pipe", TarConstants.LF_FIFO, ""))) {
      Path tar = tarball(member.name(), member.flag(), member.target(), 0644);
      assertThatExceptionOfType(CarrelException.class).as(member.toString()).isThrownBy(() -> add(tar, "1"))
          .withMessageContaining("its entry '" + member.name()).withMessageStartingWith("cannot add " + tar);
      assertThat(temporary.resolve("x")).doesNotExist();
      assertThat(temporary.resolve("store/staging")).isEmptyDirectory();
      assertThat(temporary.resolve("store/added")).isEmptyDirectory();
    }
  }

  @Test
  void an_absolute_member_is_put_below_the_item_and_is_nobodys_but_the_owners() throws IOException {
    StorePath added = add(tarball("/usr/bin/tool", TarConstants.LF_NORMAL, "", 06755), "1");
    Path tool = store.locate(added).resolve("usr/bin/tool");
    assertThat((Integer) Files.getAttribute(tool, "unix:mode") & 07777).isEqualTo(0555);
  }

  @Test
  void what_unpacks_to_more_than_an_honest_archive_is_stopped() throws Exception {
    Path zeros = temporary.resolve("zeros");
    assertThat(new ProcessBuilder("truncate", "-s", "2G", zeros.toString()).start().waitFor()).isZero();
    Path bomb = temporary.resolve("bomb.tar.zst");
    assertThat(new ProcessBuilder("sh", "-c", "tar -C " + temporary + " -cf - zeros | zstd -q -o " + bomb).start().waitFor()).isZero();
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> add(bomb, "1")).withMessageContaining("no honest archive");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> imported(Files.readAllBytes(bomb))).withMessageContaining("no archive that carrel");

    Path name = temporary.resolve("name.tar.gz");
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(new java.util.zip.GZIPOutputStream(Files.newOutputStream(name)))) {
      TarArchiveEntry header = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
      header.setSize(8 << 20);
      out.putArchiveEntry(header);
      out.write("n".repeat(8 << 20).getBytes(StandardCharsets.UTF_8));
      out.closeArchiveEntry();
    }
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> add(name, "1")).withMessageContaining("a header between two of its files is too long");
    assertThat(temporary.resolve("store/staging")).isEmptyDirectory();
  }

  @Test
  void a_damaged_tarball_is_told_from_a_damaged_store() throws Exception {
    write(temporary, "prefix/bin/x", "x".repeat(5000));
    for (String end : List.of("tar", "tar.gz", "tar.xz", "tar.zst", "tar.bz2")) {
      Path tar = temporary.resolve("tool." + end);
      assertThat(new ProcessBuilder("tar", "-C", temporary.resolve("prefix").toString(), "-caf", tar.toString(), "bin").start().waitFor()).isZero();
      byte[] whole = Files.readAllBytes(tar);
      Files.write(tar, java.util.Arrays.copyOf(whole, end.equals("tar") ? 2500 : whole.length / 2));
      assertThatExceptionOfType(CarrelException.class).as(end).isThrownBy(() -> add(tar, "1"))
          .withMessageStartingWith("cannot add " + tar + " to the store: the archive is damaged").withMessageNotContaining("doctor");
    }
    assertThat(temporary.resolve("store/staging")).isEmptyDirectory();
  }

  @Test
  void what_cannot_be_an_item_is_refused_and_nothing_is_left() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("d"));
    assertThat(new ProcessBuilder("mkfifo", directory.resolve("pipe").toString()).start().waitFor()).isZero();
    Path tar = temporary.resolve("x.tar");
    assertThat(new ProcessBuilder("tar", "-C", "/", "-Pcf", tar.toString(), "--transform=s,etc,../../etc,", "etc/passwd").start().waitFor()).isZero();
    for (Path what : List.of(directory, directory.resolve("pipe"), tar, temporary.resolve("none"))) {
      assertThatExceptionOfType(CarrelException.class).as(what.toString()).isThrownBy(() -> add(what, "1")).withMessageStartingWith("cannot add");
    }
    assertThat(temporary.resolve("store/staging")).isEmptyDirectory();
    assertThat(temporary.resolve("store/added")).isEmptyDirectory();
  }
}

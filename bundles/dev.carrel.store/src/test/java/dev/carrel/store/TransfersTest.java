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
    assertThat(Nar.of(other.locate(item))).isEqualTo(Nar.of(store.locate(item)));
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
        assertThat(Nar.of(other.locate(item("c"))).hash()).isEqualTo(Nar.of(store.locate(item("c"))).hash());
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
    for (String end : List.of("tar", "tar.gz", "tar.bz2", "tar.xz")) {
      Path tar = temporary.resolve("tool." + end);
      assertThat(new ProcessBuilder("tar", "-C", temporary.resolve("wrapped").toString(), "-caf", tar.toString(), "tool-1").start().waitFor()).isZero();
      assertThat(store.locate(add(tar, "4")).resolve("usr/bin/x")).as(end).exists();
    }
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

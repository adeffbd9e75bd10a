package dev.carrel.store.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is unpacked how. Every archive is a real .deb file. */
class DebArchiveTest {
  @TempDir Path temp;
  Path item;

  @BeforeEach
  void empty_item() throws IOException {
    item = Files.createDirectory(temp.resolve("item"));
  }

  private void unpack(DebBuilder builder) throws IOException {
    new DebArchive("victim 1.0").unpack(builder.build(temp.resolve("victim.deb")), item);
  }

  @ParameterizedTest
  @ValueSource(strings = {".xz", ".gz", ".zst", ""})
  void every_compression_of_a_deb_is_known(String compression) throws IOException {
    unpack(new DebBuilder().compression(compression).control("./control", "Package: victim\n", 0644)
        .directory("./usr/").directory("./usr/share/").file("./usr/share/text", "content"));

    assertThat(item.resolve("usr/share/text")).hasContent("content");
    assertThat(item.resolve("DEBIAN/control")).hasContent("Package: victim\n");
  }

  @Test
  void a_deb_of_dpkg_deb_is_unpacked() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg-deb")), "needs dpkg-deb");
    Path source = Files.createDirectories(temp.resolve("source/DEBIAN")).getParent();
    Files.writeString(source.resolve("DEBIAN/control"), "Package: victim\nVersion: 1.0\nArchitecture: all\nMaintainer: a <a@b>\nDescription: d\n");
    Files.writeString(Files.createDirectories(source.resolve("bin")).resolve("tool"), "#!/bin/sh\n").toFile().setExecutable(true);
    Process build = new ProcessBuilder("dpkg-deb", "--root-owner-group", "-b", source.toString(), temp.resolve("v.deb").toString())
        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    assertThat(build.waitFor()).isZero();

    new DebArchive("victim 1.0").unpack(temp.resolve("v.deb"), item);

    assertThat(item.resolve("usr/bin/tool")).isExecutable();
    assertThat(item.resolve("DEBIAN/control")).content().contains("Package: victim");
  }

  @Test
  void directories_of_the_root_are_moved_below_usr() throws IOException {
    unpack(new DebBuilder().file("./bin/sh", "shell", 0755).file("sbin/init", "init", 0755).file("./lib/x86_64-linux-gnu/libc.so.6", "libc")
        .symlink("./lib64/ld.so", "/lib/x86_64-linux-gnu/ld.so").file("./etc/conf", "conf").file("./library/x", "x"));

    assertThat(item.resolve("usr/bin/sh")).hasContent("shell");
    assertThat(item.resolve("usr/sbin/init")).hasContent("init");
    assertThat(item.resolve("usr/lib/x86_64-linux-gnu/libc.so.6")).hasContent("libc");
    assertThat(Files.readSymbolicLink(item.resolve("usr/lib64/ld.so"))).hasToString("/lib/x86_64-linux-gnu/ld.so");
    assertThat(item.resolve("etc/conf")).hasContent("conf");
    assertThat(item.resolve("library/x")).hasContent("x");
    assertThat(item.toFile().list()).containsExactlyInAnyOrder("usr", "etc", "library");
  }

  @Test
  void links_of_a_merged_root_are_left_out() throws IOException {
    unpack(new DebBuilder().symlink("./bin", "usr/bin").symlink("./lib", "/usr/lib").file("./usr/bin/sh", "shell", 0755));

    assertThat(item.toFile().list()).containsExactly("usr");
    assertThat(item.resolve("usr/bin/sh")).hasContent("shell");
  }

  @Test
  void compatibility_links_between_bin_and_usr_bin_give_way_to_the_file() throws IOException {
    unpack(new DebBuilder().symlink("./bin/a", "/usr/bin/a").file("./usr/bin/a", "a", 0755)
        .file("./usr/bin/b", "b", 0755).symlink("./bin/b", "/usr/bin/b"));

    assertThat(item.resolve("usr/bin/a")).isRegularFile().hasContent("a");
    assertThat(item.resolve("usr/bin/b")).isRegularFile().hasContent("b");
  }

  @Test
  void of_modes_only_executable_is_kept_set_user_id_is_not() throws IOException {
    unpack(new DebBuilder().file("./usr/bin/su", "su", 06755).file("./etc/secret", "s", 0640).file("./usr/bin/open", "o", 0777));

    assertThat((int) Files.getAttribute(item.resolve("usr/bin/su"), "unix:mode") & 07000).isZero();
    assertThat(item.resolve("usr/bin/su")).isExecutable();
    assertThat(Files.getPosixFilePermissions(item.resolve("etc/secret"))).doesNotContain(PosixFilePermission.OWNER_EXECUTE);
    assertThat(Files.getPosixFilePermissions(item.resolve("usr/bin/open"))).doesNotContain(PosixFilePermission.OTHERS_WRITE);
  }

  @Test
  void links_within_the_package_are_made() throws IOException {
    unpack(new DebBuilder().file("./usr/bin/perl", "perl", 0755).hardLink("./usr/bin/perl5", "./usr/bin/perl")
        .symlink("./usr/share/a", "../bin/perl").symlink("./etc/alternatives-user", "/etc/alternatives/x"));

    assertThat(Files.isSameFile(item.resolve("usr/bin/perl"), item.resolve("usr/bin/perl5"))).isTrue();
    assertThat(Files.readSymbolicLink(item.resolve("usr/share/a"))).hasToString("../bin/perl");
    assertThat(Files.readSymbolicLink(item.resolve("etc/alternatives-user"))).hasToString("/etc/alternatives/x");
  }

  @Test
  void long_and_foreign_names_are_kept() throws IOException {
    assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "needs a JVM whose names of files are UTF-8 (LC_ALL=C.UTF-8)");
    String name = "F\u0151tan\u00fas\u00edtv\u00e1ny-" + "x".repeat(150) + ".crt";

    unpack(new DebBuilder().file("./usr/share/ca/" + name, "cert"));

    assertThat(item.resolve("usr/share/ca/" + name)).hasContent("cert");
  }

  @Test
  void control_files_are_kept_in_DEBIAN() throws IOException {
    unpack(new DebBuilder().control("./postinst", "#!/bin/sh\n", 0755).control("./control", "Package: victim\n", 0644).file("./usr/x", "x"));

    assertThat(item.resolve("DEBIAN/postinst")).isExecutable();
    assertThat(item.resolve("DEBIAN/control")).hasContent("Package: victim\n");
  }
}

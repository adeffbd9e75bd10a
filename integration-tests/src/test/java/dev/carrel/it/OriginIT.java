package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose code Carrel runs, and with which rights: none from inside of a container, none with more rights than its user has, and none that can be asked. */
class OriginIT {
  private static final List<String> LIBRARIES = List.of("libc.so.6", "libseccomp.so.2", "libjnidispatch.so", "libnss_files.so.2", "libpthread.so.0",
      "libsqlitejdbc.so", "libzstd-jni.so", "libjvm.so");
  private static final List<String> PROGRAMS = List.of("java", "sh", "readlink", "newuidmap", "newgidmap", "apt-get", "carrel");

  @TempDir Path directory;

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  /** A library that tells of being loaded, by every name by which Carrel loads one, and programs that tell of being run. */
  private void plant() throws IOException {
    assumeTrue(Host.can("gcc", "--version"), "needs gcc, to make a library");
    Path source = Files.writeString(directory.resolve("planted.c"), "#include <fcntl.h>\n#include <unistd.h>\n"
        + "__attribute__((constructor)) static void loaded(void) { close(open(\"" + directory + "/loaded\", O_CREAT | O_WRONLY, 0666)); }\n");
    Path library = directory.resolve("planted.so");
    Host.says("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString());
    for (String name : LIBRARIES) {
      Files.copy(library, directory.resolve(name));
    }
    for (String name : PROGRAMS) {
      Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\n: > " + directory + "/loaded\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.writeString(directory.resolve(".hotspotrc"), "-XX:OnError=touch " + directory + "/loaded\n");
    Files.writeString(directory.resolve(".java_options"), "-javaagent:" + directory + "/none\n");
  }

  /** Files of a process's memory; see proc_pid_maps(5). */
  private static Set<String> mapped(long pid) throws IOException {
    Set<String> files = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
      int slash = line.indexOf('/');
      if (slash >= 0) {
        files.add(line.substring(slash));
      }
    }
    return files;
  }

  @Test
  void nothing_that_a_container_can_write_is_loaded_or_run_by_carrel() throws Exception {
    plant();
    Path output = directory.resolve("output");
    // The container's files are those planted ones: its working directory, and its system's libraries.
    Process process = carrel("run", "--name=front", "--", "/usr/bin/env", "sh", "-c", "echo ready; exec sleep 4321").start(output);
    try {
      Await.until("its start", () -> Files.readString(output).contains("ready"));
      assertThat(mapped(process.pid())).isNotEmpty().noneMatch(file -> file.startsWith(directory.toString()));
      Await.until("its record", () -> carrel("list").run().out().contains("front"));
      assertThat(carrel("exec", "front", "--", "true").run().status()).isZero();
      for (List<String> command : List.of(List.of("list"), List.of("inspect", "front"), List.of("stop", "-t", "0", "front"))) {
        assertThat(carrel(command.toArray(String[]::new)).run().status()).isZero();
      }
      assertThat(directory.resolve("loaded")).doesNotExist();
    } finally {
      process.destroyForcibly();
    }
    Host.says("env", "LD_PRELOAD=" + directory + "/planted.so", "/bin/true"); // as a program that goes inside does it
    assertThat(directory.resolve("loaded")).exists();
  }

  @Test
  void no_file_of_carrels_gives_rights() throws IOException {
    try (Stream<Path> files = Files.walk(Checkout.underTest().distribution())) {
      assertThat(Stream.concat(files, Stream.of(Checkout.underTest().script())).filter(OriginIT::givesRights)).isEmpty();
    }
    assertThat(haveCapabilities(Checkout.underTest().distribution(), Checkout.underTest().script())).isFalse();
    Path setuid = Files.writeString(directory.resolve("setuid"), "");
    Host.says("chmod", "4755", setuid.toString());
    assertThat(givesRights(setuid)).isTrue();
  }

  /** All files at once: a process for each of them would take ten seconds. */
  private static boolean haveCapabilities(Path directory, Path script) {
    return Host.can("sh", "-c", "getcap -r \"$@\" 2>/dev/null | grep -q .", "sh", directory.toString(), script.toString());
  }

  private static boolean givesRights(Path file) {
    try {
      Map<String, Object> attributes = Files.readAttributes(file, "unix:mode", java.nio.file.LinkOption.NOFOLLOW_LINKS);
      return ((Integer) attributes.get("mode") & 06000) != 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Names in /proc/net/unix of the sockets that a process has; abstract ones begin with @. */
  private static List<String> names(long pid) throws IOException {
    Set<String> inodes = new TreeSet<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          inodes.add(Files.readSymbolicLink(descriptor).toString().replaceAll("[^0-9]", ""));
        } catch (IOException e) {
          continue; // closed meanwhile
        }
      }
    }
    List<String> names = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/unix"))) {
      String[] fields = line.trim().split(" +", 8);
      if (fields.length == 8 && inodes.contains(fields[6])) {
        names.add(fields[7]);
      }
    }
    return names;
  }

  /** There is nothing to connect to (CVE-2020-15257): what is between Carrel and a container has no name. */
  @Test
  void no_socket_of_carrels_can_be_reached_by_a_name() throws Exception {
    Path output = directory.resolve("output");
    Process process = carrel("run", "--network=host", "--", "sh", "-c", "echo ready; exec sleep 4321").start(output);
    Process listening = new ProcessBuilder("python3", "-c", "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind('\\0carrel-origin-"
        + ProcessHandle.current().pid() + "'); s.listen(1); print('ready', flush=True); sys.stdin.read()").start();
    try {
      Await.until("its start", () -> Files.readString(output).contains("ready"));
      assertThat(names(process.pid())).isEmpty();
      assertThat(listening.inputReader().readLine()).isEqualTo("ready");
      assertThat(names(listening.pid())).hasSize(1);
    } finally {
      process.destroyForcibly();
      listening.destroyForcibly();
    }
  }
}

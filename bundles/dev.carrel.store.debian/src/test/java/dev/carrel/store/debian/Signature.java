package dev.carrel.store.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Signs archives, with real keys. */
final class Signature {
  private final Path directory;

  /** Whose keys are made below {@code directory}. */
  Signature(Path directory) throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gpg")), "needs gpg");
    this.directory = directory;
    Files.createDirectory(directory.resolve("keys"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private void gpg(String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("gpg", "--homedir", directory.resolve("keys").toString(), "--batch", "--yes", "--quiet", "--passphrase", ""));
    line.addAll(List.of(arguments));
    assertThat(new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor()).isZero();
  }

  /** Makes a key, and returns its public part. */
  Path key(String name) throws IOException, InterruptedException {
    Path file = directory.resolve(name + ".gpg");
    gpg("--quick-gen-key", name + "@example.org", "ed25519", "sign");
    gpg("--output", file.toString(), "--export", name + "@example.org");
    return file;
  }

  /** Signs what an archive has now; returns the file with the signature. */
  Path sign(LocalArchive archive, String name) throws IOException, InterruptedException {
    Path packages = archive.repository().resolve("Packages");
    Path release = directory.resolve("Release");
    Path signed = archive.repository().resolve("InRelease");
    Files.writeString(release, "Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n " + Sha256.of(packages, Sha256.java()) + " " + Files.size(packages) + " Packages\n");
    gpg("--local-user", name + "@example.org", "--output", signed.toString(), "--clearsign", release.toString());
    return signed;
  }
}

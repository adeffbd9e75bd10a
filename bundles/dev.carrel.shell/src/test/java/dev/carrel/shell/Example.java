package dev.carrel.shell;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Explanation;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A place to work with two packages, one of which has to be downloaded, and what starting it would be. */
final class Example {
  private static final StorePath LIBC = new StorePath("0".repeat(32), "libc6", "2.36");
  private static final StorePath HELLO = new StorePath("1".repeat(32), "hello", "2.10-3");

  private Example() {}

  static ContainerSpec spec(String... command) {
    return new ContainerSpec(
        new ProcessSpec(List.of(command), Map.of("PATH", "/usr/bin", "EVIL", "a\033[31m\nb"), Path.of("/home/ada/work"), Stdio.inherit()),
        Namespace.standard(),
        new Identity(new IdMapping(1000, 1001, 1), new IdMapping(1000, 1002, 1)),
        Optional.of("desk"),
        new RootSpec(List.of(), List.of(), false),
        NetworkSpec.NONE,
        Optional.empty());
  }

  static Workplace workplace() {
    Resolution resolution = new Resolution("debian", List.of(
        new Resolved("hello", "2.10-3", "amd64", HELLO, 53_100, "a".repeat(64), "pool/h/hello.deb"),
        new Resolved("libc6", "2.36", "amd64", LIBC, 2_757_000, "b".repeat(64), "pool/g/libc6.deb")));
    return new Workplace(spec("hello", "-g", "it's me"), Optional.of(Path.of("/store/items/profile")), List.of(HELLO, LIBC),
        Optional.of(resolution), List.of(HELLO), List.of("the working directory is shared"));
  }

  static Explanation explanation() {
    return new Explanation("namespace", new MountPlan(List.of(
        new Mount.Bind(Path.of("/store/items/profile/usr"), Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false),
        new Mount.Symlink(Path.of("/bin"), "usr/bin"),
        new Mount.Tmpfs(Path.of("/tmp"), 01777, "10%"),
        new Mount.Proc(Path.of("/proc")),
        new Mount.Dev(Path.of("/dev"), true),
        new Mount.GeneratedFile(Path.of("/etc/passwd"), "ada:x:1000:1000::/home/ada:/bin/sh\n", 0444),
        new Mount.Directory(Path.of("/home"), 0755),
        new Mount.Bind(Path.of("/home/ada/work"), Path.of("/home/ada/work"), Access.SHARE, Mapping.Kind.DIRECTORY, false)), false),
        List.of(new Step("jvm", "clone3({flags=CLONE_NEWUSER|CLONE_NEWNS})"), new Step("init", "execve(\"/usr/bin/hello\")")));
  }
}

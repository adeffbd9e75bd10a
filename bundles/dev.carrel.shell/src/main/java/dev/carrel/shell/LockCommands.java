package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.environment.Lock;
import dev.carrel.api.environment.Locks;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.store.PackageRequest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Manifests: {@code lock}, {@code allow}, {@code deny}. */
@Component(
    service = LockCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=lock", "osgi.command.function=allow", "osgi.command.function=deny"})
public final class LockCommands {
  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Locks locks;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Declarations declarations;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Foreground foreground;

  @Activate
  public LockCommands(BundleContext context) {
    this.context = context;
  }

  /** Writes down exactly what the packages of a manifest are. */
  public int lock(String... arguments) {
    Options options = new Options().addOption("m", "manifest", true, "").addOption(null, "update", false, "").addOption(null, "check", false, "")
        .addOption("q", "quiet", false, "");
    return LifeLine.run("lock", ManifestHelp.LOCK, options, arguments, context, this::lock);
  }

  /** Allows a manifest, as it is now, to be used where it is. */
  public int allow(String... arguments) {
    return LifeLine.run("allow", ManifestHelp.ALLOW, new Options(), arguments, context, line -> {
      Path file = file(line);
      GivenFile manifest = GivenFile.read(file);
      Manifest read = manifests().read(manifest);
      permissions().allow(manifest, ManifestFiles.lockOf(file), read);
      System.out.println("allowed " + Printable.line(file.toString()) + ", which means: carrel shell"
          + Printable.line(ShellWords.joined(read.options()) + ShellWords.joined(read.packages())
          + (read.command().isEmpty() ? "" : " --" + ShellWords.joined(read.command()))));
      return 0;
    });
  }

  /** Takes back that a manifest is allowed. */
  public int deny(String... arguments) {
    return LifeLine.run("deny", ManifestHelp.DENY, new Options(), arguments, context, line -> {
      Path file = file(line);
      System.out.println(Printable.line(file.toString()) + (permissions().deny(file) ? " is not allowed any more" : " was not allowed"));
      return 0;
    });
  }

  private Manifests manifests() {
    return new Manifests(() -> Services.present(declarations, Services.DECLARATIONS, context), permissions());
  }

  private static Permissions permissions() {
    return Permissions.of(ForCaller.environment());
  }

  /** That which is named, or the nearest one. */
  private static Path file(LifeLine line) {
    if (line.operands().size() > 1) {
      throw line.usage("one directory or manifest at a time, and not " + line.operands().get(1) + " as well");
    }
    return line.operands().isEmpty() ? nearest(line) : ManifestFiles.named(line.operands().get(0));
  }

  private static Path nearest(LifeLine line) {
    return ManifestFiles.find(WorkplaceLine.here()).orElseThrow(() -> line.usage("there is no " + ManifestFiles.NAME + " in " + WorkplaceLine.here()
        + ", nor in those of your directories above it. carrel shell --export-manifest PACKAGE... > " + ManifestFiles.NAME + " writes one"));
  }

  private int lock(LifeLine line) {
    if (!line.has("update") && !line.operands().isEmpty()) {
      throw line.usage("unknown word " + line.operands().get(0) + ": packages come from the manifest; --update says which are to be newer");
    }
    if (line.has("update") && line.has("check")) {
      throw line.usage("--check changes nothing, and --update does: leave one out");
    }
    Path file = line.has("manifest") ? ManifestFiles.named(line.value("manifest", "")) : nearest(line);
    GivenFile given = GivenFile.read(file);
    Manifest manifest = manifests().read(given);
    Software.Packages wanted = wanted(manifest, line.has("update"));
    Optional<GivenFile> written = ManifestFiles.lockOf(file);
    boolean anew = line.has("update") && line.operands().isEmpty();
    Optional<Lock> before = written.isEmpty() || anew ? Optional.empty()
        : Optional.of(LockReader.read(written.get(), Services.present(declarations, Services.DECLARATIONS, context)));
    List<String> differences = before.isEmpty() ? List.of("there is no lock")
        : LockFile.differences(before.get().request(), Lock.Request.of(wanted));
    Path lock = ManifestFiles.lock(file);
    if (line.has("check")) {
      differences.forEach(difference -> System.out.println(Printable.line(lock + " does not fit " + file + ": " + difference)));
      return differences.isEmpty() ? 0 : 1;
    }
    if (differences.isEmpty() && !line.has("update")) {
      System.out.println(Printable.line(lock + " fits " + file + " already; --update takes newer packages"));
      return 0;
    }
    Locks.Made result = make(line, wanted, before);
    Lock made = result.lock();
    Permissions.Answer permission = permissions().ask(given, written);
    write(lock, LockWriter.text(made));
    if (permission.allowed().isPresent()) {
      permissions().allow(given, ManifestFiles.lockOf(file), manifest);
    }
    result.notes().forEach(note -> System.err.println("carrel: note: " + Printable.line(note)));
    tell(lock, before, made);
    return 0;
  }

  private static Software.Packages wanted(Manifest manifest, boolean refresh) {
    List<String> words = new ArrayList<>(manifest.options());
    words.addAll(manifest.packages());
    if (refresh) {
      words.add("--refresh");
    }
    return WorkplaceOptions.SHELL.parse("lock", words.toArray(new String[0]), false).packages();
  }

  private Locks.Made make(LifeLine line, Software.Packages wanted, Optional<Lock> before) {
    Locks maker = Services.present(locks, Services.LOCKS, context);
    Foreground front = ForCaller.foreground(foreground, context);
    Set<String> newer = new HashSet<>();
    for (String word : line.operands()) {
      newer.add(before.isPresent() ? locked(word, before.get(), line) : word);
    }
    try (ProgressReport progress = new ProgressReport(System.err, line.has("quiet"), front)) {
      return maker.make(wanted, before, newer::contains, progress);
    }
  }

  /** The name of a package that the lock has, which may have been given as {@code nix:NAME}. */
  private static String locked(String word, Lock lock, LifeLine line) {
    for (Lock.Locked one : lock.packages()) {
      if (one.resolved().name().equals(word)) {
        return word;
      }
    }
    for (Lock.Elsewhere one : lock.elsewhere()) {
      String name = PackageRequest.parse(one.request()).name();
      if (word.equals(name) || word.equals(one.store() + ":" + name)) {
        return name;
      }
    }
    throw line.usage("--update " + word + ": the lock has no package of that name");
  }

  /** In one step: whoever is killed leaves the old one or the new one. */
  private static void write(Path file, String text) {
    String begin = "." + file.getFileName() + ".";
    Path fresh = file.resolveSibling(begin + ProcessHandle.current().pid());
    try {
      removeUnfinished(file.toAbsolutePath().getParent(), begin);
      try {
        Files.writeString(fresh, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE); // follows no link that lies there
        Files.move(fresh, Files.isSymbolicLink(file) ? file.toRealPath() : file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot write " + file + ": " + e + ". Lock in a directory that you may write to", e);
    }
  }

  /** What was not finished by processes that are no more. */
  private static void removeUnfinished(Path directory, String begin) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, file -> file.getFileName().toString().startsWith(begin))) {
      for (Path file : files) {
        String pid = file.getFileName().toString().substring(begin.length());
        boolean mine = pid.equals(Long.toString(ProcessHandle.current().pid()));
        if (mine || pid.matches("[1-9][0-9]{0,9}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** What has become of each package. */
  private static void tell(Path file, Optional<Lock> before, Lock made) {
    TreeMap<String, String> old = versions(before);
    TreeMap<String, String> now = versions(Optional.of(made));
    if (before.isPresent()) {
      now.forEach((name, version) -> {
        String other = old.remove(name);
        if (!version.equals(other)) {
          System.out.println(name + ": " + (other == null ? "new, " : other + " is now ") + version);
        }
      });
      old.forEach((name, version) -> System.out.println(name + ": " + version + " is not needed any more"));
    }
    System.out.println(Printable.line("wrote " + file + ": " + now.size() + " packages"));
  }

  private static TreeMap<String, String> versions(Optional<Lock> lock) {
    TreeMap<String, String> versions = new TreeMap<>();
    if (lock.isPresent()) {
      lock.get().packages().forEach(one -> versions.put(one.resolved().name() + ":" + one.resolved().architecture(), one.resolved().version()));
      lock.get().elsewhere().forEach(one -> versions.put(one.store() + ":" + one.request(), one.item().getFileName().toString()));
    }
    return versions;
  }
}

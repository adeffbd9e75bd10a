package dev.carrel.backend.oci;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;

/** Which runtime of this host is used: the one that is asked for, or the first that is there of those that a backend knows. */
final class RuntimeChoice {
  /** The variable that says which. */
  static final String VARIABLE = "CARREL_OCI_RUNTIME";
  /** The property of the framework that says the same, and counts before it. */
  private static final String PROPERTY = "carrel.oci.runtime";

  private final Supplier<Optional<String>> wanted;
  private final List<String> known;
  private final String path;
  /** Found when it is first wanted, by the name that it had then. */
  private Optional<String> foundBy = Optional.empty();
  private OciRuntime found;

  /**
   * Among some.
   *
   * @param wanted the name or path of the runtime; empty: any that is known
   * @param known the names of those, the quickest first
   * @param path where it is looked for; null: in the usual places
   */
  RuntimeChoice(Supplier<Optional<String>> wanted, List<String> known, String path) {
    this.wanted = wanted;
    this.known = known;
    this.path = path;
  }

  /** As the framework and this process's variables say. */
  static RuntimeChoice of(BundleContext context, List<String> known) {
    return new RuntimeChoice(() -> named(context.getProperty(PROPERTY), System.getenv(VARIABLE)), known, System.getenv("PATH"));
  }

  private static Optional<String> named(String property, String variable) {
    String name = property == null || property.isEmpty() ? variable : property;
    return name == null || name.isEmpty() ? Optional.empty() : Optional.of(name);
  }

  /** It is looked for again as long as it is missing, and where another is wanted. */
  synchronized Optional<OciRuntime> runtime() {
    Optional<String> name = wanted.get();
    if (found == null || !foundBy.equals(name)) {
      found = OciRuntime.find(name, known, path).orElse(null);
      foundBy = name;
    }
    return Optional.ofNullable(found);
  }

  /** With the runtime's name. */
  String version() {
    return runtime().flatMap(OciRuntime::version).orElse("-");
  }

  /** Why there is none, and what to do. */
  String missing() {
    Optional<String> name = wanted.get();
    return name.isPresent() ? "there is no " + name.get() + ", which " + VARIABLE + " names. Install it, or name another"
        : "there is no " + String.join(" and no ", known) + " in the PATH. Install one: apt install crun";
  }
}

package dev.carrel.shell;

import dev.carrel.api.host.Caller;
import dev.carrel.api.host.Callers;
import dev.carrel.api.host.Foreground;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * For whom a command works: who started this process, or, in a resident runtime, who asked for it. That is said by the thread, as a
 * command is a method that takes its words and nothing else.
 */
@Component
public final class ForCaller implements Callers {
  private static final InheritableThreadLocal<Caller> CURRENT = new InheritableThreadLocal<>();

  @Activate
  public ForCaller() {}

  @Override
  public int during(Caller caller, IntSupplier work) {
    CURRENT.set(caller);
    try {
      return work.getAsInt();
    } finally {
      CURRENT.remove();
    }
  }

  @Override
  public Optional<Caller> current() {
    return Optional.ofNullable(CURRENT.get());
  }

  /** The variables. */
  static Map<String, String> environment() {
    Caller caller = CURRENT.get();
    return caller == null ? System.getenv() : caller.environment();
  }

  /** One of the variables; null if it is not set. */
  static String variable(String name) {
    return environment().get(name);
  }

  /** The working directory. */
  static Path directory() {
    Caller caller = CURRENT.get();
    return caller == null ? Path.of(System.getProperty("user.dir")) : caller.directory();
  }

  /**
   * The terminal, the streams and the signals.
   *
   * @throws dev.carrel.api.CarrelException if they are this process's, and nobody offers them
   */
  static Foreground foreground(Foreground own, BundleContext context) {
    Caller caller = CURRENT.get();
    return caller == null ? Services.present(own, Services.FOREGROUND, context) : caller.foreground();
  }
}

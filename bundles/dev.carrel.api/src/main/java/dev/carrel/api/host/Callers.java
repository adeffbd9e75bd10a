package dev.carrel.api.host;

import java.util.Optional;
import java.util.function.IntSupplier;
import org.osgi.annotation.versioning.ProviderType;

/** For whom commands work that run in a resident runtime. */
@ProviderType
public interface Callers {
  /**
   * Does something for a caller: on this thread and those that it begins, commands take its variables, its directory and its streams
   * for what otherwise are those of this process.
   *
   * @return what {@code work} returns
   */
  int during(Caller caller, IntSupplier work);

  /** For whom this thread works; empty: for who started this process. */
  Optional<Caller> current();
}

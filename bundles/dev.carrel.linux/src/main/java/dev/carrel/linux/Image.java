package dev.carrel.linux;

import dev.carrel.linux.machine.Program;
import org.osgi.annotation.versioning.ProviderType;

/** A program in memory, ready to be started any number of times until it is closed. */
@ProviderType
public interface Image extends AutoCloseable {
  /** What was linked. */
  Program program();

  /** Frees it. What was started goes on; a start after this is an {@link IllegalStateException}. Twice is once. */
  @Override
  void close();
}

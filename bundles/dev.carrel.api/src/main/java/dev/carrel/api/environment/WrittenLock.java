package dev.carrel.api.environment;

import org.osgi.annotation.versioning.ConsumerType;

/** A lock in a file, which need not be read where what it means is known. */
@ConsumerType
public interface WrittenLock {
  /** What it is called in messages. */
  String name();

  /** The SHA-256 of what is written, in hexadecimal. */
  String digest();

  /**
   * Reads it, and compares it with what it is to be for.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if it is damaged, for other machines, or for another request
   */
  Lock read();
}

package dev.carrel.launcher;

/**
 * Initializes classes in a second thread while the first one starts the framework: those that every command needs and that
 * take long. Whoever needs one that is being initialized waits for it, so the order is that of need.
 */
final class Preload extends Thread {
  static final String LIBC = "dev.carrel.linux.libc.LibC";

  Preload() {
    super("carrel-preload");
    setDaemon(true);
  }

  @Override
  public void run() {
    try {
      Class.forName("java.lang.SecurityManager"); // a scan of all modules, for every Felix bundle
      String.format("%d", 1); // loads the locale's symbols, for Felix's own properties
      Class.forName(LIBC); // JNA with its native library
    } catch (ReflectiveOperationException | LinkageError e) {
      // Whoever needs it meets the same, and reports it with what it was needed for.
    }
  }
}

package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Host;
import java.io.IOException;
import java.nio.file.Files;

/**
 * The database while somebody uses it: opened by the first, kept open for the next, closed when the component has been
 * stopped and the last one is done, who finishes what was begun.
 */
final class OpenDatabase {
  private final Host host;
  private final Layout layout;
  private Database database;
  private int users;
  private boolean stopped;

  OpenDatabase(Host host, Layout layout) {
    this.host = host;
    this.layout = layout;
  }

  /** One use of it; to be followed by {@link #leave}. The store is made if it is not there. */
  synchronized Database enter() {
    users++; // also if it cannot be opened: whoever enters leaves
    if (database == null) {
      layout.prepare(host.account());
      if (isGone()) {
        throw CarrelException.failed("cannot use the store " + layout.directory() + ": its database " + layout.database()
            + " is gone, and its items are not. carrel store verify --repair makes it again from what is noted beside them");
      }
      try (PatientLock.Held held = PatientLock.acquire(layout.locks().resolve("database"))) {
        database = Database.open(layout.database(), Database.PATIENCE);
      } catch (IOException e) {
        throw layout.failure("open the store's database " + layout.database(), e);
      }
    }
    return database;
  }

  /** Whether there are items, and no database that knows them. */
  boolean isGone() {
    String[] notes = layout.about().toFile().list();
    return !Files.exists(layout.database()) && notes != null && notes.length > 0;
  }

  /**
   * Makes the database again, from what is noted beside the items. Nobody else may use the store meanwhile.
   *
   * @return how many items it has now
   */
  synchronized int rebuild() throws IOException {
    if (database != null) {
      database.close();
      database = null;
    }
    layout.prepare(host.account());
    try (PatientLock.Held held = PatientLock.acquire(layout.locks().resolve("database"))) {
      return new RebuiltDatabase(layout).put();
    }
  }

  synchronized void leave() {
    users--;
    closeIfUnused();
  }

  synchronized void stop() {
    stopped = true;
    closeIfUnused();
  }

  private void closeIfUnused() {
    if (stopped && users == 0 && database != null) {
      database.close();
      database = null;
    }
  }
}

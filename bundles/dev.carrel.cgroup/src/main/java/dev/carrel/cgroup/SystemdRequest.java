package dev.carrel.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/**
 * A call of systemd's.
 *
 * @param socket the user's bus
 */
record SystemdRequest(Path socket) {
  private static final String SERVICE = "org.freedesktop.systemd1";
  private static final String OBJECT = "/org/freedesktop/systemd1";

  /**
   * Has a scope made with a process in it, whose group is delegated.
   *
   * @throws IOException if systemd refuses, or is not there
   */
  void startScope(String name, long pid) throws IOException {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    // The library looks for its transport, and for somebody to log to, by the loader of the thread.
    Thread.currentThread().setContextClassLoader(SystemdRequest.class.getClassLoader());
    try (DBusConnection bus = DBusConnectionBuilder.forAddress("unix:path=" + socket).withShared(false).build()) {
      SystemdManager systemd = bus.getRemoteObject(SERVICE, OBJECT, SystemdManager.class);
      systemd.StartTransientUnit(name, "fail", List.of(
          new SystemdManager.Property("Description", new Variant<>("Containers of Carrel")),
          new SystemdManager.Property("Delegate", new Variant<>(true)),
          new SystemdManager.Property("CollectMode", new Variant<>("inactive-or-failed")),
          new SystemdManager.Property("PIDs", new Variant<>(new UInt32[] {new UInt32(pid)}, "au"))), List.of());
    } catch (DBusException | DBusExecutionException e) {
      throw new IOException("systemd refuses a scope: " + e.getMessage(), e);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}

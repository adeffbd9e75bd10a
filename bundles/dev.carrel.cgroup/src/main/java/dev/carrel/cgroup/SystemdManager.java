package dev.carrel.cgroup;

import java.util.List;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.types.Variant;

/** What is used of systemd's interface; see org.freedesktop.systemd1(5). Public, as the library makes an object of it. */
@DBusInterfaceName("org.freedesktop.systemd1.Manager")
public interface SystemdManager extends DBusInterface {
  /** A property of a unit. */
  final class Property extends Struct {
    @Position(0)
    private final String name;
    @Position(1)
    private final Variant<?> value;

    /** The library reads it by its positions. */
    public Property(String name, Variant<?> value) {
      this.name = name;
      this.value = value;
    }

    /** Its name. */
    public String getName() {
      return name;
    }

    /** Its value. */
    public Variant<?> getValue() {
      return value;
    }
  }

  /** Another unit that is made with one. */
  final class Other extends Struct {
    @Position(0)
    private final String name;
    @Position(1)
    private final List<Property> properties;

    /** The library reads it by its positions. */
    public Other(String name, List<Property> properties) {
      this.name = name;
      this.properties = properties;
    }

    /** Its name. */
    public String getName() {
      return name;
    }

    /** What it has. */
    public List<Property> getProperties() {
      return properties;
    }
  }

  /** Makes a unit that is gone when it ends; returns the job that does it. */
  DBusPath StartTransientUnit(String name, String mode, List<Property> properties, List<Other> others);
}

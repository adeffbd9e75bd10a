package dev.carrel.api.host;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Something that {@code carrel doctor} looks at. Each bundle offers the checks of what it needs. */
@ConsumerType
public interface Check {
  /** Looks, changes nothing, and says what it found. */
  List<Finding> examine();
}

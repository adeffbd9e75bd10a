package dev.carrel.backend.namespace;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.container.Weakness;
import dev.carrel.linux.Launcher.Listener;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Who decides about the system calls that a profile has the kernel tell of (SCMP_ACT_NOTIFY), and what it is told: the container process
 * state of the OCI runtime specification (config-linux.md, "The Container Process State").
 */
final class CallListeners {
  static final String ACTION = "SCMP_ACT_NOTIFY";
  private static final String OCI_VERSION = "1.0.2";

  private CallListeners() {}

  /** Whether a filter tells of system calls. */
  static boolean wanted(Security security) {
    return position(security) >= 0;
  }

  /**
   * Which of the filters tells of system calls: the kernel takes one listener.
   *
   * @return -1 if none does
   * @throws CarrelException of kind USAGE if several do
   */
  static int position(Security security) {
    int found = -1;
    if (!security.has(Weakness.SYSTEM_CALLS)) {
      List<SystemCallFilter> filters = security.systemCalls().parts();
      for (int i = 0; i < filters.size(); i++) {
        if (notifies(filters.get(i), security)) {
          if (found >= 0) {
            throw CarrelException.usage("cannot use two profiles with " + ACTION + ": the kernel takes one listener for a program");
          }
          found = i;
        }
      }
    }
    return found;
  }

  /** Nothing is parsed for a profile without the word. */
  private static boolean notifies(SystemCallFilter filter, Security security) {
    return filter instanceof SystemCallFilter.Oci oci && oci.json().contains(ACTION) && new OciProfile(oci, security.capabilities()).notifies();
  }

  /** @throws CarrelException of kind USAGE if the profile does not say where the listener is */
  static Optional<Listener> of(String id, Security security) {
    int position = position(security);
    if (position < 0) {
      return Optional.empty();
    }
    OciProfile profile = new OciProfile((SystemCallFilter.Oci) security.systemCalls().parts().get(position), security.capabilities());
    return Optional.of(new Listener(profile.listenerPath(), new Message(id, profile.listenerMetadata())));
  }

  private record Message(String id, Optional<String> metadata) implements LongFunction<String> {
    @Override
    public String apply(long pid) {
      JsonArray descriptors = new JsonArray();
      descriptors.add("seccompFd");
      JsonObject state = new JsonObject();
      state.addProperty("ociVersion", OCI_VERSION);
      state.addProperty("id", id);
      state.addProperty("status", "creating");
      state.addProperty("pid", pid);
      state.addProperty("bundle", "");
      JsonObject process = new JsonObject();
      process.addProperty("ociVersion", OCI_VERSION);
      process.add("fds", descriptors);
      process.addProperty("pid", pid);
      metadata.ifPresent(text -> process.addProperty("metadata", text));
      process.add("state", state);
      return process.toString();
    }
  }
}

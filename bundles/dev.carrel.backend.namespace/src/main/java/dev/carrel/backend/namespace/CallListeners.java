package dev.carrel.backend.namespace;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.linux.Launcher.Listener;
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
    return profile(security).filter(OciProfile::notifies).isPresent();
  }

  /** @throws dev.carrel.api.CarrelException of kind USAGE if the profile does not say where the listener is */
  static Optional<Listener> of(String id, Security security) {
    return profile(security).filter(OciProfile::notifies)
        .map(profile -> new Listener(profile.listenerPath(), new Message(id, profile.listenerMetadata())));
  }

  /** Nothing is parsed for a profile without the word. */
  private static Optional<OciProfile> profile(Security security) {
    return security.systemCalls() instanceof SystemCallFilter.Oci oci && oci.json().contains(ACTION)
        ? Optional.of(new OciProfile(oci, security.capabilities())) : Optional.empty();
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

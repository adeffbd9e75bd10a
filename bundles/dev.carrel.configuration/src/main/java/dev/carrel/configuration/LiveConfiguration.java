package dev.carrel.configuration;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.felix.cm.PersistenceManager;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** What ConfigAdmin has: exactly what the files say. It keeps nothing itself, as the files are the truth. */
final class LiveConfiguration implements PersistenceManager {
  /** Every bundle may have it. */
  private static final String ANYWHERE = "?";

  private final Folders folders;
  private final BundleContext context;
  private Configured present = Configured.nothing();
  private Optional<String> failure = Optional.empty();

  LiveConfiguration(Folders folders, BundleContext context) {
    this.folders = folders;
    this.context = context;
    try {
      present = folders.read();
    } catch (CarrelException e) {
      failure = Optional.of(e.getMessage());
    }
  }

  /** Why nothing of it is in force: a file cannot be taken. */
  synchronized Optional<String> failure() {
    return failure;
  }

  Folders folders() {
    return folders;
  }

  /**
   * Has what the files say now count.
   *
   * @throws CarrelException if one cannot be taken; what counted before goes on
   */
  synchronized void reload() {
    Configured next = folders.read();
    Set<String> pids = new TreeSet<>(present.byPid().keySet());
    pids.addAll(next.byPid().keySet());
    Configured before = present;
    present = next;
    failure = Optional.empty();
    pids.removeIf(pid -> before.texts(pid).equals(next.texts(pid)));
    if (!pids.isEmpty()) {
      ConfigurationAdmin admin = admin();
      for (String pid : pids) {
        tell(admin, pid, next);
      }
      new Told(context, admin).await();
    }
  }

  private ConfigurationAdmin admin() {
    ServiceReference<ConfigurationAdmin> reference = context.getServiceReference(ConfigurationAdmin.class);
    ConfigurationAdmin admin = reference == null ? null : context.getService(reference);
    if (admin == null) {
      throw CarrelException.unavailable("no configuration admin available: start the bundle org.apache.felix.configadmin, which offers one");
    }
    return admin;
  }

  private static void tell(ConfigurationAdmin admin, String pid, Configured next) {
    try {
      Configuration configuration = admin.getConfiguration(pid, ANYWHERE);
      if (next.byPid().containsKey(pid)) {
        configuration.update(next.dictionary(pid));
      } else {
        configuration.delete();
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot change the configuration of " + pid + ": " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized boolean exists(String pid) {
    return present.byPid().containsKey(pid);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public synchronized Dictionary load(String pid) {
    Dictionary<String, Object> dictionary = present.dictionary(pid);
    dictionary.put(Constants.SERVICE_PID, pid);
    dictionary.put(ConfigurationAdmin.SERVICE_BUNDLELOCATION, ANYWHERE);
    return dictionary;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public synchronized Enumeration getDictionaries() {
    List<Dictionary> all = new ArrayList<>();
    present.byPid().keySet().forEach(pid -> all.add(load(pid)));
    return Collections.enumeration(all);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public void store(String pid, Dictionary properties) {
    // the file has it already, or somebody's change is to last as long as this process
  }

  @Override
  public void delete(String pid) {
    // the file has it no more, or somebody's change is to last as long as this process
  }
}

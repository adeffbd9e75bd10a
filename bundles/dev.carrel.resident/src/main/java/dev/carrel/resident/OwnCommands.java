package dev.carrel.resident;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Carrel's commands: services with Gogo's properties, whose methods take words and return the exit status. */
record OwnCommands(BundleContext context) {
  private static final String FUNCTION = "osgi.command.function";
  private static final String OWN = "(osgi.command.scope=carrel)";
  private static final int FAILED = 125;

  boolean has(String name) {
    return find(name).isPresent();
  }

  /** Runs one. */
  int run(List<String> words) throws Exception {
    String name = words.get(0);
    Optional<ServiceReference<?>> reference = find(name);
    Object service = reference.isPresent() ? context.getService(reference.get()) : null;
    if (service == null) {
      System.err.println("carrel: the command '" + name + "' is not there any more: its bundle was stopped");
      return FAILED;
    }
    try {
      Method method = service.getClass().getMethod(name, String[].class);
      return (Integer) method.invoke(service, (Object) words.subList(1, words.size()).toArray(new String[0]));
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      context.ungetService(reference.get());
    }
  }

  private Optional<ServiceReference<?>> find(String name) {
    try {
      ServiceReference<?>[] all = context.getAllServiceReferences(null, "(&" + OWN + "(" + FUNCTION + "=" + name + "))");
      return all == null ? Optional.empty() : Optional.of(all[0]);
    } catch (InvalidSyntaxException e) {
      return Optional.empty();
    }
  }
}

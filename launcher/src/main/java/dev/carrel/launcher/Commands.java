package dev.carrel.launcher;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Finds and runs Carrel's own commands: services with Gogo's properties {@code osgi.command.scope} and {@code osgi.command.function}. */
final class Commands {
  private static final int FAILED = 125;
  private static final String FUNCTION = "osgi.command.function";
  private static final String OWN = "(osgi.command.scope=carrel)";

  private final BundleContext context;

  Commands(BundleContext context) {
    this.context = context;
  }

  /** Runs a command; nothing if there is none of that name that takes words. */
  OptionalInt run(List<String> words) throws Exception {
    ServiceReference<?> reference = find(words.get(0));
    return reference == null
        ? OptionalInt.empty() : call(context.getService(reference), words.get(0), words.subList(1, words.size()));
  }

  /** Tells why a file that configures Carrel cannot be taken: then nothing is done but what may mend it. */
  boolean refuseSettings(List<String> words) throws InvalidSyntaxException {
    return !words.get(0).equals("config") && !words.contains("--help") && tellSettings();
  }

  /** Tells why a file that configures Carrel cannot be taken, if that is so. */
  boolean tellSettings() throws InvalidSyntaxException {
    ServiceReference<?>[] references = context.getServiceReferences(Supplier.class.getName(), "(carrel.settings=failure)");
    if (references == null) {
      return false;
    }
    @SuppressWarnings("unchecked") // as its bundle promises
    Optional<String> failure = ((Supplier<Optional<String>>) context.getService(references[0])).get();
    if (failure.isPresent()) {
      System.err.println("carrel: " + failure.get());
    }
    return failure.isPresent();
  }

  private ServiceReference<?> find(String function) throws InvalidSyntaxException {
    ServiceReference<?>[] references = context.getAllServiceReferences(null, OWN);
    if (references != null) {
      for (ServiceReference<?> reference : references) {
        if (functions(reference).contains(function)) {
          return reference;
        }
      }
    }
    return null;
  }

  private static List<String> functions(ServiceReference<?> reference) {
    Object property = reference.getProperty(FUNCTION);
    return property instanceof String[] names ? List.of(names) : List.of(String.valueOf(property));
  }

  private static OptionalInt call(Object service, String function, List<String> arguments) throws Exception {
    if (service == null) {
      System.err.println("carrel: the command '" + function + "' cannot be started");
      return OptionalInt.of(FAILED);
    }
    Method method;
    try {
      method = service.getClass().getMethod(function, String[].class);
    } catch (NoSuchMethodException e) {
      return OptionalInt.empty();
    }
    try {
      Object result = method.invoke(service, (Object) arguments.toArray(new String[0]));
      if (result instanceof Integer status) {
        return OptionalInt.of(status);
      }
      if (result != null) {
        System.out.println(result);
      }
      return OptionalInt.of(0);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}

package dev.carrel.launcher;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Finds and runs commands: services with Gogo's properties {@code osgi.command.scope} and {@code osgi.command.function}.
 * {@code a b ...} is {@code a:b} if there is such a command, otherwise {@code carrel:a b ...}.
 */
final class Commands {
  private static final int FAILED = 125;
  private static final String SCOPE = "osgi.command.scope";
  private static final String FUNCTION = "osgi.command.function";
  private static final String OWN_SCOPE = "carrel";

  private final BundleContext context;

  Commands(BundleContext context) {
    this.context = context;
  }

  int run(List<String> words) throws Exception {
    ServiceReference<?> reference = find(OWN_SCOPE, words.get(0));
    if (reference != null) {
      return call(context.getService(reference), words.get(0), words.subList(1, words.size()));
    }
    if (words.size() > 1) {
      ServiceReference<?> scoped = find(words.get(0), words.get(1));
      if (scoped != null) {
        return call(context.getService(scoped), words.get(1), words.subList(2, words.size()));
      }
    }
    System.err.println("carrel: there is no command '" + words.get(0) + "'. There is: " + String.join(", ", names())
        + ". See carrel --help");
    return FAILED;
  }

  private ServiceReference<?> find(String scope, String function) throws InvalidSyntaxException {
    ServiceReference<?>[] references = context.getAllServiceReferences(null, "(" + FUNCTION + "=*)");
    if (references != null) {
      for (ServiceReference<?> reference : references) {
        if (scope.equals(reference.getProperty(SCOPE)) && functions(reference).contains(function)) {
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

  private List<String> names() throws InvalidSyntaxException {
    TreeSet<String> names = new TreeSet<>();
    ServiceReference<?>[] references = context.getAllServiceReferences(null, "(" + SCOPE + "=" + OWN_SCOPE + ")");
    if (references != null) {
      for (ServiceReference<?> reference : references) {
        names.addAll(functions(reference));
      }
    }
    return new ArrayList<>(names);
  }

  /** A command of Carrel's kind takes words and returns a status; any other is left to Gogo's rules of conversion. */
  private static int call(Object service, String function, List<String> arguments) throws Exception {
    if (service == null) {
      System.err.println("carrel: the command '" + function + "' cannot be started");
      return FAILED;
    }
    Method method;
    try {
      method = service.getClass().getMethod(function, String[].class);
    } catch (NoSuchMethodException e) {
      System.err.println("carrel: the command '" + function + "' can only be used in the interactive shell: it does not take words");
      return FAILED;
    }
    try {
      Object result = method.invoke(service, (Object) arguments.toArray(new String[0]));
      if (result instanceof Integer status) {
        return status;
      }
      if (result != null) {
        System.out.println(result);
      }
      return 0;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}

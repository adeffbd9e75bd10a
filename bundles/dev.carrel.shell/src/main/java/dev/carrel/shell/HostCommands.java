package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** What this host and this Carrel can do: {@code doctor}, {@code backend}, {@code version}, {@code help}. */
@Component(
    service = HostCommands.class,
    configurationPid = "dev.carrel.engine", // whose choice of a backend is told
    property = {
      "osgi.command.scope=carrel",
      "osgi.command.function=doctor",
      "osgi.command.function=backend",
      "osgi.command.function=version",
      "osgi.command.function=help"
    })
public final class HostCommands {
  private static final String SCOPE = "osgi.command.scope";
  private static final String FUNCTION = "osgi.command.function";
  private static final String OWN_SCOPE = "carrel";
  /** All but what the shell itself has, and Felix's bundles. */
  private static final String FOR_PEOPLE = "(!(|(osgi.command.scope=cm)(osgi.command.scope=felix)(osgi.command.scope=gogo)(osgi.command.scope=osgi)(osgi.command.scope=scr)))";

  private final BundleContext context;
  private final String preferred;

  @Activate
  public HostCommands(BundleContext context, Map<String, Object> properties) {
    this.context = context;
    this.preferred = properties.get("backend") instanceof String name ? name : "";
  }

  /** Lists the backends. */
  public int backend(String... arguments) {
    try {
      Words words = new Words("backend", Help.BACKEND, arguments);
      if (words.help()) {
        return 0;
      }
      boolean json = words.flag("--json");
      if (words.operands().isEmpty()) {
        throw words.wrong("what? Say carrel backend list");
      }
      words.only(List.of("list"));
      BackendList backends = BackendList.of(new Offers(context), preferred);
      if (backends.isEmpty() && !json) {
        throw Services.BACKENDS.missing(context);
      }
      System.out.print(json ? backends.json() : backends.text());
      return 0;
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  /** Examines the host. Returns 1 if containers cannot be started. */
  public int doctor(String... arguments) {
    try {
      Words words = new Words("doctor", Help.DOCTOR, arguments);
      if (words.help()) {
        return 0;
      }
      boolean json = words.flag("--json");
      words.only(List.of());
      Diagnosis diagnosis = Diagnosis.of(context);
      System.out.print(json ? diagnosis.json() : diagnosis.text());
      return diagnosis.broken() ? 1 : 0;
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  /** Prints Carrel's version. */
  public int version(String... arguments) {
    try {
      Words words = new Words("version", Help.VERSION, arguments);
      if (words.help()) {
        return 0;
      }
      words.only(List.of());
      Version version = context.getBundle().getVersion();
      String number = version.getMajor() + "." + version.getMinor() + "." + version.getMicro();
      System.out.println("carrel " + number + (version.getQualifier().isEmpty() ? "" : "-" + version.getQualifier()));
      return 0;
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  /** Tells what commands there are, or what one of them does. */
  public int help(String... arguments) {
    try {
      List<String> words = Arrays.asList(arguments);
      if (words.size() > 1) {
        throw CarrelException.usage("carrel help: give the name of one command. See carrel help");
      }
      if (words.equals(List.of("--list"))) {
        commands().forEach(System.out::println);
        return 0;
      }
      if (words.isEmpty() || words.get(0).startsWith("-") || words.get(0).equals("help")) {
        System.out.print(Help.OVERVIEW);
        return 0;
      }
      return helpOf(words.get(0));
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  /** A command explains itself; those of other bundles in Carrel's scope, too. */
  private int helpOf(String name) {
    ServiceReference<?> reference = command(name);
    if (reference == null) {
      throw CarrelException.usage("carrel help: Carrel has no command '" + name + "'. carrel help lists its commands; in the"
          + " interactive shell, gogo:help and felix:help tell of the others");
    }
    Object commands = context.getService(reference);
    try {
      if (commands == null) {
        throw CarrelException.failed("carrel help: the command '" + name + "' is going away");
      }
      Object status = commands.getClass().getMethod(name, String[].class).invoke(commands, (Object) new String[] {"--help"});
      return status instanceof Integer number ? number : 0;
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw CarrelException.failed("carrel help: the command '" + name + "' has no help of its own; gogo:help " + name
          + " may know it in the interactive shell", e);
    } catch (InvocationTargetException e) {
      throw CarrelException.failed("carrel help: the command '" + name + "' failed to explain itself: " + e.getCause(), e.getCause());
    } finally {
      context.ungetService(reference);
    }
  }

  private ServiceReference<?> command(String name) {
    for (ServiceReference<?> reference : references("(" + SCOPE + "=" + OWN_SCOPE + ")")) {
      if (functions(reference).contains(name)) {
        return reference;
      }
    }
    return null;
  }

  /** Carrel's by their names alone, those of add-ons with their scopes; those of the shell itself are listed by gogo:help. */
  private TreeSet<String> commands() {
    TreeSet<String> names = new TreeSet<>();
    for (ServiceReference<?> reference : references(FOR_PEOPLE)) {
      String scope = String.valueOf(reference.getProperty(SCOPE));
      functions(reference).forEach(name -> names.add(scope.equals(OWN_SCOPE) ? name : scope + ":" + name));
    }
    return names;
  }

  private static List<String> functions(ServiceReference<?> reference) {
    Object functions = reference.getProperty(FUNCTION);
    return functions instanceof String[] names ? Arrays.asList(names) : List.of(String.valueOf(functions));
  }

  private ServiceReference<?>[] references(String which) {
    try {
      ServiceReference<?>[] references = context.getAllServiceReferences(null, "(&(" + SCOPE + "=*)(" + FUNCTION + "=*)" + which + ")");
      return references == null ? new ServiceReference<?>[0] : references;
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("the filters have no variable part", e);
    }
  }

  /** The few words that these commands take. */
  private static final class Words {
    private final String name;
    private final String help;
    private final List<String> words;

    Words(String name, String help, String... arguments) {
      this.name = name;
      this.help = help;
      this.words = new ArrayList<>(Arrays.asList(arguments));
    }

    /** Prints the help if it was asked for. */
    boolean help() {
      boolean asked = words.contains("--help") || words.contains("-h");
      if (asked) {
        System.out.print(help);
      }
      return asked;
    }

    /** Takes an option out. */
    boolean flag(String option) {
      return words.removeAll(List.of(option));
    }

    List<String> operands() {
      return words;
    }

    void only(List<String> expected) {
      for (String word : words) {
        if (!expected.contains(word)) {
          throw wrong("unknown " + (word.startsWith("-") ? "option " : "word ") + word);
        }
      }
      if (words.size() > expected.size()) {
        throw wrong(words.get(0) + " is there twice");
      }
    }

    CarrelException wrong(String problem) {
      return WorkplaceOptions.usage(name, problem);
    }
  }
}

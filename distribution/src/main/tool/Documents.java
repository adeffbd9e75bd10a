import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes manual pages and what bash and zsh complete with, of what the commands say with {@code --help}, so that nothing is told twice:
 * {@code Documents CARREL TARGET VERSION}. See man-pages(7), bash(1) and zshcompsys(1).
 */
public final class Documents {
  private static final Pattern OPTION = Pattern.compile("(?<![\\w/-])(--[a-z][a-z0-9-]*)(\\[?=)?");
  /** In usages and tables of commands: a word of its own at the beginning of a line, or after "carrel COMMAND". */
  private static final String VERB = "[a-z][a-z-]*";

  /** Prints ids and names, by the places of the columns, as a name may be missing. For awk(1). */
  private static final String NAMES =
      "NR == 1 { n = index($0, \"NAME\"); s = index($0, \"STATE\"); next } { print $1, substr($0, n, s - n) }";

  private final Path carrel;
  private final Path target;
  private final String version;

  private Documents(Path carrel, Path target, String version) {
    this.carrel = carrel;
    this.target = target;
    this.version = version;
  }

  public static void main(String[] arguments) throws Exception {
    new Documents(Path.of(arguments[0]).toRealPath(), Path.of(arguments[1]), arguments[2]).write();
  }

  private void write() throws Exception {
    Path pages = Files.createDirectories(target.resolve("man/man1"));
    Map<String, String> helps = new TreeMap<>();
    for (String command : says("help", "--list").split("\n")) {
      if (!command.equals("help") && !command.equals("version")) {
        helps.put(command, says(command, "--help"));
      }
    }
    Files.writeString(pages.resolve("carrel.1"), page("carrel", says("--help"), others(helps.keySet())));
    for (Map.Entry<String, String> help : helps.entrySet()) {
      Files.writeString(pages.resolve("carrel-" + help.getKey() + ".1"), page("carrel-" + help.getKey(), help.getValue(), "carrel(1)"));
    }
    Files.writeString(Files.createDirectories(target.resolve("bash")).resolve("carrel"), bash(helps));
    Files.writeString(Files.createDirectories(target.resolve("zsh")).resolve("_carrel"), zsh(helps));
  }

  private String says(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(carrel.toString()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (process.waitFor() != 0 || text.isBlank()) {
      throw new IOException("carrel " + String.join(" ", words) + " does not explain itself");
    }
    return text;
  }

  private static String others(Iterable<String> commands) {
    List<String> names = new ArrayList<>();
    commands.forEach(name -> names.add("carrel-" + name + "(1)"));
    return String.join(", ", names);
  }

  /** The usage, what it is for, and the rest as it was laid out for a terminal. */
  private String page(String name, String help, String others) {
    String[] parts = help.split("\n\n", 2);
    String rest = parts.length < 2 ? "" : parts[1];
    String first = rest.split("\n\n")[0].replace('\n', ' ');
    int end = first.indexOf(". ");
    String purpose = end < 0 ? first.replaceFirst("\\.$", "") : first.substring(0, end);
    return ".TH " + name.toUpperCase(java.util.Locale.ROOT).replace("-", "\\-") + " 1 \"\" \"Carrel " + version + "\" \"Carrel\"\n"
        + ".SH NAME\n" + escape(name) + " \\- " + escape(purpose) + "\n"
        + ".SH SYNOPSIS\n.nf\n" + verbatim(parts[0].replaceFirst("^Usage: ", "").replaceAll("\n {7}", "\n")) + ".fi\n"
        + ".SH DESCRIPTION\n.nf\n" + verbatim(rest) + ".fi\n"
        + ".SH SEE ALSO\n" + escape(others) + "\n";
  }

  private static String verbatim(String text) {
    StringBuilder lines = new StringBuilder();
    for (String line : text.stripTrailing().split("\n")) {
      lines.append(line.startsWith(".") || line.startsWith("'") ? "\\&" : "").append(escape(line)).append('\n');
    }
    return lines.toString();
  }

  private static String escape(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-");
  }

  /** The options of a command; with "=" behind them where they take a value. */
  private static TreeSet<String> options(String help) {
    TreeSet<String> options = new TreeSet<>();
    for (Matcher option = OPTION.matcher(help); option.find(); ) {
      options.add(option.group(1) + ("=".equals(option.group(2)) ? "=" : ""));
    }
    options.removeIf(option -> options.contains(option + "="));
    return options;
  }

  /** The words that may follow a command: what its usage or its table of commands has. */
  private static TreeSet<String> verbs(String command, String help) {
    TreeSet<String> verbs = new TreeSet<>();
    String usage = help.split("\n\n", 2)[0];
    for (Matcher verb = Pattern.compile("carrel " + command + " (" + VERB + "(?:\\|" + VERB + ")*)").matcher(usage); verb.find(); ) {
      verbs.addAll(List.of(verb.group(1).split("\\|")));
    }
    if (usage.contains("carrel " + command + " COMMAND")) {
      for (Matcher verb = Pattern.compile("(?m)^  (" + VERB + ")(?:  | [\\[A-Z<>-])").matcher(help); verb.find(); ) {
        verbs.add(verb.group(1));
      }
      verbs.remove("carrel");
    }
    return verbs;
  }

  /** Whether it takes containers by their names. */
  private static boolean takesContainer(String help) {
    return Pattern.compile("(?m)^(Usage:|      ) .*\\bNAME\\b").matcher(help.split("\n\n", 2)[0]).find() && !help.contains("carrel network create");
  }

  private static String bash(Map<String, String> helps) {
    StringBuilder cases = new StringBuilder();
    StringBuilder containers = new StringBuilder();
    for (Map.Entry<String, String> help : helps.entrySet()) {
      cases.append("    ").append(help.getKey()).append(") options='").append(String.join(" ", options(help.getValue())))
          .append("' verbs='").append(String.join(" ", verbs(help.getKey(), help.getValue()))).append("' ;;\n");
      if (takesContainer(help.getValue())) {
        containers.append(containers.length() == 0 ? "" : "|").append(help.getKey());
      }
    }
    return """
        # Completion of carrel in bash. Made from what its commands say with --help.
        _carrel() {
          local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]-} options= verbs= words= i
          COMPREPLY=()
          if [ "$COMP_CWORD" -eq 1 ]; then
            COMPREPLY=($(compgen -W '%s help --help --version' -- "$current"))
            return
          fi
          for ((i = 2; i < COMP_CWORD; i++)); do
            if [ "${COMP_WORDS[i]}" = -- ]; then
              # What runs inside may be a command here as well.
              COMPREPLY=($(compgen -c -- "$current"))
              return
            fi
          done
          case $command in
        %s    help) verbs='%s' ;;
          esac
          case $current in
            -*) words=$options ;;
            *)
              words=$verbs
              if [ -z "$words" ]; then
                case $command in
                  %s) words=$(carrel list 2>/dev/null | awk '@NAMES@') ;;
                  *) COMPREPLY=($(compgen -f -- "$current")); return ;;
                esac
              elif [ "$COMP_CWORD" -gt 2 ]; then
                COMPREPLY=($(compgen -f -- "$current"))
                return
              fi ;;
          esac
          COMPREPLY=($(compgen -W "$words" -- "$current"))
          [ "${#COMPREPLY[@]}" -eq 1 ] && [ "${COMPREPLY[0]%%=}" != "${COMPREPLY[0]}" ] && compopt -o nospace
        }
        complete -F _carrel carrel
        """.formatted(String.join(" ", helps.keySet()), cases, String.join(" ", helps.keySet()), containers).replace("@NAMES@", NAMES);
  }

  private static String zsh(Map<String, String> helps) {
    StringBuilder commands = new StringBuilder();
    StringBuilder cases = new StringBuilder();
    for (Map.Entry<String, String> help : helps.entrySet()) {
      commands.append("    ").append(help.getKey()).append('\n');
      cases.append("  ").append(help.getKey()).append(")\n    options=(").append(String.join(" ", options(help.getValue())))
          .append(")\n    verbs=(").append(String.join(" ", verbs(help.getKey(), help.getValue()))).append(")\n    names=")
          .append(takesContainer(help.getValue()) ? 1 : 0).append(" ;;\n");
    }
    return """
        #compdef carrel
        # Completion of carrel in zsh. Made from what its commands say with --help.
        local -a commands options verbs
        local names=0
        commands=(
        %s    help
        )
        if (( CURRENT == 2 )); then
          compadd -- $commands --help --version
          return
        fi
        if (( ${words[(I)--]} > 0 && ${words[(I)--]} < CURRENT )); then
          _command_names -e
          return
        fi
        case ${words[2]} in
        %s  help)
            verbs=($commands) ;;
        esac
        if [[ ${words[CURRENT]} == -* ]]; then
          compadd -S '' -- ${(M)options:#*=}
          compadd -- ${options:#*=}
        elif (( ${#verbs} > 0 && CURRENT == 3 )); then
          compadd -- $verbs
        elif (( names )); then
          compadd -- ${=$(carrel list 2>/dev/null | awk '@NAMES@')}
        else
          _files
        fi
        """.formatted(commands, cases).replace("@NAMES@", NAMES);
  }
}

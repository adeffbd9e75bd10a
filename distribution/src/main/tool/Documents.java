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

  /** What both shells ask carrel itself. Whoever waits for a completion waits for that: it has an end, whatever the host is like. */
  private static final String ASK = """
      _carrel_ask() {
        timeout 5 carrel "$@" </dev/null 2>/dev/null
      }
      _carrel_first_column() {
        awk 'NR == 1 { next } $0 == "" { exit } { sub(/^[*] /, ""); if (!told[$1]++) print $1 }'
      }
      _carrel_names() {
        case $1 in
          containers) _carrel_ask list | awk '@NAMES@' ;;
          addons) _carrel_ask addon list | _carrel_first_column ;;
          backends) _carrel_ask backend list | _carrel_first_column ;;
          networks) _carrel_ask network list | _carrel_first_column ;;
          profiles) _carrel_ask profile generations | _carrel_first_column ;;
          settings) _carrel_ask config list | _carrel_first_column ;;
          attachments) printf '%s\\n' none host; _carrel_names networks ;;
          providers) printf '%s\\n' veth pasta slirp4netns ;;
          sources) printf '%s\\n' debian nix guix ;;
        esac
      }
      # Of what kind the names are that follow: PREVIOUS-WORD COMMAND VERB. An option before "=" has that behind it.
      _carrel_kind() {
        case ${1%=} in
          --backend) echo backends; return ;;
          --profile) echo profiles; return ;;
          --provider) echo providers; return ;;
          --source) echo sources; return ;;
        esac
        case $1 in
          --network=) echo attachments; return ;;
          *=) return ;;
        esac
        case "$2 $3" in
          'addon remove') echo addons ;;
          'config get' | 'config unset') echo settings ;;
          'config set') case $1 in set | --system) echo settings ;; esac ;;
          'network inspect' | 'network remove') echo networks ;;
          @CONTAINERS@) echo containers ;;
        esac
      }
      """.replace("@NAMES@", NAMES);

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
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CARREL_ADDONS", "/dev/null"); // what is added where this is made is no part of it
    Process process = builder.start();
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
    for (Matcher verb = Pattern.compile("carrel " + command + " (?:\\[--[a-z]+\\] )?(" + VERB + "(?:\\|" + VERB + ")*)").matcher(usage); verb.find(); ) {
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

  /** Whether it takes containers by their names: where verbs follow, the names are those of something else. */
  private static boolean takesContainer(String command, String help) {
    return Pattern.compile("(?m)^(Usage:|      ) .*\\bNAME\\b").matcher(help.split("\n\n", 2)[0]).find() && verbs(command, help).isEmpty();
  }

  private static String ask(Map<String, String> helps) {
    List<String> patterns = new ArrayList<>();
    helps.forEach((command, help) -> {
      if (takesContainer(command, help)) {
        patterns.add("'" + command + " '*");
      }
    });
    return ASK.replace("@CONTAINERS@", String.join(" | ", patterns));
  }

  private static String bash(Map<String, String> helps) {
    StringBuilder cases = new StringBuilder();
    for (Map.Entry<String, String> help : helps.entrySet()) {
      cases.append("    ").append(help.getKey()).append(") options='").append(String.join(" ", options(help.getValue())))
          .append("' verbs='").append(String.join(" ", verbs(help.getKey(), help.getValue()))).append("' ;;\n");
    }
    return """
        # Completion of carrel in bash. Made from what its commands say with --help.
        @ASK@
        _carrel() {
          local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]-} options= verbs= words= kind= at=1 i
          COMPREPLY=()
          if [ "$COMP_CWORD" -eq 1 ]; then
            COMPREPLY=($(compgen -W '@COMMANDS@ help --help --version' -- "$current"))
            return
          fi
          for ((i = 2; i < COMP_CWORD; i++)); do
            if [ "${COMP_WORDS[i]}" = -- ]; then
              # What runs inside may be a command here as well.
              COMPREPLY=($(compgen -c -- "$current"))
              return
            fi
          done
          # Readline takes "=" for a word of its own.
          if [ "$current" = = ]; then
            current= previous=$previous=
          elif [ "$previous" = = ]; then
            previous=${COMP_WORDS[COMP_CWORD-2]}=
          fi
          # What is planned is another command, with what that takes.
          if [ "$command" = plan ]; then
            [ "${COMP_WORDS[2]}" = --json ] && [ "$COMP_CWORD" -gt 2 ] && at=2
            if [ "$COMP_CWORD" -gt "$((at + 1))" ]; then
              at=$((at + 1))
              command=${COMP_WORDS[at]}
            fi
          fi
          case $command in
        @CASES@    help) verbs='@COMMANDS@' ;;
          esac
          case $previous,$current in
            *=,*) kind=$(_carrel_kind "$previous") ;;
            *,-*) words=$options ;;
            *)
              if [ -n "$verbs" ] && [ "$COMP_CWORD" -eq "$((at + 1))" ]; then
                words=$verbs
              else
                kind=$(_carrel_kind "$previous" "$command" "${COMP_WORDS[at + 1]}")
              fi ;;
          esac
          if [ -n "$kind" ]; then
            words=$(_carrel_names "$kind")
          elif [ -z "$words" ]; then
            COMPREPLY=($(compgen -f -- "$current"))
            return
          fi
          COMPREPLY=($(compgen -W "$words" -- "$current"))
          [ "${#COMPREPLY[@]}" -eq 1 ] && [ "${COMPREPLY[0]%=}" != "${COMPREPLY[0]}" ] && compopt -o nospace
        }
        complete -F _carrel carrel
        """.replace("@ASK@\n", ask(helps)).replace("@CASES@", cases).replace("@COMMANDS@", String.join(" ", helps.keySet()));
  }

  private static String zsh(Map<String, String> helps) {
    StringBuilder commands = new StringBuilder();
    StringBuilder cases = new StringBuilder();
    for (Map.Entry<String, String> help : helps.entrySet()) {
      commands.append("    ").append(help.getKey()).append('\n');
      cases.append("  ").append(help.getKey()).append(")\n    options=(").append(String.join(" ", options(help.getValue())))
          .append(")\n    verbs=(").append(String.join(" ", verbs(help.getKey(), help.getValue()))).append(") ;;\n");
    }
    return """
        #compdef carrel
        # Completion of carrel in zsh. Made from what its commands say with --help.
        @ASK@
        local -a commands options verbs
        local command=${words[2]} previous=${words[CURRENT-1]} kind=
        local -i at=2
        commands=(
        @COMMANDS@    help
        )
        if (( CURRENT == 2 )); then
          compadd -- $commands --help --version
          return
        fi
        if (( ${words[(I)--]} > 0 && ${words[(I)--]} < CURRENT )); then
          _command_names -e
          return
        fi
        # What is planned is another command, with what that takes.
        if [[ $command == plan ]]; then
          [[ ${words[3]} == --json ]] && (( CURRENT > 3 )) && at=3
          if (( CURRENT > at + 1 )); then
            (( at += 1 ))
            command=${words[at]}
          fi
        fi
        case $command in
        @CASES@  help)
            verbs=($commands) ;;
        esac
        if [[ ${words[CURRENT]} == --*=* ]]; then
          kind=$(_carrel_kind ${words[CURRENT]%%=*}=)
          compset -P '*='
        elif [[ ${words[CURRENT]} == -* ]]; then
          compadd -S '' -- ${(M)options:#*=}
          compadd -- ${options:#*=}
          return
        elif (( ${#verbs} > 0 && CURRENT == at + 1 )); then
          compadd -- $verbs
          return
        else
          kind=$(_carrel_kind "$previous" "$command" "${words[at+1]}")
        fi
        if [[ -n $kind ]]; then
          compadd -- ${(f)"$(_carrel_names $kind)"}
        else
          _files
        fi
        """.replace("@ASK@\n", ask(helps)).replace("@CASES@", cases).replace("@COMMANDS@", commands);
  }
}

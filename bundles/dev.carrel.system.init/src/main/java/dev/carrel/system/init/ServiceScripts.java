package dev.carrel.system.init;

import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Restart.When;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The scripts of one service that all inits have in common: what they are to do for it besides supervising it. They need what every
 * Debian system has: sh, coreutils, util-linux. What they remember is in files of the service's directory, where they start.
 */
final class ServiceScripts {
  static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  /** Who has run longer than this has not failed in a row. */
  private static final long LONG_ENOUGH = 10;

  private final Service service;
  private final String locale;

  ServiceScripts(Service service, SystemDeclaration declaration) {
    this.service = service;
    this.locale = declaration.locale();
  }

  /** Waits as long as it has to before a restart, after one failure more than before. */
  String backOff() {
    if (service.restart().when() == When.NEVER) {
      return "";
    }
    List<String> waits = new ArrayList<>();
    Duration longest = service.restart().longest();
    Duration wait = service.restart().first();
    while (wait.compareTo(longest) < 0 && !wait.isZero()) {
      waits.add(seconds(wait));
      wait = wait.multipliedBy(2);
    }
    waits.add(seconds(wait.isZero() ? wait : longest));
    return """
        if [ -s failures ]; then
          set -- %s
          { read -r _; while read -r _ && [ $# -gt 1 ]; do shift; done; } <failures
          sleep "$1" >/dev/null 2>&1 3>&-
        fi
        """.formatted(String.join(" ", waits));
  }

  static String seconds(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? Long.toString(millis / 1000) : "%d.%03d".formatted(millis / 1000, millis % 1000);
  }

  /**
   * What is done when it has ended: {@code $1} is its exit status, or something else if a signal has ended it.
   *
   * @param stay a command that leaves it down
   */
  String afterEnd(String stay) {
    StringBuilder text = new StringBuilder();
    switch (service.restart().when()) {
      case NEVER -> {
        return stay + "\n";
      }
      case ON_FAILURE -> text.append("if [ \"$1\" = 0 ]; then rm -f failures; ").append(stay).append("; fi\n");
      case ALWAYS -> { }
    }
    long enough = Math.max(LONG_ENOUGH, service.restart().longest().toSeconds());
    return text.append("""
        if [ -e started ] && [ $(($(date +%%s) - $(stat -c %%Y started))) -ge %d ]; then rm -f failures; fi
        echo >>failures
        """.formatted(enough)).toString();
  }

  /** The program as its user, with its variables, as one command. */
  String program() {
    return asUser(service.command());
  }

  /** Those that every service has. */
  Map<String, String> variables() {
    return Map.of("LANG", locale, "PATH", PATH);
  }

  private String asUser(List<String> command) {
    StringBuilder line = new StringBuilder();
    Map<String, String> variables = new TreeMap<>(variables());
    if (service.user().equals("root") && service.group().isEmpty()) {
      variables.putAll(Map.of("HOME", "/root", "USER", "root", "LOGNAME", "root", "SHELL", "/bin/sh"));
      line.append("env -i");
    } else {
      String user = ShellText.quoted(service.user());
      line.append("setpriv --reuid ").append(user).append(" --regid ")
          .append(service.group().isPresent() ? ShellText.quoted(service.group().get()) : "\"$(id -g " + user + ")\"")
          .append(" --init-groups --reset-env env");
    }
    variables.putAll(service.environment());
    variables.forEach((name, value) -> line.append(' ').append(ShellText.quoted(name + "=" + value)));
    return line.append(' ').append(ShellText.quoted(command)).toString();
  }

  /** How its run script begins. Redirections of descriptors of two digits are beyond other shells than bash. */
  String shell() {
    return service.readiness() instanceof Readiness.Notification told && told.descriptor() > 9 ? "#!/bin/bash\nexec 2>&1\n" : "#!/bin/sh\nexec 2>&1\n";
  }

  /** Where it starts. */
  String directory() {
    return "cd " + ShellText.quoted(service.directory().toString()) + " || exit 111\n";
  }

  /** How long it may take until it is ready; zero: it is as soon as it runs. */
  Duration readyWithin() {
    return service.readiness() instanceof Readiness.Succeeds succeeds ? succeeds.timeout()
        : service.readiness() instanceof Readiness.Answers answers ? answers.timeout()
        : service.readiness() instanceof Readiness.Notification told ? told.timeout() : Duration.ZERO;
  }

  /**
   * Looks in the background whether it is ready, as long as it runs and may take; ends it otherwise. Empty if nobody has to look. {@code $$}
   * is its process then.
   *
   * @param check the path of {@link #check}
   * @param tell what is done when it is ready, unless it tells that itself
   */
  String watch(String check, String tell) {
    Duration limit = readyWithin();
    if (limit.isZero()) {
      return "";
    }
    return """
        {
          if timeout %1$s sh -c 'until "$0" >/dev/null 2>&1; do sleep 0.1; kill -0 "$1" 2>/dev/null || exit 1; done' %2$s $$; then
            %3$s
          elif kill -KILL $$ 2>/dev/null; then
            echo 'carrel: not ready within %1$s s, so it was killed'
          fi
        } &
        """.formatted(seconds(limit), check, service.readiness() instanceof Readiness.Notification ? ":" : tell);
  }

  /**
   * Whether it is ready: a script that ends well if so. Empty if nobody has to look.
   *
   * @param told a command that ends well if the program has told so
   */
  String check(String told) {
    if (service.readiness() instanceof Readiness.Notification) {
      return "#!/bin/sh\n" + told + "\n";
    }
    if (service.readiness() instanceof Readiness.Succeeds succeeds) {
      return "#!/bin/sh\n" + directory() + "exec " + asUser(succeeds.command()) + "\n";
    }
    return service.readiness() instanceof Readiness.Answers answers ? """
        #!/bin/bash
        exec 3<>/dev/tcp/127.0.0.1/%1$d || exec 3<>/dev/tcp/::1/%1$d
        """.formatted(answers.port()) : "";
  }

  /** A program that runs once: it is up when that has ended well. What asks the service to end is passed on. */
  String once(String tell) {
    return directory() + program() + " 3>&- &\n" + """
        child=$!
        trap 'kill -%s $child' TERM
        wait $child || exit $?
        trap - TERM
        %s
        exec sleep infinity 3>&-
        """.formatted(service.stop().signal(), tell);
  }
}

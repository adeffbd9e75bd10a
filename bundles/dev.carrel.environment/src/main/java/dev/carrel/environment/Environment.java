package dev.carrel.environment;

import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The variables and the command of the program inside. Nothing of the caller's environment is kept unasked. */
final class Environment {
  /** With Debian's directory for games, where cowsay lives. */
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/games:/usr/games";

  private final WorkplaceRequest request;
  private final Resident resident;
  private final Optional<Path> profile;

  Environment(WorkplaceRequest request, Resident resident, Optional<Path> profile) {
    this.request = request;
    this.resident = resident;
    this.profile = profile;
  }

  Map<String, String> variables(Path directory) {
    Map<String, String> variables = new HashMap<>();
    variables.put("PATH", PATH);
    variables.put("USER", resident.account().name());
    variables.put("LOGNAME", resident.account().name());
    variables.put("HOME", resident.account().home().toString());
    variables.put("SHELL", "/bin/sh");
    variables.put("PWD", directory.toString());
    variables.put("LANG", "C.UTF-8");
    variables.put("XDG_RUNTIME_DIR", "/run/user/" + resident.account().uid());
    for (String name : new String[] {"TMPDIR", "TEMPDIR", "TMP", "TEMP"}) {
      variables.put(name, "/tmp");
    }
    if (request.command().isEmpty()) {
      variables.put("PS1", "\\u@\\h \\w [env]\\$ ");
    }
    String terminal = request.hostEnvironment().get("TERM");
    if (request.stdio().terminal().isPresent() && terminal != null) {
      variables.put("TERM", terminal);
    }
    if (!request.preserve().isEmpty()) {
      preserve(variables);
    }
    variables.put("CARREL_ENVIRONMENT", profile.isPresent() ? profile.get().toString() : "/usr");
    return variables;
  }

  private void preserve(Map<String, String> variables) {
    request.hostEnvironment().forEach((name, value) -> {
      for (Pattern pattern : request.preserve()) {
        if (pattern.matcher(name).find()) {
          variables.put(name, value);
          return;
        }
      }
    });
  }

  /** The program, or an interactive shell. */
  List<String> command() {
    if (!request.command().isEmpty()) {
      return request.command();
    }
    // Debian's /etc/bash.bashrc would replace PS1, which tells the user that this is not their own shell.
    return hasBash() ? List.of("/bin/bash", "--norc") : List.of("/bin/sh");
  }

  private boolean hasBash() {
    if (profile.isPresent()) {
      Path usr = profile.get().resolve("usr");
      return !Files.isDirectory(usr) || Files.exists(usr.resolve("bin/bash")); // in a plan it is not there yet
    }
    return request.software() instanceof Software.HostSystem && Files.exists(Path.of("/usr/bin/bash"));
  }
}

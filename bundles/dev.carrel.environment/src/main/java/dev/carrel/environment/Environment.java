package dev.carrel.environment;

import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.ProfileLinks;
import dev.carrel.api.environment.WorkplaceRequest.VariableChange;
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
  private final Provision provision;
  private final String shell;

  Environment(WorkplaceRequest request, Resident resident, Provision provision, String shell) {
    this.request = request;
    this.resident = resident;
    this.provision = provision;
    this.shell = shell;
  }

  Map<String, String> variables(Path directory) {
    Map<String, String> variables = new HashMap<>();
    variables.put("PATH", PATH);
    variables.put("USER", resident.account().name());
    variables.put("LOGNAME", resident.account().name());
    variables.put("HOME", resident.account().home().toString());
    variables.put("SHELL", shell);
    variables.put("PWD", directory.toString());
    variables.put("LANG", "C.UTF-8");
    variables.put("XDG_RUNTIME_DIR", "/run/user/" + resident.account().uid());
    for (String name : new String[] {"TMPDIR", "TEMPDIR", "TMP", "TEMP"}) {
      variables.put(name, "/tmp");
    }
    if (request.command().isEmpty()) {
      variables.put("PS1", isBash() ? "\\u@\\h \\w [env]\\$ " : "[env] $ ");
    }
    String terminal = request.hostEnvironment().get("TERM");
    if (request.stdio().terminal().isPresent() && terminal != null) {
      variables.put("TERM", terminal);
    }
    if (provision.elsewhere().isPresent()) {
      provision.elsewhere().get().addTo(variables);
    }
    if (!request.preserve().isEmpty()) {
      preserve(variables);
    }
    variables.put("CARREL_ENVIRONMENT", name());
    for (VariableChange change : request.variables()) {
      change.applyTo(variables);
    }
    return variables;
  }

  private String name() {
    if (request.links().home()) {
      return resident.account().home().resolve(ProfileLinks.HOME).toString();
    }
    return provision.profile().isPresent() ? provision.profile().get().toString() : "/usr";
  }

  private void preserve(Map<String, String> variables) {
    String path = variables.get("PATH");
    for (Map.Entry<String, String> variable : request.hostEnvironment().entrySet()) {
      String name = variable.getKey();
      boolean possible = !name.isEmpty() && name.indexOf('=') < 0; // some hosts hand on things like "=x"
      for (Pattern pattern : request.preserve()) {
        if (possible && pattern.matcher(name).find()) {
          // The packages' programs are found whatever is kept.
          variables.put(name, name.equals("PATH") ? path + ":" + variable.getValue() : variable.getValue());
        }
      }
    }
  }

  /** The program, or an interactive shell. */
  List<String> command() {
    if (!request.command().isEmpty()) {
      return request.command();
    }
    // Debian's /etc/bash.bashrc would replace PS1, which tells the user that this is not their own shell.
    return isBash() ? List.of(shell, "--norc") : List.of(shell);
  }

  private boolean isBash() {
    return shell.endsWith("/bash");
  }
}

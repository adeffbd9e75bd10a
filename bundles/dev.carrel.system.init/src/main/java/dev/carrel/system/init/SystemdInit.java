package dev.carrel.system.init;

import dev.carrel.api.system.InitSystem;
import dev.carrel.api.system.InitTree.Omission;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Service;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * systemd: a unit for each service, with scripts around its program that do what is not in units: to wait for others until these are up, longer
 * before each restart, and to look whether it is ready. What systemd has for machines is masked.
 */
@Component(service = InitSystem.class, property = InitSystem.NAME + "=systemd")
public final class SystemdInit extends ScriptedInit {
  /** Of the journal, which all services share. */
  private static final long LEAST_LOG = 16 << 20;

  /** As a service of its bundle. */
  public SystemdInit() {
    super("systemd");
  }

  @Override
  String stopSignal() {
    return "RTMIN+3";
  }

  /** It keeps each service in a group of its own, and would mount the other one itself. */
  @Override
  List<String> options() {
    return List.of("--mount=type=cgroup,target=/sys/fs/cgroup", "--mount=type=tmpfs,target=/run/lock,mode=1777,size=5m");
  }

  @Override
  List<Omission> omitted() {
    return MaskedUnits.omissions();
  }

  @Override
  void addOwn(List<Service> services, TreeFiles files) {
    MaskedUnits.addTo(files);
    List<String> all = new ArrayList<>();
    long log = 0;
    for (Service service : services) {
      all.add(unit(service.name()));
      log += service.log().isPresent() ? service.log().get().bytes() * (service.log().get().files() + 1) : 0;
    }
    files.unit("carrel.target", """
        [Unit]
        Description=What was declared
        Requires=basic.target
        After=basic.target
        AllowIsolate=yes
        Wants=%s
        """.formatted(String.join(" ", all)));
    files.unitLink("default.target", "carrel.target");
    files.systemd("system.conf.d/carrel.conf", "[Manager]\nLogTarget=journal\nShowStatus=no\n");
    long most = Math.max(LEAST_LOG, log);
    files.systemd("journald.conf.d/carrel.conf",
        "[Journal]\nAudit=no\nReadKMsg=no\nRateLimitIntervalSec=0\nSystemMaxUse=%1$d\nRuntimeMaxUse=%1$d\n".formatted(most));
  }

  @Override
  void add(Service service, ServiceScripts scripts, String place, TreeFiles files) {
    files.plain(place + unit(service.name()), new SystemdUnit(service, scripts).text());
    files.unitLink(unit(service.name()), TreeFiles.ROOT.resolve(place + unit(service.name())).toString());
    files.program(place + "before", before(service, scripts));
    files.program(place + "after", """
        #!/bin/sh
        cd /run/carrel/state/%s || exit 1
        if [ "$EXIT_CODE" = exited ]; then set -- "$EXIT_STATUS"; else set -- 256; fi
        """.formatted(service.name()) + scripts.afterEnd("exit 0"));
    if (!(service.readiness() instanceof Readiness.Started)) {
      files.program(place + "ready", ready(service, scripts, TreeFiles.ROOT.resolve(place + "check")));
      if (!(service.readiness() instanceof Readiness.Notification)) {
        files.program(place + "check", scripts.check(""));
      }
    }
    if (service.log().isPresent()) {
      files.plain(place + "log", "journal\n");
    }
  }

  /** The name of a service's unit: none that a package has. */
  static String unit(String service) {
    return "carrel-" + service + ".service";
  }

  private static String before(Service service, ServiceScripts scripts) {
    StringBuilder text = new StringBuilder("#!/bin/sh\n");
    String state = "/run/carrel/state/" + service.name();
    text.append("mkdir -p ").append(state).append(" && cd ").append(state).append(" || exit 1\n");
    if (!service.dependsOn().isEmpty()) {
      List<String> units = new ArrayList<>();
      service.dependsOn().forEach(name -> units.add("systemctl -q is-active " + unit(name)));
      text.append("until ").append(String.join(" && ", units)).append("; do sleep 0.1; done\n");
    }
    text.append(": >started\n").append(scripts.backOff()).append(": >started\n");
    if (service.readiness() instanceof Readiness.Notification) {
      text.append("rm -f notify && mkfifo notify && chown ").append(ShellText.quoted(service.user())).append(" notify || exit 1\n");
    }
    return text.toString();
  }

  private static String ready(Service service, ServiceScripts scripts, Path check) {
    String look = service.readiness() instanceof Readiness.Notification
        ? "sh -c 'read -r _ <\"$0\"' /run/carrel/state/" + service.name() + "/notify"
        : "sh -c 'until \"$0\" >/dev/null 2>&1; do sleep 0.1; done' " + check;
    return """
        #!/bin/sh
        timeout %1$s %2$s && exit 0
        echo 'carrel: not ready within %1$s s, so it was killed'
        exit 1
        """.formatted(ServiceScripts.seconds(scripts.readyWithin()), look);
  }

  /** With those of all other services. */
  @Override
  public Optional<Path> log(Service service) {
    return service.log().map(log -> Path.of("/var/log/journal"));
  }
}

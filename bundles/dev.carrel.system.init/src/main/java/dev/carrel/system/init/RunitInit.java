package dev.carrel.system.init;

import dev.carrel.api.system.InitSystem;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Service;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * runit: runsvdir, and for each service runsv; PID 1 is a script that starts it and stops the services in order. A service that is ready has
 * a file that says so, for which those wait that depend on it.
 */
@Component(service = InitSystem.class, property = InitSystem.NAME + "=runit")
public final class RunitInit extends ScriptedInit {
  /** runsv does not start a service again that is wanted down. */
  private static final String STAY = "printf d >supervise/control";

  /** As a service of its bundle. */
  public RunitInit() {
    super("runit");
  }

  @Override
  void addOwn(List<Service> services, TreeFiles files) {
    files.beginning();
  }

  @Override
  void add(Service service, ServiceScripts scripts, String place, TreeFiles files) {
    files.program(place + "run", run(service, scripts));
    files.program(place + "finish", "#!/bin/sh\nrm -f ready\n" + scripts.afterEnd(STAY));
    files.plain(place + "stop-within", Math.max(1, service.stop().timeout().toSeconds()) + "\n");
    if (!service.once() && !service.stop().signal().equals("TERM")) {
      files.program(place + "control/t", "#!/bin/sh\nkill -" + service.stop().signal() + " \"$(cat supervise/pid)\"\n");
    }
    String check = scripts.check("[ -e /run/service/" + service.name() + "/ready ]");
    if (!check.isEmpty()) {
      files.program(place + "ready-check", check);
    }
    if (service.log().isPresent()) {
      files.program(place + "log/run", """
          #!/bin/sh
          mkdir -p /var/log/%1$s && printf 's%2$d\\nn%3$d\\n' >/var/log/%1$s/config && exec svlogd -ttt /var/log/%1$s
          """.formatted(service.name(), service.log().get().bytes(), service.log().get().files() + 1));
    }
  }

  private static String run(Service service, ServiceScripts scripts) {
    String place = "/run/service/" + service.name();
    String tell = ": >" + place + "/ready";
    StringBuilder text = new StringBuilder(scripts.shell()).append("rm -f ready\n: >started\n");
    for (String name : service.dependsOn()) {
      text.append("until [ -e /run/service/").append(name).append("/ready ]; do sleep 0.05; done\n");
    }
    text.append(scripts.backOff()).append(": >started\n");
    if (service.once()) {
      return text.append(scripts.once(tell)).toString();
    }
    String streams = "";
    if (service.readiness() instanceof Readiness.Notification told) {
      text.append("rm -f notify; mkfifo notify\n{ read -r _ <").append(place).append("/notify && ").append(tell).append("; } &\n");
      streams = " " + told.descriptor() + ">" + place + "/notify";
    }
    text.append(scripts.watch(place + "/ready-check", tell)).append(scripts.directory());
    if (service.readiness() instanceof Readiness.Started) {
      text.append(tell).append('\n');
    }
    return text.append("exec ").append(scripts.program()).append(streams).append('\n').toString();
  }
}

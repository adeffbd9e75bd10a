package dev.carrel.shell;

import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.resource.Usage;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Containers as tables and as data. */
final class ContainerReport {
  private static final int LONGEST_COMMAND = 60;

  private ContainerReport() {}

  static String ids(List<ContainerInfo> containers) {
    StringBuilder text = new StringBuilder();
    containers.forEach(container -> text.append(container.id()).append('\n'));
    return text.toString();
  }

  static String table(List<ContainerInfo> containers) {
    Table table = new Table("ID", "NAME", "STATE", "PID", "SINCE", "COMMAND");
    Instant now = Instant.now();
    for (ContainerInfo container : containers) {
      table.row(container.id(), container.name().orElse("-"), state(container),
          container.state() == State.ENDED ? "-" : Long.toString(container.pid()),
          ago(Duration.between(container.ended().isPresent() ? container.ended().get().time() : container.started(), now)),
          command(container));
    }
    return table.toString();
  }

  private static String state(ContainerInfo container) {
    if (container.ended().isEmpty()) {
      return container.state().name().toLowerCase(Locale.ROOT);
    }
    ExitStatus status = container.ended().get().status();
    return status.signal().isPresent() ? "signal " + status.signal().getAsInt() : "exit " + status.code();
  }

  private static String ago(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    return seconds < 120 ? seconds + " s" : seconds < 7200 ? seconds / 60 + " min"
        : seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
  }

  private static String command(ContainerInfo container) {
    StringBuilder text = new StringBuilder();
    for (String word : container.process().command()) {
      text.append(text.length() == 0 ? "" : " ").append(Printable.word(word));
    }
    return text.length() <= LONGEST_COMMAND ? text.toString() : text.substring(0, LONGEST_COMMAND) + "...";
  }

  static String json(List<ContainerInfo> containers) {
    return json(containers, Map.of());
  }

  /** @param usage what they consume, by their ids */
  static String json(List<ContainerInfo> containers, Map<String, Usage> usage) {
    List<Object> all = new ArrayList<>();
    for (ContainerInfo container : containers) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("id", container.id());
      container.name().ifPresent(name -> data.put("name", name));
      data.put("state", container.state().name().toLowerCase(Locale.ROOT));
      data.put("pid", container.pid());
      data.put("started", container.started().toString());
      container.ended().ifPresent(end -> {
        data.put("ended", end.time().toString());
        data.put("status", end.status().shellStatus());
        end.status().signal().ifPresent(signal -> data.put("signal", signal));
      });
      data.put("command", container.process().command());
      data.put("directory", container.process().directory().toString());
      data.put("environment", container.process().environment());
      data.put("detached", container.detached());
      if (!container.annotations().isEmpty()) {
        data.put("annotations", container.annotations());
      }
      data.put("backend", container.backend());
      container.network().ifPresent(network -> data.put("network", network(network)));
      container.limits().ifPresent(limits -> data.put("limits", LimitReport.data(limits)));
      container.outOfMemory().ifPresent(word -> data.put("out-of-memory", LimitReport.data(word)));
      Usage used = usage.get(container.id());
      if (used != null) {
        data.put("usage", LimitReport.data(used));
      }
      container.record().ifPresent(record -> data.put("record", record.toString()));
      all.add(data);
    }
    return Json.of(all);
  }

  private static Map<String, Object> network(Attachment network) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", network.network());
    data.put("provider", network.provider());
    data.put("device", network.device());
    network.mac().ifPresent(mac -> data.put("mac", mac.toString()));
    data.put("addresses", texts(network.addresses()));
    data.put("gateways", texts(network.gateways()));
    if (!network.dns().isEmpty()) {
      data.put("dns", texts(network.dns()));
    }
    List<String> ports = new ArrayList<>();
    network.published().forEach(port -> ports.add(port.toString()));
    data.put("published", ports);
    if (!network.notes().isEmpty()) {
      data.put("notes", network.notes());
    }
    return data;
  }

  private static List<String> texts(List<InetAddress> addresses) {
    List<String> texts = new ArrayList<>();
    addresses.forEach(address -> texts.add(Addresses.text(address)));
    return texts;
  }
}

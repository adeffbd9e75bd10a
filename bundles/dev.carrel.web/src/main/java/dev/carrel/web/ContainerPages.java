package dev.carrel.web;

import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Usage;
import dev.carrel.web.Samples.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Function;

/** Shows containers: all of them, and one with what it was made of and what it uses. */
final class ContainerPages {
  private final Containers containers;
  private final Samples samples;

  ContainerPages(Containers containers, Samples samples) {
    this.containers = containers;
    this.samples = samples;
  }

  Page all() {
    Html body = new Html().raw("<table>").heads("Container", "State", "Program", "Started", "CPU", "Memory", "Limit", "Processes");
    for (ContainerHandle container : containers.all()) {
      row(body, container);
    }
    return Page.html("Containers", "", body.raw("</table>"));
  }

  private void row(Html body, ContainerHandle container) {
    ContainerInfo info = container.info();
    Optional<Usage> usage = info.state() == State.ENDED ? Optional.empty() : Watch.usage(container);
    List<Sample> seen = samples.of(info.id());
    Optional<Double> share = seen.isEmpty() ? Optional.empty() : seen.get(seen.size() - 1).share();
    body.raw("<tr><td>").link("container/" + info.id(), info.name().orElse(info.id())).raw("</td>").element("td", state(info))
        .element("td", String.join(" ", info.process().command())).element("td", Units.time(info.started()))
        .element("td", usage.isEmpty() ? "-" : share.map(Units::percent).orElse("-"))
        .element("td", number(usage.map(Usage::memory), Units::bytes))
        .element("td", info.limits().flatMap(limits -> limits.memory()).map(bound -> bound(bound, true)).orElse("-"))
        .element("td", number(usage.map(Usage::processes), Units::number)).raw("</tr>");
  }

  private static String state(ContainerInfo info) {
    String state = info.state().name().toLowerCase(Locale.ROOT);
    return info.ended().isPresent() ? state + " with " + info.ended().get().status().shellStatus() : state;
  }

  private static String number(Optional<OptionalLong> number, Function<Double, String> unit) {
    return number.isPresent() && number.get().isPresent() ? unit.apply((double) number.get().getAsLong()) : "-";
  }

  private static String bound(Bound bound, boolean bytes) {
    return bound.isUnlimited() ? bound.toString() : bytes ? Units.bytes(bound.value()) : Units.number(bound.value());
  }

  /** Nothing if there is none of this id. */
  Optional<Page> one(String id) {
    return container(id).map(this::page);
  }

  /** How it was made; nothing if there is none of this id. */
  Optional<Page> plan(String id) {
    return container(id).map(PlanPage::of);
  }

  private Optional<ContainerHandle> container(String id) {
    return containers.all().stream().filter(container -> container.id().equals(id)).findFirst();
  }

  private Page page(ContainerHandle container) {
    ContainerInfo info = container.info();
    Html body = new Html();
    graphs(body, info.id());
    body.raw("<h2>Plan</h2><table>").fact("id", info.id()).fact("state", state(info)).fact("backend", info.backend())
        .fact("program", String.join(" ", info.process().command())).fact("starts in", info.process().directory().toString())
        .fact("variables", String.join(" ", new TreeSet<>(info.process().environment().keySet()))) // not what they say: secrets are given that way
        .fact("started", Units.time(info.started())).fact("outlives its Carrel", info.detached() ? "yes" : "no");
    info.limits().ifPresent(limits -> {
      limits.memory().ifPresent(bound -> body.fact("memory", "at most " + bound(bound, true)));
      limits.cpus().ifPresent(bound -> body.fact("processors", bound.isUnlimited() ? bound.toString() : Double.toString(bound.value() / 1000.0)));
      limits.processes().ifPresent(bound -> body.fact("processes", "at most " + bound(bound, false)));
    });
    info.network().ifPresent(network -> network(body, network));
    info.outOfMemory().ifPresent(word -> body.fact("ran out of memory", word.kills() + " processes were killed"));
    info.annotations().forEach((key, value) -> body.fact(key, value));
    body.raw("</table><p>").link(info.id() + "/plan", "How it was made, step by step").raw("</p>");
    if (info.state() != State.ENDED) {
      mounts(body, container);
    }
    return Page.html(info.name().orElse(info.id()), "../", body);
  }

  private static void network(Html body, Attachment network) {
    List<String> addresses = new ArrayList<>();
    network.addresses().forEach(address -> addresses.add(Addresses.text(address)));
    body.fact("network", network.network() + " by " + network.provider()).fact("addresses", String.join(" ", addresses));
    List<String> ports = new ArrayList<>();
    network.published().forEach(port -> ports.add(port.toString()));
    body.fact("published ports", String.join(" ", ports));
  }

  private static void mounts(Html body, ContainerHandle container) {
    List<Long> pids = new ArrayList<>();
    container.processes().forEach(process -> pids.add(process.pid()));
    body.raw("<h2>Mounts</h2><table>").heads("Inside", "What", "Type", "Flags");
    for (Mounts.Mount mount : Mounts.of(pids).all()) {
      body.raw("<tr>").element("td", mount.target()).element("td", mount.source()).element("td", mount.type()).element("td", mount.flags()).raw("</tr>");
    }
    body.raw("</table>");
  }

  private void graphs(Html body, String id) {
    List<Sample> seen = samples.of(id);
    if (!seen.isEmpty()) {
      body.element("h2", "Usage over the last minutes");
      new Chart("Processor time", seen.stream().map(Sample::share).toList(), Units::percent).addTo(body);
      new Chart("Memory", seen.stream().map(sample -> value(sample.memory())).toList(), Units::bytes).addTo(body);
      new Chart("Processes", seen.stream().map(sample -> value(sample.processes())).toList(), Units::number).addTo(body);
    }
  }

  private static Optional<Double> value(OptionalLong number) {
    return number.isPresent() ? Optional.of((double) number.getAsLong()) : Optional.empty();
  }
}

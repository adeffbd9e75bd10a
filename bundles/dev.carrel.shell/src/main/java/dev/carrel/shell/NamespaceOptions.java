package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Join;
import dev.carrel.api.container.Join.Source;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.GuestUser;
import dev.carrel.api.environment.WorkplaceRequest.GuestRange;
import dev.carrel.api.host.IdRange;
import dev.carrel.api.network.NetworkSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.Option;

/**
 * The options about namespaces and ids.
 *
 * @param own namespaces of the container's own
 * @param network what follows from them
 */
record NamespaceOptions(
    Set<Namespace> own, List<Join> joins, Optional<Duration> clockOffset, NetworkSpec network, Optional<GuestUser> ids, GuestRange range) {
  private static final String KINDS = "user, mnt, pid, net, ipc, uts, cgroup and time";

  /** @throws CarrelException of kind USAGE if one makes no sense */
  static NamespaceOptions of(String command, Option[] options, NetworkLine line, Pids pids) {
    Set<Namespace> own = EnumSet.noneOf(Namespace.class);
    own.addAll(Namespace.standard());
    List<Join> joins = new ArrayList<>(0);
    Optional<Duration> offset = Optional.empty();
    long uid = -1;
    long gid = -1;
    GuestRange range = new GuestRange.Standard();
    boolean chosen = false;
    for (Option option : options) {
      String name = option.getLongOpt() == null ? "" : option.getLongOpt();
      switch (name) {
        case "namespaces" -> {
          own = namespaces(command, option.getValue());
          chosen = true;
        }
        case "join" -> joins.add(join(command, option.getValue(), pids));
        case "time-offset" -> offset = Optional.of(Duration.ofSeconds(number(command, name, option.getValue(), Integer.MAX_VALUE)));
        case "uid" -> uid = number(command, name, option.getValue(), GuestUser.LARGEST_ID);
        case "gid" -> gid = number(command, name, option.getValue(), GuestUser.LARGEST_ID);
        case "ids" -> range = range(command, option.getValue());
        default -> { }
      }
    }
    if (offset.isPresent()) {
      own.add(Namespace.TIME);
    }
    boolean joinsNetwork = false;
    for (Join join : joins) {
      own.remove(join.kind());
      joinsNetwork |= join.kind() == Namespace.NETWORK;
    }
    Optional<NetworkSpec> network = line.spec();
    boolean isOwn = network.isPresent() && network.get() != NetworkSpec.HOST && network.get() != NetworkSpec.JOINED;
    if (network.isPresent() && (joinsNetwork || chosen && isOwn != own.contains(Namespace.NETWORK))) {
      throw WorkplaceOptions.usage(command, "--network says what --namespaces or --join say otherwise: leave one out");
    }
    if (network.isPresent() && !isOwn) {
      own.remove(Namespace.NETWORK);
    }
    if (line.joined().isPresent()) {
      joins.add(new Join(Namespace.NETWORK, pids.of(line.joined().get())));
      joinsNetwork = true;
    }
    NetworkSpec kind = joinsNetwork ? NetworkSpec.JOINED : network.isPresent() ? network.get()
        : own.contains(Namespace.NETWORK) ? NetworkSpec.NONE : NetworkSpec.HOST;
    if ((uid < 0) != (gid < 0)) {
      throw WorkplaceOptions.usage(command, "--uid and --gid belong together: give both");
    }
    return new NamespaceOptions(own, joins, offset, kind, uid < 0 ? Optional.empty() : Optional.of(new GuestUser(uid, gid)), range);
  }

  /** {@code all} and what is left out of it with a minus, or a list. */
  private static Set<Namespace> namespaces(String command, String text) {
    Set<Namespace> own = EnumSet.noneOf(Namespace.class);
    for (String word : text.split(",", -1)) {
      boolean out = word.startsWith("-");
      String kind = out ? word.substring(1) : word;
      if (kind.equals("all")) {
        own.addAll(Namespace.standard());
        continue;
      }
      if (kind.equals("none")) {
        own.clear();
        continue;
      }
      Namespace namespace = Namespace.of(kind).orElseThrow(() -> WorkplaceOptions.usage(command, "--namespaces=" + text + ": '" + kind
          + "' is no namespace: they are " + KINDS + "; all,-net means all but net"));
      if (out) {
        own.remove(namespace);
      } else {
        own.add(namespace);
      }
    }
    return own;
  }

  private static GuestRange range(String command, String text) {
    if (text.equals("auto")) {
      return new GuestRange.Available();
    }
    int colon = text.indexOf(':');
    try {
      if (colon < 0) {
        return new GuestRange.Count(Long.parseLong(text));
      }
      return new GuestRange.Given(new IdRange(Long.parseLong(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1))));
    } catch (NumberFormatException e) {
      throw WorkplaceOptions.usage(command, "--ids=" + text + ": write how many, FIRST:COUNT of the host's, or auto");
    } catch (IllegalArgumentException e) {
      throw WorkplaceOptions.usage(command, "--ids=" + text + ": " + e.getMessage());
    }
  }

  private static Join join(String command, String text, Pids pids) {
    int colon = text.indexOf(':');
    if (colon < 1 || colon == text.length() - 1) {
      throw WorkplaceOptions.usage(command, "--join=" + text + ": write KIND:PID, KIND:CONTAINER or KIND:FILE, for example net:web");
    }
    String kind = text.substring(0, colon);
    Namespace namespace = Namespace.of(kind).orElseThrow(() ->
        WorkplaceOptions.usage(command, "--join=" + text + ": '" + kind + "' is no namespace: net, ipc, uts, cgroup and time can be joined"));
    try {
      return new Join(namespace, source(text.substring(colon + 1), pids));
    } catch (IllegalArgumentException e) {
      throw WorkplaceOptions.usage(command, "--join=" + text + ": " + e.getMessage());
    }
  }

  /** A container, a pid, or a file; that of a process is as good as its pid. */
  private static Source source(String word, Pids pids) {
    if (!word.startsWith("/")) {
      return new Source.OfProcess(pids.of(word));
    }
    String[] names = word.split("/");
    if (word.startsWith("/proc/") && names.length == 5 && names[3].equals("ns") && !names[2].equals("self")) {
      return new Source.OfProcess(pids.of(names[2]));
    }
    return new Source.AtPath(Path.of(word));
  }

  private static long number(String command, String option, String text, long largest) {
    try {
      long number = Long.parseLong(text);
      if (number >= 0 && number <= largest && Long.toString(number).equals(text)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw WorkplaceOptions.usage(command, "--" + option + "=" + text + " is no whole number from 0 to " + largest);
  }
}

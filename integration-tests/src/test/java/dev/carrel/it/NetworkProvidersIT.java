package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.conformance.Neighbour;
import dev.carrel.conformance.NetworkProviderConformance;
import dev.carrel.it.ChildReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;

/**
 * The providers of networks keep their contract: that of root on one host of the tests' own, those of ordinary users on another one, by such
 * a user. What runs there is another JVM, as none can go to another network with all its threads.
 */
@Tag(User.ROOT)
class NetworkProvidersIT {
  private static final int MINUTES = 15;

  /** The contract, kept by a provider that a bundle in Felix offers. */
  @ExtendWith(FelixExtension.class)
  abstract static class Found extends NetworkProviderConformance {
    private final IsolationBackend backend;
    private final NetworkProvider provider;

    Found(String name, BundleContext context) {
      Services services = new Services(context);
      backend = services.named(IsolationBackend.class, IsolationBackend.NAME, "namespace");
      provider = services.named(NetworkProvider.class, NetworkProvider.NAME, name);
    }

    @Override
    protected IsolationBackend backend() {
      return backend;
    }

    @Override
    protected NetworkProvider provider() {
      return provider;
    }

    @Override
    protected Neighbour neighbour() {
      return NetworkNeighbour.told();
    }
  }

  static class Veth extends Found {
    Veth(BundleContext context) {
      super("veth", context);
    }
  }

  static class Pasta extends Found {
    Pasta(BundleContext context) {
      super("pasta", context);
    }
  }

  static class Slirp4netns extends Found {
    Slirp4netns(BundleContext context) {
      super("slirp4netns", context);
    }
  }

  @TestFactory
  List<DynamicTest> veth_keeps_the_contract_of_network_providers(@TempDir Path directory) throws Exception {
    assumeTrue(NetworkLab.possible(), "needs root, iproute2, nftables and python3, and a kernel with veth and nf_tables");
    try (NetworkLab lab = new NetworkLab(directory);
        NetworkNeighbour neighbour = NetworkNeighbour.start(directory, lab::outsideLine, NetworkLab.OUTSIDE, NetworkLab.HOST)) {
      Path report = directory.resolve("report");
      List<String> line = new ArrayList<>(List.of("env", "CARREL_STATE=" + lab.state()));
      line.addAll(ChildJvm.here().command(Checkout.underTest(), report, pattern("Veth"), neighbour.property()));
      return tests(lab.hostLine(line.toArray(String[]::new)), report, directory);
    }
  }

  @TestFactory
  List<DynamicTest> pasta_and_slirp4netns_keep_it_for_an_ordinary_user() throws Exception {
    try (NetworkHost host = NetworkHost.start();
        NetworkNeighbour neighbour = NetworkNeighbour.start(host.work().getParent(), host::worldLine, "10.77.0.1", "10.77.0.2")) {
      Path report = host.work().resolve("report");
      ChildJvm jvm = ChildJvm.copiedTo(Files.createDirectory(host.work().resolveSibling("classes")));
      List<String> line = new ArrayList<>(List.of("env", "CARREL_STATE=" + host.state(), "HOME=" + host.work(), "LANG=C.UTF-8"));
      line.addAll(jvm.command(host.checkout(), report, pattern("(Pasta|Slirp4netns)"), "user.home=" + host.work(), neighbour.property()));
      return tests(host.line(line), report, host.work());
    }
  }

  private static String pattern(String nested) {
    return ".*\\.NetworkProvidersIT\\$" + nested;
  }

  private static List<DynamicTest> tests(List<String> line, Path report, Path directory) throws IOException, InterruptedException {
    Path log = directory.resolve("child.log");
    Process child = new ProcessBuilder(line).directory(directory.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = child.waitFor(MINUTES, TimeUnit.MINUTES);
    child.destroyForcibly();
    assertThat(ended && Files.exists(report)).as(Files.readString(log)).isTrue();
    List<DynamicTest> tests = new ArrayList<>();
    for (Outcome outcome : ChildReport.read(report).outcomes()) {
      tests.add(DynamicTest.dynamicTest(outcome.name(), outcome::happenAgain));
    }
    assertThat(tests).as(Files.readString(log)).isNotEmpty();
    return tests;
  }
}

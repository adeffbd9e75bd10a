package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import dev.carrel.api.host.Host;
import dev.carrel.linux.netfilter.RuleFailure;
import dev.carrel.linux.netfilter.RuleSet;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Whether this user can have networks of bridges and veth pairs here. */
@Component
public final class VethCheck implements Check {
  private static final String SUBJECT = "network veth";

  private final Host host;

  @Activate
  public VethCheck(@Reference Host host) {
    this.host = host;
  }

  @Override
  public List<Finding> examine() {
    Optional<String> reason = VethNetworks.unavailable(host);
    if (reason.isPresent()) {
      return List.of(limited(reason.get(), "Needed only for networks that containers share, --egress, --allow-net and --deny-net: run Carrel as root"));
    }
    try (RuleSet rules = RuleSet.open()) {
      rules.run("list tables");
    } catch (RuleFailure failure) {
      return List.of(limited("the kernel refuses rules of nftables: " + failure.getMessage(), "Needed only for --network: modprobe nf_tables"));
    } catch (CarrelException failure) {
      return List.of(limited(failure.getMessage(), "Needed only for --network"));
    }
    return List.of(VethNetworks.hasFirewalls() ? Finding.ok(SUBJECT, "networks that containers share, published ports, firewalls")
        : limited("no firewalls: the kernel shows nftables nothing of what crosses a bridge", "Needed only for --allow-net and --deny-net: modprobe br_netfilter"));
  }

  private static Finding limited(String detail, String remedy) {
    return new Finding(SUBJECT, Level.LIMITED, detail, remedy);
  }
}

package dev.carrel.store.nix;

import dev.carrel.api.store.HostStore;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Nix's: /nix/store. */
@Component(service = HostStore.class, property = HostStore.NAME + "=nix")
public final class NixStore extends DatabaseStore {
  private final String root;

  /** Where the component's properties or the environment say. */
  @Activate
  public NixStore(Map<String, Object> properties) {
    this(properties.get(ROOT) instanceof String root ? root : "", System.getenv(), PATIENCE);
  }

  NixStore(String root, Map<String, String> environment, long patience) {
    super("nix", environment, patience);
    this.root = root;
  }

  @Override
  Place locate() {
    return Place.nix(root, environment());
  }
}

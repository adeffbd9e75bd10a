package dev.carrel.store.nix;

import dev.carrel.api.store.HostStore;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Guix's: /gnu/store. */
@Component(service = HostStore.class, property = HostStore.NAME + "=guix")
public final class GuixStore extends DatabaseStore {
  private final String root;

  /** Where the component's properties or the environment say. */
  @Activate
  public GuixStore(Map<String, Object> properties) {
    this(properties.get(ROOT) instanceof String root ? root : "", System.getenv(), PATIENCE);
  }

  GuixStore(String root, Map<String, String> environment, long patience) {
    super("guix", environment, patience);
    this.root = root;
  }

  @Override
  Place locate() {
    return Place.guix(root, environment());
  }
}

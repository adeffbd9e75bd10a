package dev.carrel.system;

import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.GuestRange;
import dev.carrel.api.environment.WorkplaceRequest.ProfileLinks;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.store.PackageRequest;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The place to work whose profile is that of a system: nobody ever works there. */
final class ProfileRequest {
  private ProfileRequest() {}

  static WorkplaceRequest of(List<String> packages, boolean refresh) {
    List<PackageRequest> requests = packages.stream().map(PackageRequest::parse).toList();
    return new WorkplaceRequest(new Software.Packages(requests, Optional.empty(), refresh), List.of("true"), Path.of("/"), false, List.of(), List.of(),
        PathProtection.none(), Map.of(), List.of(), List.of(), Optional.empty(), Optional.empty(), new GuestRange.Standard(), NetworkSpec.NONE,
        EnumSet.complementOf(EnumSet.of(Namespace.TIME)), List.of(), Optional.empty(), false, Optional.empty(), Map.of(), Optional.empty(),
        ProfileLinks.none(), Optional.empty(), Security.standard(), Life.unrecorded(), ProcessTraits.standard(), Stdio.discard());
  }
}

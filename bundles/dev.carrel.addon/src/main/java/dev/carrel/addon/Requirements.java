package dev.carrel.addon;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/** What a bundle needs and nobody offers, in words. */
final class Requirements {
  private static final Pattern FROM = Pattern.compile("\\(version>=([0-9A-Za-z_.-]+)\\)");
  private static final Pattern BEFORE = Pattern.compile("\\(!\\(version>=([0-9A-Za-z_.-]+)\\)\\)");
  private static final Pattern JAVA = Pattern.compile("\\(version=([0-9.]+)\\)");

  private Requirements() {}

  /** None if all is there, and only not together. */
  static List<String> missing(Bundle bundle, FrameworkWiring framework) {
    List<String> missing = new ArrayList<>();
    for (BundleRequirement requirement : bundle.adapt(BundleRevision.class).getDeclaredRequirements(null)) {
      Map<String, String> directives = requirement.getDirectives();
      boolean needed = !Constants.RESOLUTION_OPTIONAL.equals(directives.get(Constants.RESOLUTION_DIRECTIVE)) && !isDynamic(directives)
          && !"active".equals(directives.get(Constants.EFFECTIVE_DIRECTIVE));
      if (needed && framework.findProviders(requirement).isEmpty()) {
        missing.add(words(requirement, framework));
      }
    }
    return missing;
  }

  private static boolean isDynamic(Map<String, String> directives) {
    return PackageNamespace.RESOLUTION_DYNAMIC.equals(directives.get(Constants.RESOLUTION_DIRECTIVE));
  }

  private static String words(BundleRequirement requirement, FrameworkWiring framework) {
    String filter = requirement.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
    String namespace = requirement.getNamespace();
    return switch (namespace) {
      case PackageNamespace.PACKAGE_NAMESPACE -> {
        String name = value(filter, namespace);
        yield "the package " + name + versions(filter) + offered(name, framework);
      }
      case BundleNamespace.BUNDLE_NAMESPACE, HostNamespace.HOST_NAMESPACE -> "the bundle " + value(filter, namespace) + versions(filter);
      case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE -> {
        Matcher version = JAVA.matcher(filter);
        yield "Java " + (version.find() ? version.group(1) : filter) + " (this is " + Runtime.version().feature() + ")";
      }
      default -> "what offers " + namespace + (filter.isEmpty() ? "" : " " + filter);
    };
  }

  private static String value(String filter, String namespace) {
    Matcher matcher = Pattern.compile("\\(" + Pattern.quote(namespace) + "=([^)]*)\\)").matcher(filter);
    return matcher.find() ? matcher.group(1) : filter;
  }

  private static String versions(String filter) {
    Matcher before = BEFORE.matcher(filter);
    String end = before.find() ? " and before " + before.group(1) : "";
    Matcher from = FROM.matcher(filter.replaceAll("\\(!\\([^)]*\\)\\)", ""));
    return from.find() ? " of version " + from.group(1) + " or later" + end : "";
  }

  private static String offered(String name, FrameworkWiring framework) {
    List<String> versions = new ArrayList<>();
    for (Bundle bundle : framework.getBundle().getBundleContext().getBundles()) {
      BundleRevision revision = bundle.adapt(BundleRevision.class);
      for (BundleCapability capability : revision == null ? List.<BundleCapability>of() : revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE)) {
        if (name.equals(capability.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))) {
          versions.add(String.valueOf(capability.getAttributes().get(Constants.VERSION_ATTRIBUTE)));
        }
      }
    }
    return versions.isEmpty() ? "" : " (there is " + String.join(", ", versions) + ")";
  }
}

package dev.carrel.environment;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Several sources for one set of packages: {@code store:tool} comes from {@code store}, everything else from where it always does. */
final class CombinedSource implements PackageSource {
  private final Map<PackageSource, List<PackageRequest>> parts;
  private final Map<Resolution, Map<PackageSource, Resolution>> resolved = new LinkedHashMap<>();

  /** Of requests without their prefixes. */
  CombinedSource(Map<PackageSource, List<PackageRequest>> parts) {
    this.parts = parts;
  }

  @Override
  public String name() {
    StringBuilder name = new StringBuilder();
    for (PackageSource part : parts.keySet()) {
      name.append(name.length() == 0 ? "" : "+").append(part.name());
    }
    return name.toString();
  }

  @Override
  public String state(Store store) {
    StringBuilder state = new StringBuilder();
    for (PackageSource part : parts.keySet()) {
      String one = part.state(store);
      if (one.isEmpty()) {
        return "";
      }
      state.append(one).append('\0');
    }
    return state.toString();
  }

  @Override
  public Resolution resolve(List<PackageRequest> wanted, Store store, Lists lists, Progress progress) {
    return resolve(wanted, List.of(), store, lists, progress);
  }

  /** What came from each part, by its name. */
  Map<String, List<Resolved>> parts(Resolution resolution) {
    Map<String, List<Resolved>> packages = new LinkedHashMap<>();
    resolved.get(resolution).forEach((source, part) -> packages.put(source.name(), part.packages()));
    return packages;
  }

  @Override
  public Resolution resolve(List<PackageRequest> wanted, List<PackageRequest> preferred, Store store, Lists lists, Progress progress) {
    Map<PackageSource, Resolution> found = new LinkedHashMap<>();
    TreeMap<String, Resolved> packages = new TreeMap<>();
    for (Map.Entry<PackageSource, List<PackageRequest>> part : parts.entrySet()) {
      Resolution resolution = part.getKey().resolve(part.getValue(), preferred, store, lists, progress);
      found.put(part.getKey(), resolution);
      resolution.packages().forEach(one -> packages.put(one.name() + "\0" + one.item().fileName(), one));
    }
    Resolution all = new Resolution(name(), new ArrayList<>(packages.values()));
    resolved.put(all, found);
    return all;
  }

  /** That of the first part that has one: no two package managers configure one tree. */
  @Override
  public Optional<Configuration> configuration() {
    for (PackageSource part : parts.keySet()) {
      Optional<Configuration> configuration = part.configuration();
      if (configuration.isPresent()) {
        return Optional.of(new Part(part, configuration.get()));
      }
    }
    return Optional.empty();
  }

  /** The configuration of one part, which is to see its own packages alone. */
  private final class Part implements Configuration {
    private final PackageSource source;
    private final Configuration configuration;

    Part(PackageSource source, Configuration configuration) {
      this.source = source;
      this.configuration = configuration;
    }

    @Override
    public String format() {
      return configuration.format();
    }

    /** The same items may also be those of a source that configures nothing. */
    @Override
    public String format(Resolution resolution) {
      Resolution part = resolved.get(resolution).get(source);
      TreeSet<String> items = new TreeSet<>();
      part.items().forEach(item -> items.add(item.fileName()));
      return configuration.format(part) + (part.items().size() == resolution.items().size() ? ""
          : " of " + Keys.sha256(String.join("\0", items).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public Optional<Resolution> base(Resolution resolution, Store store) throws IOException {
      Optional<Resolution> base = configuration.base(resolved.get(resolution).get(source), store);
      base.ifPresent(part -> resolved.put(part, Map.of(source, part)));
      return base;
    }

    @Override
    public Optional<Program> prepare(Resolution resolution, Optional<Resolution> configured, Store store, Path material, Path inside,
        Set<String> skipped) throws IOException {
      return configuration.prepare(resolved.get(resolution).get(source), configured, store, material, inside, skipped);
    }

    @Override
    public String lastOutput(String output) {
      return configuration.lastOutput(output);
    }

    @Override
    public Optional<Report> report(String line) {
      return configuration.report(line);
    }
  }

  @Override
  public void realize(Resolution resolution, Store store, Progress progress) {
    resolved.get(resolution).forEach((source, part) -> source.realize(part, store, progress));
  }
}

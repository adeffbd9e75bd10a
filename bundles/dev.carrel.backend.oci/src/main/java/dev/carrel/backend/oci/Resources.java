package dev.carrel.backend.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Limits as the runtime specification writes them (config-linux.md, "Control groups"), for a group that the runtime makes. Pure functions. */
final class Resources {
  private static final long PERIOD = 100_000;
  private static final long THOUSAND = 1000;
  /** Weights of 1 to 10000, as the specification has them: those of version 1 of control groups. Runtimes count back. */
  private static final long WEIGHTS = 9999;
  private static final long LEAST_SHARES = 2;
  private static final long SHARES = 262_142;
  private static final long LEAST_IO_WEIGHT = 10;
  private static final long IO_WEIGHTS = 990;

  private Resources() {}

  static JsonObject of(Limits limits) {
    JsonObject resources = new JsonObject();
    addTo(resources, "memory", memory(limits));
    addTo(resources, "cpu", cpu(limits));
    if (limits.processes().isPresent()) {
      JsonObject processes = new JsonObject();
      processes.addProperty("limit", limits.processes().get().value());
      resources.add("pids", processes);
    }
    addTo(resources, "blockIO", devices(limits));
    JsonArray pages = new JsonArray();
    new TreeMap<>(limits.hugePages()).forEach((size, bound) -> {
      JsonObject page = new JsonObject();
      page.addProperty("pageSize", size);
      page.addProperty("limit", Json.unsigned(bound.value()));
      pages.add(page);
    });
    if (!pages.isEmpty()) {
      resources.add("hugepageLimits", pages);
    }
    if (limits.memoryHigh().isPresent()) { // of version 2 alone
      JsonObject plain = new JsonObject();
      plain.addProperty("memory.high", limits.memoryHigh().get().isUnlimited() ? "max" : limits.memoryHigh().get().toString());
      resources.add("unified", plain);
    }
    return resources;
  }

  private static void addTo(JsonObject resources, String name, JsonObject part) {
    if (part.size() > 0) {
      resources.add(name, part);
    }
  }

  /** The specification's swap is with the memory. */
  private static JsonObject memory(Limits limits) {
    JsonObject memory = new JsonObject();
    limits.memory().ifPresent(bound -> memory.addProperty("limit", bound.value()));
    if (limits.swap().isPresent() && limits.memory().isPresent()) {
      boolean endless = limits.swap().get().isUnlimited() || limits.memory().get().isUnlimited();
      memory.addProperty("swap", endless ? Bound.UNLIMITED : Math.addExact(limits.swap().get().value(), limits.memory().get().value()));
    }
    return memory;
  }

  private static JsonObject cpu(Limits limits) {
    JsonObject cpu = new JsonObject();
    if (limits.cpus().isPresent() && !limits.cpus().get().isUnlimited()) {
      cpu.addProperty("quota", limits.cpus().get().value() * PERIOD / THOUSAND);
      cpu.addProperty("period", PERIOD);
    }
    limits.cpuWeight().ifPresent(weight -> cpu.addProperty("shares", LEAST_SHARES + (weight - 1) * SHARES / WEIGHTS));
    limits.cpuset().ifPresent(processors -> cpu.addProperty("cpus", processors.toString()));
    return cpu;
  }

  private static JsonObject devices(Limits limits) {
    JsonObject devices = new JsonObject();
    limits.ioWeight().ifPresent(weight -> devices.addProperty("weight", LEAST_IO_WEIGHT + (weight - 1) * IO_WEIGHTS / WEIGHTS));
    rates(devices, "throttleReadBpsDevice", limits, IoLimit::readBytes);
    rates(devices, "throttleWriteBpsDevice", limits, IoLimit::writtenBytes);
    rates(devices, "throttleReadIOPSDevice", limits, IoLimit::reads);
    rates(devices, "throttleWriteIOPSDevice", limits, IoLimit::writes);
    return devices;
  }

  private static void rates(JsonObject devices, String name, Limits limits, Function<IoLimit, Optional<Bound>> which) {
    JsonArray rates = new JsonArray();
    for (IoLimit limit : limits.io()) {
      Optional<Bound> bound = which.apply(limit);
      if (bound.isPresent() && !bound.get().isUnlimited()) {
        JsonObject rate = new JsonObject();
        rate.addProperty("major", limit.major());
        rate.addProperty("minor", limit.minor());
        rate.addProperty("rate", bound.get().value());
        rates.add(rate);
      }
    }
    if (!rates.isEmpty()) {
      devices.add(name, rates);
    }
  }
}

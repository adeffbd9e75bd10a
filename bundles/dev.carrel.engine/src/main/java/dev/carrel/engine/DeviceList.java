package dev.carrel.engine;

import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.resource.Devices;
import dev.carrel.api.resource.Devices.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which devices of the host a container was given. */
final class DeviceList {
  private static final int KIND = 0170000;
  private static final int BLOCK = 0060000;
  private static final int CHARACTER = 0020000;

  private DeviceList() {}

  /** All, if it was given a directory with devices, or sees the host's files. */
  static Devices of(MountPlan plan, boolean ownMounts) {
    List<Device> devices = new ArrayList<>();
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Bind bind && bind.devices() && !add(bind.source(), devices)) {
        return new Devices(true, List.of());
      }
    }
    return new Devices(!ownMounts, devices);
  }

  /** Whether it is one, or no place where there could be any. */
  private static boolean add(Path source, List<Device> devices) {
    try {
      Map<String, Object> file = Files.readAttributes(source, "unix:mode,rdev,isRegularFile");
      int kind = (Integer) file.get("mode") & KIND;
      if (kind == BLOCK || kind == CHARACTER) {
        long number = (Long) file.get("rdev"); // as makedev(3) puts it together
        int major = (int) (number >> 8 & 0xfff | number >> 32 & 0xffff_f000L);
        int minor = (int) (number & 0xff | number >> 12 & 0xffff_ff00L);
        devices.add(new Device(kind == BLOCK, major, minor));
        return true;
      }
      return Boolean.TRUE.equals(file.get("isRegularFile"));
    } catch (IOException e) {
      return true; // the start will say that it is not there
    }
  }
}

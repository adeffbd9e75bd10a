package dev.carrel.system.init;

import dev.carrel.api.system.InitTree.Omission;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is declared for a machine and makes no sense in a container: kernels, consoles, devices, swap, and what configures a network that
 * Carrel has configured. What depends on such a service goes on without it.
 *
 * @param packages those that stay
 * @param services those that stay
 */
record BareMetal(List<String> packages, List<Service> services, List<Omission> omitted) {
  private static final Map<String, Pattern> PACKAGES = Map.of(
      "a container has the host's kernel",
      Pattern.compile("(linux-(image|headers|modules)|firmware-|initramfs-tools|dracut|grub|shim-signed|systemd-boot|syslinux|lilo|intel-microcode"
          + "|amd64-microcode|dkms).*"),
      "a container has no consoles", Pattern.compile("mingetty|fgetty|ngetty|console-setup|console-data|kbd|keyboard-configuration|gpm|plymouth"),
      "devices are the host's", Pattern.compile("udev|eudev|mdadm|lvm2|cryptsetup|smartmontools|acpid|hdparm|fwupd|zram-tools|os-prober"),
      "Carrel configures its network", Pattern.compile("ifupdown2?|isc-dhcp-client|dhcpcd5?|dhcpcd-base|network-manager|wpasupplicant|netplan\\.io"));
  private static final Map<String, Pattern> PROGRAMS = Map.of(
      "a container has the host's kernel", Pattern.compile("modprobe|insmod|depmod|sysctl|kexec"),
      "a container has no consoles", Pattern.compile("(a|min|f|n)?getty|setfont|loadkeys|kbd_mode|gpm|plymouthd"),
      "devices are the host's", Pattern.compile("(systemd-)?udevd|eudevd|mdadm|lvm|vgchange|cryptsetup|smartd|acpid|hdparm|hwclock|fsck(\\..*)?"),
      "swap is the host's", Pattern.compile("swapon|mkswap|zramctl"),
      "Carrel configures its network", Pattern.compile("dhclient|dhcpcd|ifup|NetworkManager|wpa_supplicant|netplan"));

  static BareMetal of(SystemDeclaration declaration) {
    List<Omission> omitted = new ArrayList<>();
    List<String> packages = new ArrayList<>();
    for (String word : declaration.packages()) {
      String why = reason(PACKAGES, name(word));
      if (why.isEmpty()) {
        packages.add(word);
      } else {
        omitted.add(new Omission("the package " + name(word), why));
      }
    }
    Set<String> gone = new HashSet<>();
    for (Service service : declaration.services()) {
      String why = reason(PROGRAMS, Path.of(service.command().get(0)).getFileName().toString());
      if (!why.isEmpty()) {
        gone.add(service.name());
        omitted.add(new Omission("the service " + service.name(), why));
      }
    }
    List<Service> services = new ArrayList<>();
    for (Service service : declaration.services()) {
      if (!gone.contains(service.name())) {
        services.add(without(service, gone));
      }
    }
    return new BareMetal(packages, services, omitted);
  }

  /** The package of a word: {@code debian:udev=252} is udev. */
  private static String name(String word) {
    String bare = word.substring(word.indexOf(':') + 1);
    int version = bare.indexOf('=');
    return version < 0 ? bare : bare.substring(0, version);
  }

  private static String reason(Map<String, Pattern> patterns, String name) {
    for (Map.Entry<String, Pattern> one : patterns.entrySet()) {
      if (one.getValue().matcher(name).matches()) {
        return one.getKey();
      }
    }
    return "";
  }

  private static Service without(Service service, Set<String> gone) {
    List<String> left = service.dependsOn().stream().filter(name -> !gone.contains(name)).toList();
    return new Service(service.name(), service.command(), service.once(), service.user(), service.group(), service.environment(),
        service.directory(), left, service.restart(), service.readiness(), service.log(), service.stop());
  }
}

package dev.carrel.system.init;

import dev.carrel.api.system.InitTree.Omission;
import java.util.List;

/**
 * Units of systemd that are meant for a machine: they would wait for what never comes, or fail.
 *
 * @param what in the user's words
 * @param why as with services that are left out
 */
record MaskedUnits(String what, String why, List<String> units) {
  private static final List<MaskedUnits> ALL = List.of(
      new MaskedUnits("what systemd has for modules, settings and debugging of the kernel", "a container has the host's kernel",
          List.of("kmod-static-nodes.service", "systemd-modules-load.service", "systemd-sysctl.service", "systemd-binfmt.service",
              "proc-sys-fs-binfmt_misc.automount", "proc-sys-fs-binfmt_misc.mount", "sys-kernel-config.mount", "sys-kernel-debug.mount",
              "sys-kernel-tracing.mount", "systemd-pstore.service", "systemd-journald-audit.socket")),
      new MaskedUnits("what systemd has for udev, disks and other devices", "devices are the host's",
          List.of("systemd-udevd.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket", "systemd-udev-trigger.service",
              "systemd-udev-settle.service", "systemd-tmpfiles-setup-dev.service", "systemd-hwdb-update.service", "systemd-random-seed.service",
              "systemd-pcrphase.service", "systemd-pcrphase-sysinit.service", "systemd-boot-system-token.service", "systemd-remount-fs.service",
              "systemd-fsck-root.service", "systemd-repart.service", "dev-hugepages.mount", "dev-mqueue.mount", "sys-fs-fuse-connections.mount",
              "cryptsetup.target", "integritysetup.target", "veritysetup.target")),
      new MaskedUnits("what systemd has for gettys and passwords at the console", "a container has no consoles",
          List.of("getty.target", "getty-static.service", "getty@.service", "serial-getty@.service", "console-getty.service",
              "container-getty@.service", "systemd-ask-password-console.path", "systemd-ask-password-wall.path", "systemd-vconsole-setup.service")),
      new MaskedUnits("what systemd has for swap", "swap is the host's", List.of("swap.target")),
      new MaskedUnits("what systemd has for clocks", "the clock is the host's",
          List.of("systemd-timesyncd.service", "systemd-time-wait-sync.service")),
      new MaskedUnits("what systemd has for networks", "Carrel configures its network",
          List.of("systemd-networkd.service", "systemd-networkd.socket", "systemd-networkd-wait-online.service", "systemd-resolved.service",
              "systemd-network-generator.service")),
      new MaskedUnits("what systemd has for accounts", "they are made when the system is built",
          List.of("systemd-sysusers.service", "systemd-firstboot.service")));

  MaskedUnits {
    units = List.copyOf(units);
  }

  static List<Omission> omissions() {
    return ALL.stream().map(masked -> new Omission(masked.what(), masked.why())).toList();
  }

  static void addTo(TreeFiles files) {
    ALL.forEach(masked -> masked.units().forEach(unit -> files.unitLink(unit, "/dev/null")));
  }
}

package dev.carrel.api.mount;

/**
 * Which file it is, whatever it is called: see stat(2). It names one file as long as somebody holds that open.
 *
 * @param device {@code st_dev}, as Java's attribute {@code unix:dev}
 * @param inode {@code st_ino}
 */
public record FileIdentity(long device, long inode) {
  /** The number of the device's kind; see makedev(3). */
  public long major() {
    return device >>> 8 & 0xFFF | device >>> 32 & 0xFFFF_F000L;
  }

  /** The number of the device among those of its kind. */
  public long minor() {
    return device & 0xFF | device >>> 12 & 0xFFFF_FF00L;
  }
}

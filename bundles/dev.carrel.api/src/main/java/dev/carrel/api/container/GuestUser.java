package dev.carrel.api.container;

/** Who a program is inside a container: its user and its group there. */
public record GuestUser(long uid, long gid) {
  /** The largest id there is: the next one is the kernel's -1, which is none. */
  public static final long LARGEST_ID = 0xFFFF_FFFEL;

  public GuestUser {
    if (uid < 0 || uid > LARGEST_ID || gid < 0 || gid > LARGEST_ID) {
      throw new IllegalArgumentException("the ids " + uid + ":" + gid + " are outside 0.." + LARGEST_ID);
    }
  }
}

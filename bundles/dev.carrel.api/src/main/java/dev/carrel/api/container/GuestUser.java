package dev.carrel.api.container;

/** Who a program is inside a container: its user and its group there. */
public record GuestUser(long uid, long gid) {
  private static final long LARGEST = 0xFFFF_FFFEL;

  public GuestUser {
    if (uid < 0 || uid > LARGEST || gid < 0 || gid > LARGEST) {
      throw new IllegalArgumentException("the ids " + uid + ":" + gid + " are outside 0.." + LARGEST);
    }
  }
}

package dev.carrel.api.container;

/**
 * Who the program is, inside and for the host.
 *
 * @param user user id inside and outside; one id
 * @param group group id inside and outside; one id
 */
public record Identity(IdMapping user, IdMapping group) {
  public Identity {
    if (user.count() != 1 || group.count() != 1) {
      throw new IllegalArgumentException("an identity maps one user and one group");
    }
  }
}

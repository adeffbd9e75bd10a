package dev.carrel.backend.namespace;

/**
 * Who starts a container.
 *
 * @param setsGroups whether a user may change supplementary groups here, who could otherwise
 * @param outerUid the uid in a user namespace that is joined first
 * @param outerGid the gid there
 */
record Account(long uid, long gid, boolean setsGroups, long outerUid, long outerGid) {
  boolean root() {
    return uid == 0;
  }
}

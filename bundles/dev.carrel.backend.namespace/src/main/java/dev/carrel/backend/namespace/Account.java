package dev.carrel.backend.namespace;

/**
 * Who starts a container.
 *
 * @param root see {@link dev.carrel.api.host.Host#administers}
 * @param setsGroups whether a user may change supplementary groups here, who could otherwise
 * @param outerUid the uid in a user namespace that is joined first
 * @param outerGid the gid there
 */
record Account(long uid, long gid, boolean root, boolean setsGroups, long outerUid, long outerGid) {}

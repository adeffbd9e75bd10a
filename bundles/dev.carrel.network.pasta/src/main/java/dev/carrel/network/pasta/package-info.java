/**
 * Private networks for users without privileges. A helper, pasta or slirp4netns, has an interface in the container's network namespace,
 * and does with sockets of the user's own, on the host, what the container does with that.
 */
package dev.carrel.network.pasta;

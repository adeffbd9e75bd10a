/**
 * Private networks of root: a bridge for each network, a veth(4) pair for each container, addresses from pools, and rules of nftables in a
 * table of Carrel's own.
 */
package dev.carrel.network.veth;

/** Bundles of others: where they come from, whether they can be resolved, and the folder that keeps them; and word of what comes and goes. */
package dev.carrel.addon;

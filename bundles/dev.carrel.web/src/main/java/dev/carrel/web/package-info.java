/** Pages about containers and the store, for a browser on this host. */
package dev.carrel.web;

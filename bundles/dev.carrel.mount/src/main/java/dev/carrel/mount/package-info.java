/** The mount planner: brings what a container should see into an order that works. It touches no file. */
package dev.carrel.mount;

/** Composes planner and backend into running containers, and keeps track of them. */
package dev.carrel.engine;

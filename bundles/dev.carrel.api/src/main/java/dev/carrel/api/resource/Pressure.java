package dev.carrel.api.resource;

/**
 * How much of the last time processes have waited for a resource, in hundredths of it.
 *
 * @param some at least one has waited, in the last 10 seconds
 * @param someMinute the same, in the last minute
 * @param full all have waited, in the last 10 seconds
 * @param fullMinute the same, in the last minute
 */
public record Pressure(double some, double someMinute, double full, double fullMinute) {}

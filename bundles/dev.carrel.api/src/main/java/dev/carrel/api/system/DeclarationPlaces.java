package dev.carrel.api.system;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Place;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a declaration says what, so that what turns out to be impossible only later is refused with its line.
 *
 * @param file how the file is called in messages; empty: there is none
 * @param places by keys with dots between, as {@code service.web.user}
 */
public record DeclarationPlaces(String file, Map<String, Place> places) {
  public DeclarationPlaces {
    Objects.requireNonNull(file);
    places = Map.copyOf(places);
  }

  /** Of what was not read from a file. */
  public static DeclarationPlaces none() {
    return new DeclarationPlaces("", Map.of());
  }

  /** The refusal of what stands at a key, or at the nearest key around it. */
  public CarrelException refusal(String key, String problem) {
    Optional<Place> place = Optional.empty();
    for (String around = key; place.isEmpty() && !around.isEmpty(); around = around.substring(0, Math.max(0, around.lastIndexOf('.')))) {
      place = Optional.ofNullable(places.get(around));
    }
    return CarrelException.usage("carrel system: " + (file.isEmpty() ? "" : file + ":" + place.map(where -> where + ":").orElse("") + " ") + problem);
  }
}

package dev.carrel.store.nix;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.sql.SQLException;

/** Why a database cannot be read, in the user's words. */
record DatabaseFailure(Place place) {
  private static final int ERROR = 1;
  private static final int CORRUPT = 11;
  private static final int NO_DATABASE = 26;

  CarrelException missing() {
    return CarrelException.failed("there is no " + place.title() + " store here: " + place.database() + " does not exist. Install "
        + place.title() + ", or set " + place.variable() + " to the directory in which there is a "
        + place.items().toString().substring(1));
  }

  CarrelException of(SQLException e) {
    String why = switch (e.getErrorCode() & 0xff) {
      case ERROR -> "its tables are not those that Carrel knows (" + e.getMessage() + "). Another version of " + place.title()
          + " may have made it: use a newer Carrel";
      case CORRUPT, NO_DATABASE -> "it is damaged (" + e.getMessage() + "). See what " + place.title() + " says: "
          + (place.name().equals("nix") ? "nix-store --verify" : "guix gc --verify");
      default -> e.getMessage();
    };
    return failed(why, e);
  }

  CarrelException of(IOException e) {
    String why = e instanceof AccessDeniedException
        ? "permission denied on " + e.getMessage() + ". Ask who administers " + place.title() + " to make it readable" : e.getMessage();
    return failed(why, e);
  }

  CarrelException busy(long patience, SQLException e) {
    return failed("it has been locked or written to for " + (patience + 999) / 1000 + " s"
        + (e == null ? "" : " (" + e.getMessage() + ")") + ". Try again when " + place.title() + " has done its work", e);
  }

  private CarrelException failed(String why, Exception cause) {
    return CarrelException.failed("cannot read the database of " + place.title() + ", " + place.database() + ": " + why, cause);
  }
}
